import type { Cell, HeatMap } from '../../api/rayscope.gen';
import type { Area } from '../../ui/chart/area';
import type { Analytics } from '../../url/analytics';
import { bandOf, rowsOf, stepsOf } from './bins';

/** Which neighbour each key goes to: columns and rows. */
const moves: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export const isMove = (key: string): boolean => key in moves;

/** next is the nearest cell in the direction of the key: along the column, or in the next column that has any. */
export const next = (cells: Cell[], at: Cell, key: string): Cell => {
  const [across, up] = moves[key] ?? [0, 0];
  const steps = (cell: Cell): number => (up === 0 ? (cell.Column - at.Column) * across : (cell.Row - at.Row) * up);
  const aside = (cell: Cell): number => (up === 0 ? Math.abs(cell.Row - at.Row) : 0);
  const there = cells.filter((cell) => steps(cell) > 0 && (up === 0 || cell.Column === at.Column));
  return there.sort((a, b) => steps(a) - steps(b) || aside(a) - aside(b))[0] ?? at;
};

/** partOf is what a rectangle over whole cells selects; null outside. */
export const partOf = ({ x, y }: Area, map: HeatMap): Partial<Analytics> | null => {
  const columns = stepsOf(x, map.Columns);
  const band = bandOf(y, rowsOf(map).bounds);
  if (columns === null || band === null) return null;
  return { since: map.StartTime + columns.first * map.Period, until: map.StartTime + columns.end * map.Period, ...band };
};
