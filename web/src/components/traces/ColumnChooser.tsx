import Multiselect, { type MultiselectProps } from '@cloudscape-design/components/multiselect';
import { defaultColumns, fixedColumns, type Column } from '../../url/listState';
import { looksOf } from './columns';

interface ColumnChooserProps {
  columns: Column[];
  /** Annotation keys of the traces that match. */
  keys: string[];
  onChange: (columns: Column[]) => void;
}

const optionOf = (name: Column): MultiselectProps.Option => ({ value: name, label: looksOf(name).header });

/** The request is the link to the trace: it stays. */
const always: Column = 'request';

/** Chooses the columns; those that are added stand last. */
export const ColumnChooser = ({ columns, keys, onChange }: ColumnChooserProps) => {
  const chosenKeys = columns.filter((name) => name.startsWith('annotation.'));
  const annotations = [...new Set<Column>([...keys.map((key): Column => `annotation.${key}`), ...chosenKeys])];
  const options: MultiselectProps.Options = [
    { label: 'Of every trace', options: fixedColumns.filter((name) => name !== always).map(optionOf) },
    ...(annotations.length === 0 ? [] : [{ label: 'Annotations', options: annotations.map(optionOf) }]),
  ];
  const choose = (names: (string | undefined)[]): void => {
    const chosen = new Set(names);
    const kept = columns.filter((name) => name === always || chosen.has(name));
    const added = [...fixedColumns, ...annotations].filter((name) => chosen.has(name) && !columns.includes(name));
    const next = [...kept, ...added];
    onChange(next.length < 2 ? defaultColumns : next);
  };
  return (
    <div className="rs-columnchooser">
      <Multiselect
        ariaLabel="Columns"
        placeholder="Columns"
        inlineTokens={false}
        hideTokens
        filteringType={annotations.length > 8 ? 'auto' : 'none'}
        filteringAriaLabel="Find a column"
        selectedOptions={columns.filter((name) => name !== always).map(optionOf)}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOptions.map(({ value }) => value))}
      />
    </div>
  );
};
