import type { TraceSummary } from '../api/types';
import { nodeKey } from './graph';
import { classOf, type StatusClass } from './status';
import type { TraceSort } from './view';

/** statusOf names the class of a trace as the trace list shows it. */
export const statusOf = (summary: TraceSummary): StatusClass => {
  const found = classOf({
    throttle: summary.HasThrottle === true,
    fault: summary.HasFault === true,
    error: summary.HasError === true,
  });
  return found === 'ok' && summary.Duration === null ? 'pending' : found;
};

const passes = (summary: TraceSummary, via: string[]): boolean => {
  if (via.length === 0) return true;
  const touched = new Set((summary.ServiceIds ?? []).map(nodeKey));
  return via.every((key) => touched.has(key));
};

const orders: Record<TraceSort, ((a: TraceSummary, b: TraceSummary) => number) | null> = {
  newest: null,
  slowest: (a, b) => (b.ResponseTime ?? -1) - (a.ResponseTime ?? -1),
  fastest: (a, b) => (a.ResponseTime ?? Infinity) - (b.ResponseTime ?? Infinity),
};

/** shownOf narrows and orders the loaded summaries; the server's order is newest first. */
export const shownOf = (loaded: TraceSummary[], classes: StatusClass[], via: string[], sort: TraceSort): TraceSummary[] => {
  const shown = loaded.filter(
    (summary) => (classes.length === 0 || classes.includes(statusOf(summary))) && passes(summary, via),
  );
  const order = orders[sort];
  return order === null ? shown : shown.sort(order);
};

export const usersOf = (summary: TraceSummary): string =>
  (summary.Users ?? []).map((user) => user.UserName ?? '').filter((name) => name !== '').join(', ');

export const annotationCount = (summary: TraceSummary): number => Object.keys(summary.Annotations ?? {}).length;
