import type { Entity } from './entity';
import { endOf } from './timing';
import { walk, type TraceTree } from './tree';

/** One place in two traces. At least one of `a` and `b` is there; without `a` the call was added, without `b` removed. */
export interface DiffRow {
  /** Unique in the comparison. */
  key: string;
  depth: number;
  name: string;
  service: string;
  a: Entity | null;
  b: Entity | null;
  /** Seconds; null when the call is on one side only. */
  lengthA: number | null;
  lengthB: number | null;
}

const nameKey = (entity: Entity): string => JSON.stringify([entity.service, entity.name, entity.isSegment]);

type Pair = [Entity | null, Entity | null];

/** pairsOf aligns calls at the same place: the first of a name with the first of that name on the other side, and so on. */
const pairsOf = (as: Entity[], bs: Entity[]): Pair[] => {
  const waiting = new Map<string, Entity[]>();
  for (const b of bs) {
    const queue = waiting.get(nameKey(b)) ?? [];
    queue.push(b);
    waiting.set(nameKey(b), queue);
  }
  const pairs: Pair[] = as.map((a) => [a, waiting.get(nameKey(a))?.shift() ?? null]);
  const left = new Set([...waiting.values()].flat());
  for (const [i, b] of bs.entries()) if (left.has(b)) pairs.splice(placeFor(pairs, bs, i), 0, [null, b]);
  return pairs;
};

/** An added call comes behind the one that it follows on its own side. */
const placeFor = (pairs: Pair[], bs: Entity[], i: number): number => {
  const before = bs[i - 1];
  return before === undefined ? 0 : pairs.findIndex(([, b]) => b === before) + 1;
};

const lengthOf = (entity: Entity | null, tree: TraceTree): number | null => (entity === null ? null : endOf(entity, tree) - entity.start);

/** diffOf lays two traces over each other by the path of names from the root. */
export const diffOf = (treeA: TraceTree, treeB: TraceTree): DiffRow[] => {
  const rows: DiffRow[] = [];
  const stack = pairsOf(treeA.roots, treeB.roots).map((pair) => ({ pair, depth: 0 })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { pair: [a, b], depth } = next;
    const one = a ?? b;
    if (one === null) continue;
    rows.push({ key: String(rows.length), depth, name: one.name, service: one.service, a, b, lengthA: lengthOf(a, treeA), lengthB: lengthOf(b, treeB) });
    for (const pair of pairsOf(a?.children ?? [], b?.children ?? []).reverse()) stack.push({ pair, depth: depth + 1 });
  }
  return rows;
};

/** differenceOf is how many seconds longer the call took in B; for a call on one side, all of its time. */
export const differenceOf = ({ lengthA, lengthB }: DiffRow): number => (lengthB ?? 0) - (lengthA ?? 0);

export interface DiffTotals {
  added: number;
  removed: number;
  /** Calls of both sides that took notably longer or shorter in B. */
  slower: number;
  faster: number;
}

/** Less than a millisecond or a tenth is how computers breathe. */
export const isNotable = (row: DiffRow): boolean => {
  const change = Math.abs(differenceOf(row));
  return row.a !== null && row.b !== null && change > 0.001 && change > 0.1 * Math.max(row.lengthA ?? 0, row.lengthB ?? 0);
};

export const diffTotals = (rows: DiffRow[]): DiffTotals => ({
  added: rows.filter((row) => row.a === null).length,
  removed: rows.filter((row) => row.b === null).length,
  slower: rows.filter((row) => isNotable(row) && differenceOf(row) > 0).length,
  faster: rows.filter((row) => isNotable(row) && differenceOf(row) < 0).length,
});

/** changedRows keeps what differs and the path to it. */
export const changedRows = (rows: DiffRow[]): DiffRow[] => {
  const kept = new Set<DiffRow>();
  const path: DiffRow[] = [];
  for (const row of rows) {
    path.length = row.depth;
    path.push(row);
    if (row.a === null || row.b === null || isNotable(row)) for (const above of path) kept.add(above);
  }
  return rows.filter((row) => kept.has(row));
};

export const sizeOf = (tree: TraceTree): number => {
  let count = 0;
  walk(tree.roots, () => (count += 1));
  return count;
};
