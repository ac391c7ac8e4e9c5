import Select from '@cloudscape-design/components/select';
import { useGroups } from '../../api/queries';
import type { View } from '../../url/view';
import type { ChangeView } from '../../url/useView';
import { ExpressionBox } from './ExpressionBox';

const everything = { value: '', label: 'All traces' };

/** Chooses among the groups; nothing where there is only the default group, which is all traces. */
const GroupChoice = ({ view, change }: { view: View; change: ChangeView }) => {
  const names = (useGroups().data ?? []).map(({ GroupName }) => GroupName).filter((name) => name !== 'Default');
  if (names.length === 0 && view.group === '') return null;
  const options = [everything, ...[...new Set([...names, ...(view.group === '' ? [] : [view.group])])].map((value) => ({ value, label: value }))];
  return (
    <div className="rs-groupchoice">
      <Select
        ariaLabel="Group"
        selectedOption={options.find(({ value }) => value === view.group) ?? everything}
        options={options}
        onChange={({ detail }) => change({ group: detail.selectedOption.value ?? '' })}
      />
    </div>
  );
};

/** Which traces a page looks at: those of a group that match an expression. */
export const FilterBar = ({ view, change, refused }: { view: View; change: ChangeView; refused?: string | undefined }) => (
  <div className="rs-filterbar">
    <GroupChoice view={view} change={change} />
    <ExpressionBox label="Only traces that match" applied={view.filter} onApply={(filter) => change({ filter })} range={view.range} refused={refused} />
  </div>
);
