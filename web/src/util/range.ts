/** What stretch of time a page looks at. */
export type TimeRange = { kind: 'last'; seconds: number } | { kind: 'between'; start: number; end: number };

/** A range fixed to the clock, in epoch seconds, half open. */
export interface Window {
  start: number;
  end: number;
}

/** The server's default limit for the service map. */
export const maxRangeSeconds = 6 * 3600;

/** The steps the picker offers. */
export const relativeSteps = [5 * 60, 15 * 60, 30 * 60, 3600, 3 * 3600, 6 * 3600] as const;

export const defaultRange: TimeRange = { kind: 'last', seconds: 15 * 60 };

/** windowOf fixes a range to the clock. A relative window ends one second from now so that it holds what just came in. */
export const windowOf = (range: TimeRange, now: number): Window =>
  range.kind === 'between'
    ? { start: range.start, end: range.end }
    : { start: Math.floor(now) - range.seconds, end: Math.floor(now) + 1 };

export const secondsOf = (range: TimeRange): number =>
  range.kind === 'last' ? range.seconds : range.end - range.start;

export const wordsOf = (range: TimeRange): string => {
  if (range.kind === 'between') return 'the chosen time';
  const { seconds } = range;
  if (seconds === 3600) return 'the last hour';
  return seconds % 3600 === 0 ? `the last ${seconds / 3600} hours` : `the last ${Math.round(seconds / 60)} minutes`;
};

/** How long to wait between live refreshes: long windows cost the server more and change less. */
export const liveSecondsOf = (range: TimeRange): number => {
  const seconds = secondsOf(range);
  if (seconds <= 15 * 60) return 5;
  return seconds <= 3600 ? 15 : 60;
};

/** formatLast writes a relative length as 90s, 15m or 6h; parseLast reads it and refuses what the server would. */
export const formatLast = (seconds: number): string => {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
};

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600 };

export const parseLast = (text: string): number | null => {
  const match = /^(\d{1,5})([smh])$/.exec(text);
  if (match === null) return null;
  const seconds = Number(match[1]) * (unitSeconds[match[2] ?? ''] ?? 0);
  return seconds > 0 && seconds <= maxRangeSeconds ? seconds : null;
};

export const validBetween = (start: number, end: number): boolean =>
  Number.isFinite(start) && Number.isFinite(end) && start >= 0 && end > start && end - start <= maxRangeSeconds;
