import { useCallback, useMemo, useState } from 'react';
import type { Entity } from '../../trace/entity';
import { ancestorsOf, closedBelow, failingRows, rowsOf, type Row, type TraceTree } from '../../trace/tree';

export interface Rows {
  rows: Row[];
  closed: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** Opens what hides a row. */
  openTo: (entity: Entity) => void;
  /** Shows this many levels and no more; Infinity opens all. */
  openLevels: (levels: number) => void;
}

const toggled = (set: ReadonlySet<string>, id: string): Set<string> => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};

/** useRows keeps which rows are closed, and lists those to be drawn. */
export const useRows = (tree: TraceTree, failuresOnly: boolean): Rows => {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => {
    if (!failuresOnly) return rowsOf(tree.roots, closed);
    const kept = failingRows(tree);
    return rowsOf(tree.roots, closed, (entity) => kept.has(entity));
  }, [tree, closed, failuresOnly]);
  const toggle = useCallback((id: string) => setClosed((old) => toggled(old, id)), []);
  const openTo = useCallback(
    (entity: Entity) =>
      setClosed((old) => {
        const above = ancestorsOf(tree, entity).filter(({ id }) => old.has(id));
        return above.length === 0 ? old : new Set([...old].filter((id) => !above.some((one) => one.id === id)));
      }),
    [tree],
  );
  const openLevels = useCallback((levels: number) => setClosed(closedBelow(tree, levels)), [tree]);
  return { rows, closed, toggle, openTo, openLevels };
};
