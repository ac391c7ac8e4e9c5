import type { HistogramEntry } from '../api/types';

const sorted = (entries: HistogramEntry[]): HistogramEntry[] =>
  entries.filter((entry) => entry.Count > 0).sort((a, b) => a.Value - b.Value);

const countOf = (entries: HistogramEntry[]): number => entries.reduce((sum, entry) => sum + entry.Count, 0);

/** percentile gives the value that the share `p` (0..1) of all counts does not exceed, null without counts. */
export const percentile = (entries: HistogramEntry[], p: number): number | null => {
  const ordered = sorted(entries);
  const rank = Math.max(1, Math.ceil(p * countOf(ordered)));
  let seen = 0;
  for (const entry of ordered) {
    seen += entry.Count;
    if (seen >= rank) return entry.Value;
  }
  return null;
};

export interface Bin {
  from: number;
  /** Infinity for the last bin when it gathers the slow rest. */
  to: number;
  count: number;
}

const niceStep = (rough: number): number => {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  return factor * power;
};

/**
 * binsOf sorts a histogram into at most `most` + 1 equal steps of a round length, from 0. What is slower than the 99th
 * percentile by half is gathered in one last open bin, so that one outlier does not squeeze everything into one bar.
 */
export const binsOf = (entries: HistogramEntry[], most = 20): Bin[] => {
  const ordered = sorted(entries);
  const largest = ordered.at(-1)?.Value;
  if (largest === undefined) return [];
  const p99 = percentile(ordered, 0.99) ?? largest;
  const bound = Math.min(largest, p99 * 1.5);
  const step = niceStep(Math.max(bound, 0.001) / most);
  const inside = Math.max(1, Math.ceil((bound + step * 1e-6) / step));
  const bins: Bin[] = Array.from({ length: inside }, (_, i) => ({ from: i * step, to: (i + 1) * step, count: 0 }));
  const rest: Bin = { from: inside * step, to: Infinity, count: 0 };
  for (const { Value, Count } of ordered) (bins[Math.floor(Math.max(0, Value) / step)] ?? rest).count += Count;
  return rest.count > 0 ? [...bins, rest] : bins;
};
