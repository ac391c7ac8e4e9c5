import type { Impact, Insight, InsightEvent } from '../api/adminTypes';
import type { ServiceId } from '../api/types';
import { countOf, countText } from './format';
import { maxRangeSeconds, type Window } from './range';
import { shareText, type Counts } from './status';

/** A minute before an insight shows what was usual. */
const leadSeconds = 60;

/** impactWindowOf is the time of an insight that maps and lists can show: its beginning, if it is longer than they can. */
export const impactWindowOf = ({ StartTime, EndTime }: Pick<Insight, 'StartTime' | 'EndTime'>, now: number): Window => {
  const start = Math.floor(StartTime) - leadSeconds;
  const end = Math.ceil(EndTime ?? now) + 1;
  return { start, end: Math.min(Math.max(end, start + leadSeconds), start + maxRangeSeconds) };
};

/** Requests that were neither fine nor faults: they failed because of the caller, or were throttled. */
const restOf = ({ FaultCount, OkCount, TotalCount }: Impact): number => Math.max(0, (TotalCount ?? 0) - (FaultCount ?? 0) - (OkCount ?? 0));

export const countsOfImpact = (impact: Impact): Counts => ({ fault: impact.FaultCount ?? 0, ok: impact.OkCount ?? 0, error: restOf(impact), throttle: 0 });

export const faultShare = (impact: Impact | null): number => {
  const total = impact?.TotalCount ?? 0;
  return total === 0 ? 0 : (impact?.FaultCount ?? 0) / total;
};

/** impactText says an impact in a sentence: "41 of 400 requests failed (10 %)." */
export const impactText = (impact: Impact | null): string => {
  const { FaultCount, TotalCount } = impact ?? {};
  if (impact === null || (TotalCount ?? 0) === 0) return 'Nothing was counted.';
  if ((FaultCount ?? 0) === 0) return `None of ${countOf(TotalCount ?? 0, 'request')} failed.`;
  return `${countText(FaultCount ?? 0)} of ${countOf(TotalCount ?? 0, 'request')} failed (${shareText(FaultCount ?? 0, TotalCount ?? 0)}).`;
};

export const serviceText = (id: ServiceId | null): string => id?.Name ?? 'an unnamed service';

/** serviceExpression finds the traces that pass through a service. */
export const serviceExpression = (name: string): string => `service(${JSON.stringify(name)})`;

/** oldestFirst is the events in the order of time. */
export const oldestFirst = (events: InsightEvent[]): InsightEvent[] => events.toSorted((a, b) => a.EventTime - b.EventTime);
