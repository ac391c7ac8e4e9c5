import type { Row, Table } from '../../api/rayscope.gen';
import { allAnnotations, type Order } from '../../url/analytics';
import { isAnnotation } from './words';

/** The figures of a row that people compare. */
export interface Figure {
  traces: number;
  delta: number;
  faults: number;
  p50: number | null;
  p95: number | null;
}

export type Columns = (row: Row) => Figure;

/** figureOf counts both sets together. Percentiles do not add up: they are those of set A. */
export const figureOf: Columns = ({ A, B, Delta }) => ({
  traces: A.Count + (B?.Count ?? 0),
  delta: Math.abs(Delta ?? 0),
  faults: A.FaultCount + (B?.FaultCount ?? 0),
  p50: A.P50,
  p95: A.P95,
});

/** With a second expression a trace may be in both sets, so what is counted of both would count it twice. */
export const figureOfA: Columns = (row) => ({ ...figureOf(row), traces: row.A.Count, faults: row.A.FaultCount });

/** ordered sorts rows, most first; those without a figure come last. */
export const ordered = (rows: Row[], order: Order, columns: Columns): Row[] => {
  const key = (row: Row): number => columns(row)[order] ?? -1;
  return rows.toSorted((a, b) => key(b) - key(a));
};

/** The largest difference among the values of a table. */
const strongest = ({ Rows }: Table): number => Math.max(0, ...Rows.map(({ Delta }) => Math.abs(Delta ?? 0)));

/** tablesFor picks the tables that are shown: in the order chosen, and where annotation.* stands all others, those that differ most first. */
export const tablesFor = (tables: Table[], shown: string[]): Table[] =>
  shown.flatMap((attribute) => {
    if (attribute !== allAnnotations) return tables.filter((table) => table.Attribute === attribute);
    return tables.filter((table) => isAnnotation(table.Attribute) && !shown.includes(table.Attribute)).toSorted((a, b) => strongest(b) - strongest(a));
  });
