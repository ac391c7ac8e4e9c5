import type { Bucket, HeatMap } from '../../api/rayscope.gen';

/** A part of response times in seconds; null is open. */
export interface Band {
  min: number | null;
  max: number | null;
}

/** placeOf is where a time stands on the axis of buckets, on which bucket i spans i to i + 1. */
export const placeOf = (seconds: number, bounds: number[]): number => {
  const i = bounds.findIndex((bound) => bound > seconds);
  if (i < 0) return Math.max(0, bounds.length - 1);
  const [from, to] = [bounds[i - 1], bounds[i]];
  if (from === undefined || to === undefined) return 0;
  const part = from > 0 ? Math.log(seconds / from) / Math.log(to / from) : seconds / to;
  return i - 1 + part;
};

/** stepsOf widens what was dragged between two places to whole steps of `count`; null if it lies outside. */
export const stepsOf = ([from, to]: [number, number], count: number): { first: number; end: number } | null => {
  const [first, end] = [Math.max(0, Math.floor(from)), Math.min(count, Math.ceil(to))];
  return end > first ? { first, end } : null;
};

/** bandOf is the band of whole buckets between two places. At either end of the axis the band is open, unless it would be all. */
export const bandOf = (places: [number, number], bounds: number[]): Band | null => {
  const steps = stepsOf(places, bounds.length - 1);
  if (steps === null) return null;
  const { first, end } = steps;
  const all = first === 0 && end === bounds.length - 1;
  return { min: first === 0 && !all ? null : (bounds[first] ?? null), max: end === bounds.length - 1 ? null : (bounds[end] ?? null) };
};

/** The bounds of buckets: one more than there are buckets. */
export const boundsOf = (buckets: Bucket[]): number[] => {
  const last = buckets.at(-1);
  return last === undefined ? [] : [...buckets.map(({ From }) => From), last.To];
};

/** The rows of a heat map that hold something, and the bounds of these. */
export const rowsOf = ({ Cells, Bounds }: HeatMap): { first: number; bounds: number[] } => {
  const rows = Cells.map(({ Row }) => Row);
  if (rows.length === 0) return { first: 0, bounds: [] };
  const [first, last] = [Math.min(...rows), Math.max(...rows)];
  return { first, bounds: Bounds.slice(first, last + 2) };
};

/** quantile is the time that the share of all does not exceed, read between the bounds of its bucket; null if there are none. */
export const quantile = (buckets: Bucket[], share: number): number | null => {
  const rank = share * buckets.reduce((sum, { A, B }) => sum + A + B, 0);
  let seen = 0;
  for (const { From, To, A, B } of buckets) {
    if (A + B > 0 && seen + A + B >= rank) {
      const part = Math.max(0, rank - seen) / (A + B);
      const seconds = From > 0 ? From * (To / From) ** part : To * part;
      // Three digits are as many as people read, and the bucket is no finer.
      return Number(seconds.toPrecision(3));
    }
    seen += A + B;
  }
  return null;
};
