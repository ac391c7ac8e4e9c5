import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';
import { useCounts } from '../../api/traceList';
import { Problem } from '../../ui/Problem';
import { SkeletonRows } from '../../ui/Skeleton';
import { listConditions, nodeCondition, withoutCondition } from '../../util/conditions';
import { countOf, countText } from '../../util/format';
import { wordsOf, type Window } from '../../util/range';
import type { View } from '../../url/view';
import type { ChangeView } from '../../url/useView';

/** Conditions that are counted alone: each costs the server a pass over the time range. */
const mostCounted = 6;

type Condition = ReturnType<typeof listConditions>[number];

const without = (view: View, { part, expression }: Condition): Partial<View> => {
  if (part === 'filter') return { filter: withoutCondition(view.filter, expression) };
  if (part === 'group') return { group: '' };
  return part === 'classes' ? { classes: [] } : { via: view.via.filter((key) => nodeCondition(key) !== expression) };
};

const matchesText = (count: number | undefined, alone: boolean): string => {
  if (count === undefined) return 'is being counted';
  if (count === 0) return 'matches none';
  return `${alone ? 'alone ' : ''}matches ${countText(count)}`;
};

interface NoneMatchProps {
  view: View;
  change: ChangeView;
  /** The time that was looked at. */
  window: Window;
  /** What to say where there is no trace at all. */
  otherwise: ReactNode;
}

/** Says which condition excludes how much, where there are traces and none matches. */
export const NoneMatch = ({ view, change, window, otherwise }: NoneMatchProps) => {
  const conditions = listConditions(view).slice(0, mostCounted);
  const [all, ...counts] = useCounts(window, ['', ...conditions.map(({ expression }) => expression)]);
  const total = all?.data;
  if (total === undefined) return all?.error == null ? <SkeletonRows count={6} label="Counting traces" /> : <Problem what="The traces could not be counted" error={all.error} retry={all.refetch} />;
  if (total === 0) return otherwise;
  return (
    <div className="rs-card rs-empty">
      <h2 className="rs-h2">No trace matches</h2>
      <p>
        There {total === 1 ? 'is' : 'are'} {countOf(total, 'trace')} in {wordsOf(view.range)}. Of these
      </p>
      <ul className="rs-conditions">
        {conditions.map((condition, i) => (
          <li key={`${condition.part} ${condition.expression}`}>
            <code className="rs-mono">{condition.expression}</code> {matchesText(counts[i]?.data, conditions.length > 1)}.{' '}
            <Button variant="inline-link" onClick={() => change(without(view, condition))} ariaLabel={`Remove the condition ${condition.expression}`}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <Button variant="primary" onClick={() => change({ filter: '', group: '', classes: [], via: [] })}>
        Show all traces
      </Button>
    </div>
  );
};
