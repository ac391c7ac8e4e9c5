import type { Cell, HeatMap } from '../../api/rayscope.gen';

/** What became different from a moment on. */
export interface Change {
  at: number;
  what: 'more faults' | 'fewer faults' | 'slower' | 'faster';
}

interface Sums {
  count: number;
  faults: number;
  /** Of the logarithms of response times, and of their squares. */
  logs: number;
  squares: number;
}

const nothing: Sums = { count: 0, faults: 0, logs: 0, squares: 0 };

const plus = (a: Sums, b: Sums): Sums => ({ count: a.count + b.count, faults: a.faults + b.faults, logs: a.logs + b.logs, squares: a.squares + b.squares });

const minus = (a: Sums, b: Sums): Sums => ({ count: a.count - b.count, faults: a.faults - b.faults, logs: a.logs - b.logs, squares: a.squares - b.squares });

/** The middle of a row on the logarithmic scale; the lowest row begins at 0, so its end stands for it. */
const logOf = ({ Row }: Cell, bounds: number[]): number => {
  const [from, to] = [bounds[Row] ?? 0, bounds[Row + 1] ?? 1];
  return from > 0 ? (Math.log(from) + Math.log(to)) / 2 : Math.log(to);
};

const sumsOf = (cell: Cell, bounds: number[]): Sums => {
  const count = cell.A + cell.B;
  const log = logOf(cell, bounds);
  return { count, faults: cell.Faults, logs: count * log, squares: count * log * log };
};

/** How many standard errors the shares of faults of two times lie apart. */
const faultsApart = (a: Sums, b: Sums): number => {
  const pooled = (a.faults + b.faults) / (a.count + b.count);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.count + 1 / b.count));
  return error > 0 ? (b.faults / b.count - a.faults / a.count) / error : 0;
};

const variance = ({ count, logs, squares }: Sums): number => Math.max(0, squares / count - (logs / count) ** 2);

/** How many standard errors the mean response times lie apart. A row is no point: its width counts as spread. */
const timesApart = (a: Sums, b: Sums): number => {
  const least = 0.02;
  const error = Math.sqrt((variance(a) + least) / a.count + (variance(b) + least) / b.count);
  return (b.logs / b.count - a.logs / a.count) / error;
};

/** Fewer requests on a side tell too little. */
const leastCount = 20;

/** Many moments are tried, and traffic goes in bursts: what is less apart than this is not worth naming. */
const leastApart = 8;

/** largestChange finds the moment before and after which all traces of a heat map differ most; null if they hardly do. */
export const largestChange = ({ Cells, Bounds, Columns, StartTime, Period }: HeatMap): Change | null => {
  const columns = Array.from({ length: Columns }, () => nothing);
  for (const cell of Cells) columns[cell.Column] = plus(columns[cell.Column] ?? nothing, sumsOf(cell, Bounds));
  const all = columns.reduce(plus, nothing);
  let before = nothing;
  let best: Change | null = null;
  let most = leastApart;
  for (const [i, column] of columns.entries()) {
    const after = minus(all, before);
    if (before.count >= leastCount && after.count >= leastCount) {
      const [faults, times] = [faultsApart(before, after), timesApart(before, after)];
      const apart = Math.max(Math.abs(faults), Math.abs(times));
      if (apart > most) {
        most = apart;
        const what = Math.abs(faults) >= Math.abs(times) ? (faults > 0 ? 'more faults' : 'fewer faults') : times > 0 ? 'slower' : 'faster';
        best = { at: StartTime + i * Period, what };
      }
    }
    before = plus(before, column);
  }
  return best;
};
