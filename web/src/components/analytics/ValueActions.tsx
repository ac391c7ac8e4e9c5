import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useNavigate } from 'react-router';
import { allOf, noneOf } from '../../util/expression';
import { paths, scopeOf } from '../../url/paths';
import type { AnalyticsPlace } from './useAnalytics';

const items = [
  { id: 'narrow', text: 'Select less: these of the selection' },
  { id: 'compare', text: 'Compare the selection with these' },
  { id: 'only', text: 'Look at nothing but these' },
  { id: 'without', text: 'Leave these out' },
  { id: 'traces', text: 'Show these traces' },
];

interface ValueActionsProps {
  /** The value, as people read it. */
  label: string;
  expression: string;
  place: AnalyticsPlace;
  selected: boolean;
}

/** What else can be done with a value: a click on it selects it. */
export const ValueActions = ({ label, expression, place: { view, acts }, selected }: ValueActionsProps) => {
  const navigate = useNavigate();
  const run: Record<string, () => unknown> = {
    narrow: () => acts.narrow(expression),
    compare: () => acts.compare(expression),
    only: () => acts.only(expression),
    without: () => acts.only(noneOf(expression)),
    traces: () => navigate(paths.traces({ ...scopeOf(view), filter: allOf(view.filter, expression) })),
  };
  return (
    <ButtonDropdown
      variant="inline-icon"
      expandToViewport
      ariaLabel={`More to do with ${label}`}
      items={items.map((item) => (selected || (item.id !== 'narrow' && item.id !== 'compare') ? item : { ...item, disabled: true, disabledReason: 'Select something first.' }))}
      onItemClick={({ detail }) => void run[detail.id]?.()}
    />
  );
};
