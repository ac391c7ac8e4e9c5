import type { Figures, TimeSeries } from '../api/rayscope.gen';

/** Requests of a part of the time range, and how many of them are bad: failed, or slow. */
export interface Part {
  count: number;
  bad: number;
}

export interface Parts {
  newest: Part;
  before: Part;
  /** Length of the newest part in seconds. */
  seconds: number;
}

/** The newest fifth of the range is "now": long enough to hold requests, short enough to be news. */
const newestShare = 0.2;

const partOf = (points: { A: Figures; B: Figures | null }[]): Part => {
  const part = { count: 0, bad: 0 };
  for (const { A, B } of points) {
    part.bad += A.Count;
    part.count += A.Count + (B?.Count ?? 0);
  }
  return part;
};

/** partsOf divides a series, whose set A is what is bad, into now and before. */
export const partsOf = ({ Points, Period }: TimeSeries): Parts => {
  const newest = Math.max(1, Math.round(Points.length * newestShare));
  return { newest: partOf(Points.slice(-newest)), before: partOf(Points.slice(0, -newest)), seconds: newest * Period };
};

/**
 * How now compares with before. worse: it became bad. still: it is as bad as before, and worse than tolerated. over: it was
 * bad. fine: neither. unknown: too few requests.
 */
export type Trend = 'worse' | 'still' | 'over' | 'fine' | 'unknown';

/** With fewer requests now there is nothing to say. */
export const leastRequests = 5;

/** Fewer bad ones are chance, whatever their share. */
export const leastBad = 3;

/** 95 % confidence. */
const z = 1.96;

/** likelyShare gives the bounds between which the true share lies, as a rule: Wilson's interval, which is honest for small counts. */
export const likelyShare = ({ count, bad }: Part): [number, number] => {
  if (count === 0) return [0, 1];
  const share = bad / count;
  const middle = share + (z * z) / (2 * count);
  const margin = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const whole = 1 + (z * z) / count;
  return [Math.max(0, (middle - margin) / whole), Math.min(1, (middle + margin) / whole)];
};

const shareOf = ({ count, bad }: Part): number => (count === 0 ? 0 : bad / count);

/** trendOf tells how now compares with before. `tolerated` is the share of bad requests that nobody minds, 0..1. */
export const trendOf = ({ newest, before }: Parts, tolerated: number): Trend => {
  if (newest.count < leastRequests) return 'unknown';
  const wasBad = before.bad >= leastBad && shareOf(before) > tolerated;
  const isBad = newest.bad >= leastBad && shareOf(newest) > tolerated;
  if (isBad) return before.count === 0 || likelyShare(newest)[0] > likelyShare(before)[1] ? 'worse' : 'still';
  return wasBad ? 'over' : 'fine';
};
