import { useAnalysis, type Scope } from '../../api/queries';
import { countOf } from '../../util/format';
import type { TimeRange } from '../../util/range';
import { shareText } from '../../util/status';

/** Groups are looked at over the last hour. */
export const lastHour: TimeRange = { kind: 'last', seconds: 3600 };

const noViews = {};

/** useShare is how much of the last hour's traffic a scope holds. */
export const useShare = (scope: Pick<Scope, 'filter' | 'group'>, enabled = true) => {
  const { data, error, isPlaceholderData, refetch } = useAnalysis({ range: lastHour, live: false, ...scope }, noViews, {}, enabled);
  return { answer: data?.answer, error, settled: !isPlaceholderData, refetch };
};

/** shareWords says that: "120 traces, 12 % of all". */
export const shareWords = ({ TracesSeen, Exact, A }: { TracesSeen: number; Exact: boolean; A: { Count: number } }): string => {
  if (TracesSeen === 0) return 'no traces in the last hour';
  const count = `${Exact ? '' : 'at least '}${countOf(A.Count, 'trace')}`;
  return `${count}, ${shareText(A.Count, TracesSeen)} of all`;
};
