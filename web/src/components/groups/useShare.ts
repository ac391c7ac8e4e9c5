import { useAnalysis, type Scope } from '../../api/queries';
import { countOf } from '../../util/format';
import type { TimeRange } from '../../util/range';
import { shareText } from '../../util/status';

/** Groups are looked at over the last hour. */
export const lastHour: TimeRange = { kind: 'last', seconds: 3600 };

const noViews = {};
const everything: Scope = { range: lastHour, live: false, filter: '', group: '' };

interface Counted {
  Exact: boolean;
  A: { Count: number };
}

/** How much of the last hour's traffic a scope holds. All of it is counted apart: of what a scope leaves out, an index hides the most. */
export const useShare = (scope: Pick<Scope, 'filter' | 'group'>, enabled = true) => {
  const part = useAnalysis({ ...everything, ...scope }, noViews, {}, enabled);
  const all = useAnalysis(everything, noViews, {}, enabled);
  const [answer, whole] = [part.data?.answer, all.data?.answer];
  return {
    answer: answer === undefined || whole === undefined ? undefined : { part: answer.A, words: shareWords(answer, whole) },
    error: part.error ?? all.error,
    settled: !part.isPlaceholderData,
  };
};

/** shareWords says a share: "120 traces, 12 % of all". */
export const shareWords = (part: Counted, all: Counted): string => {
  if (all.A.Count === 0) return 'no traces in the last hour';
  const count = `${part.Exact ? '' : 'at least '}${countOf(part.A.Count, 'trace')}`;
  return part.Exact && all.Exact ? `${count}, ${shareText(part.A.Count, Math.max(part.A.Count, all.A.Count))} of all` : count;
};
