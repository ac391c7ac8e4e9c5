import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { useState } from 'react';
import type { Row, RowSet, Table } from '../../api/rayscope.gen';
import { hasCondition, negated, withCondition, withoutCondition } from '../../util/conditions';
import { countOf, countText, durationText } from '../../util/format';
import { shareText } from '../../util/status';
import { keyOf, labelOf, shownRows, valueText, whyNoFilter } from './attributes';

interface Filtering {
  filter: string;
  onFilter: (filter: string) => void;
}

/** Rows of a value that are shown before somebody asks for more. */
const firstRows = 5;

const figuresText = ({ FaultCount, Count, Average, P95 }: RowSet): string =>
  [
    FaultCount === 0 ? 'no faults' : `${shareText(FaultCount, Count)} faults`,
    ...(Average === null ? [] : [`average ${durationText(Average)}`]),
    ...(P95 === null ? [] : [`95 % within ${durationText(P95)}`]),
  ].join(' · ');

/** The part of all traces that have a value, and of these the part with faults in a pattern. */
const ValueBar = ({ share, faults }: { share: number; faults: number }) => (
  <span className="rs-valuebar" aria-hidden="true">
    <span style={{ width: `${Math.max(1, 100 * share)}%` }}>
      <span style={{ width: `${100 * faults}%` }} />
    </span>
  </span>
);

const Buttons = ({ expression, what, filter, onFilter }: Filtering & { expression: string; what: string }) => {
  const added = hasCondition(filter, expression);
  return (
    <span className="rs-valuebuttons">
      <button type="button" className="rs-smallbutton" aria-pressed={added} aria-label={`${added ? 'Added' : 'Add'}: only traces with ${what}`} title="Only traces with it" onClick={() => onFilter(added ? withoutCondition(filter, expression) : withCondition(filter, expression))}>
        {added ? 'Added' : 'Add'}
      </button>
      <button type="button" className="rs-smallbutton" aria-label={`Exclude: no traces with ${what}`} title="Only traces without it" onClick={() => onFilter(withCondition(filter, negated(expression)))}>
        Exclude
      </button>
    </span>
  );
};

const ValueRow = ({ row, attribute, ...filtering }: Filtering & { row: Row; attribute: string }) => {
  if (row.Value === null) return null;
  const text = valueText(row.Value);
  return (
    <li className="rs-refinement">
      <span className="rs-valuename" title={text}>
        {text}
      </span>
      {row.Expression !== null && <Buttons expression={row.Expression} what={`${labelOf(attribute)}: ${text}`} {...filtering} />}
      <ValueBar share={row.A.Share} faults={row.A.FaultCount / Math.max(1, row.A.Count)} />
      <span className="rs-valuecount">
        {row.Missed > 0 ? 'at least ' : ''}
        {countOf(row.A.Count, 'trace')}, {shareText(row.A.Share, 1)}
      </span>
      <span className="rs-valuefigures">{figuresText(row.A)}</span>
    </li>
  );
};

const Values = ({ table, ...filtering }: Filtering & { table: Table }) => {
  const [all, setAll] = useState(false);
  const rows = shownRows(table.Rows);
  if (rows.length === 0) return <p className="rs-note">None of these traces has one.</p>;
  const shown = all ? rows : rows.slice(0, firstRows);
  const unlisted = table.Distinct - rows.length;
  return (
    <>
      {rows.some(({ Expression }) => Expression === null) && <p className="rs-note">{whyNoFilter}</p>}
      <ul className="rs-refinements" aria-label={labelOf(table.Attribute)}>
        {shown.map((row) => (
          <ValueRow key={row.Value === null ? '' : valueText(row.Value)} row={row} attribute={table.Attribute} {...filtering} />
        ))}
      </ul>
      {rows.length > firstRows && (
        <Button variant="inline-link" onClick={() => setAll(!all)} ariaExpanded={all}>
          {all ? 'Show fewer' : `Show ${rows.length - firstRows} more`}
        </Button>
      )}
      {all && unlisted > 0 && <p className="rs-note">{countOf(unlisted, 'rarer value')} can be found by writing a condition in the box above.</p>}
    </>
  );
};

interface RefinersProps extends Filtering {
  tables: Table[];
  /** Attributes that are shown with their values. */
  open: string[];
  onOpen: (open: string[]) => void;
}

const Section = ({ table, open, onOpen, ...filtering }: Omit<RefinersProps, 'tables'> & { table: Table }) => {
  const name = table.Attribute;
  const isOpen = open.includes(name);
  return (
    <ExpandableSection
      headerText={labelOf(name)}
      headerDescription={isOpen ? '' : `${table.Exact ? '' : 'at least '}${countText(table.Distinct)} ${table.Distinct === 1 ? 'value' : 'values'}`}
      expanded={isOpen}
      onChange={({ detail }) => onOpen(detail.expanded ? [...open, name] : open.filter((other) => other !== name))}
    >
      {isOpen && <Values table={table} {...filtering} />}
    </ExpandableSection>
  );
};

/** What the traces that match have in common, value by value, each of which can be added to the filter. */
export const Refiners = ({ tables, ...rest }: RefinersProps) => {
  const some = tables.filter(({ Traces }) => Traces > 0);
  const annotations = some.filter(({ Attribute }) => keyOf(Attribute) !== null);
  return (
    <section className="rs-card rs-refiners" aria-label="What these traces have in common">
      <h2 className="rs-h3">What these traces have in common</h2>
      {some.filter(({ Attribute }) => keyOf(Attribute) === null).map((table) => (
        <Section key={table.Attribute} table={table} {...rest} />
      ))}
      {annotations.length > 0 && <h3 className="rs-refinershead">Annotations: what your programs noted</h3>}
      {annotations.map((table) => (
        <Section key={table.Attribute} table={table} {...rest} />
      ))}
    </section>
  );
};
