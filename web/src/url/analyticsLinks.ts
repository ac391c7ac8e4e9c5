import type { Analytics } from './analytics';
import { allOf, bandExpression, noneOf } from '../util/expression';
import { scopeOf } from './paths';
import { validBetween, type Window } from '../util/range';
import type { View } from './view';

const within = (view: View, start: number, end: number, filter: string): Partial<View> | null =>
  validBetween(start, end) ? { ...scopeOf(view), range: { kind: 'between', start, end }, filter } : null;

/** scopeOfA is the scope of a list with the traces of set A; null if that is no stretch of time. */
export const scopeOfA = (view: View, state: Analytics, { start, end }: Window): Partial<View> | null => {
  const filter = allOf(view.filter, state.select, bandExpression(state.min, state.max));
  if (state.since === null && state.until === null) return { ...scopeOf(view), filter };
  return within(view, Math.max(start, state.since ?? start), Math.min(end, state.until ?? end), filter);
};

/**
 * scopeOfB is the same for set B. What is outside of a stretch of time is a list only if it is one stretch itself, and if
 * nothing but the time was selected; else it is null.
 */
export const scopeOfB = (view: View, state: Analytics, { start, end }: Window): Partial<View> | null => {
  if (state.compare !== '') return { ...scopeOf(view), filter: allOf(view.filter, state.compare) };
  const chosen = allOf(state.select, bandExpression(state.min, state.max));
  const [since, until] = [state.since ?? start, state.until ?? end];
  if (since <= start && until >= end) return chosen === '' ? null : { ...scopeOf(view), filter: allOf(view.filter, noneOf(chosen)) };
  if (chosen !== '') return null;
  if (until >= end) return within(view, start, since, view.filter);
  return since <= start ? within(view, until, end, view.filter) : null;
};
