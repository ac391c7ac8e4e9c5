import type { TraceSummary } from '../api/types';
import { classOf, type StatusClass } from './status';
import type { TraceSort } from '../url/view';

/** statusOf names the class of a trace as the trace list shows it: of its first segment, `pending` while that is not complete. */
export const statusOf = (summary: TraceSummary): StatusClass => {
  const found = classOf({
    throttle: summary.HasThrottle === true,
    fault: summary.HasFault === true,
    error: summary.HasError === true,
  });
  return found === 'ok' && summary.ResponseTime === null ? 'pending' : found;
};

const orders: Record<TraceSort, (a: TraceSummary, b: TraceSummary) => number> = {
  newest: () => 0,
  slowest: (a, b) => (b.ResponseTime ?? -1) - (a.ResponseTime ?? -1),
  fastest: (a, b) => (a.ResponseTime ?? Infinity) - (b.ResponseTime ?? Infinity),
};

/** inOrder orders summaries that came newest first. */
export const inOrder = (summaries: TraceSummary[], sort: TraceSort): TraceSummary[] => [...summaries].sort(orders[sort]);

export const usersOf = (summary: TraceSummary): string =>
  (summary.Users ?? []).map((user) => user.UserName ?? '').filter((name) => name !== '').join(', ');

export const annotationCount = (summary: TraceSummary): number => Object.keys(summary.Annotations ?? {}).length;
