import { waitersOf } from './callees';
import type { Entity } from './entity';
import { mainRoot, walk, type TraceTree } from './tree';

/** A stretch of time, in epoch seconds. */
export interface Piece {
  from: number;
  to: number;
}

/** Where the time of a row went. */
export interface Timing {
  /** Length in seconds; of a running row, so far. */
  total: number;
  /** While none of the rows below it ran, nor, of a step of a call, the service that was called. */
  self: Piece[];
  selfSeconds: number;
  /** While the request as a whole waited for this very row and for none below it. */
  critical: Piece[];
  criticalSeconds: number;
}

/** The time of a whole trace, worked out once. */
export interface TraceTiming {
  of: (entity: Entity) => Timing;
  /** How many rows were busy themselves at the busiest moment. */
  mostAtOnce: number;
}

/** Epoch seconds in doubles are off by a quarter of a microsecond; what is closer than this is the same moment. */
export const sameMoment = 1e-6;

export const endOf = (entity: Entity, tree: TraceTree): number => Math.max(entity.start, entity.end ?? tree.end);

const none: Piece[] = [];

const lengthOf = (pieces: Piece[]): number => pieces.reduce((sum, { from, to }) => sum + (to - from), 0);

/** uncovered gives what of `whole` lies under none of `covers`. */
export const uncovered = (whole: Piece, covers: Piece[]): Piece[] => {
  const free: Piece[] = [];
  let at = whole.from;
  for (const { from, to } of covers.toSorted((a, b) => a.from - b.from)) {
    if (from >= whole.to) break;
    if (from > at + sameMoment) free.push({ from: at, to: from });
    at = Math.max(at, to);
  }
  if (whole.to > at + sameMoment) free.push({ from: at, to: whole.to });
  return free;
};

/** The steps of calls and what they waited for, as waitersOf gives them. */
type Waiters = ReadonlyMap<Entity, Entity[]>;

const selfOf = (entity: Entity, tree: TraceTree, waiters: Waiters): Piece[] =>
  uncovered(
    { from: entity.start, to: endOf(entity, tree) },
    [...entity.children, ...(waiters.get(entity) ?? [])].map((other) => ({ from: other.start, to: endOf(other, tree) })),
  );

interface Wait extends Piece {
  entity: Entity;
}

interface Waits {
  own: Piece[];
  below: Wait[];
}

/**
 * awaited gives the part of a child's time that its parent, looked at for `piece`, can have waited for. Work of the same
 * program that outlived its parent was not waited for. A segment comes from another clock, so it is cut to the call instead.
 */
const awaited = (child: Entity, parent: Entity, piece: Piece, tree: TraceTree): Wait[] => {
  if (!child.isSegment && endOf(child, tree) > endOf(parent, tree) + sameMoment) return [];
  const [from, to] = [Math.max(child.start, piece.from), Math.min(endOf(child, tree), piece.to)];
  return to > from ? [{ entity: child, from, to }] : [];
};

/**
 * waitsFor walks back from the end of `wait`: its row was waiting for the child that ended last, before that for the one
 * that had ended when this one began, and worked itself in between.
 */
const waitsFor = (children: Entity[], wait: Wait, tree: TraceTree): Waits => {
  const own: Piece[] = [];
  const below: Wait[] = [];
  let at = wait.to;
  const last = children.flatMap((child) => awaited(child, wait.entity, wait, tree)).sort((a, b) => b.to - a.to || a.from - b.from);
  for (const child of last) {
    if (child.to > at + sameMoment) continue;
    const to = Math.min(child.to, at);
    if (to <= child.from) continue;
    if (at > to + sameMoment) own.push({ from: to, to: at });
    below.push({ entity: child.entity, from: child.from, to });
    at = child.from;
  }
  if (at > wait.from) own.push({ from: wait.from, to: at });
  return { own: own.reverse(), below };
};

/** waitsOf asks the steps of a call only for the time before and after the service that was called. */
const waitsOf = (wait: Wait, tree: TraceTree, waiters: Waiters): Waits => {
  const { entity } = wait;
  const steps = waiters.has(entity) ? [] : entity.children.filter((child) => waiters.has(child));
  if (steps.length === 0) return waitsFor(entity.children, wait, tree);
  const called = waitsFor(entity.children.filter((child) => !waiters.has(child)), wait, tree);
  const around = called.own.map((piece) => waitsFor(steps, { entity, ...piece }, tree));
  return { own: around.flatMap(({ own }) => own), below: [...called.below, ...around.flatMap(({ below }) => below)] };
};

/** criticalPath says for each row when the request waited for just it. The pieces of all rows together make up the root's time. */
export const criticalPath = (root: Entity, tree: TraceTree, waiters: Waiters = waitersOf(tree)): Map<Entity, Piece[]> => {
  const path = new Map<Entity, Piece[]>();
  const waits: Wait[] = [{ entity: root, from: root.start, to: endOf(root, tree) }];
  for (let wait = waits.pop(); wait !== undefined; wait = waits.pop()) {
    const { own, below } = waitsOf(wait, tree, waiters);
    // A step that lasted from before to after the service that was called comes here once for each.
    if (own.length > 0) path.set(wait.entity, [...(path.get(wait.entity) ?? none), ...own]);
    waits.push(...below);
  }
  return path;
};

/** mostAtOnce counts how many pieces lie over each other at most. Ends come before starts of the same moment. */
export const mostAtOnce = (pieces: Piece[]): number => {
  const steps = pieces.flatMap(({ from, to }) => [{ at: from, by: 1 }, { at: to, by: -1 }]).sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of steps) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
};

/** busyness averages how many pieces lie over each of `bins` equal parts of `whole`. */
export const busyness = (pieces: Piece[], whole: Piece, bins: number): number[] => {
  const width = (whole.to - whole.from) / bins;
  const found = new Array<number>(bins).fill(0);
  if (!(width > 0)) return found;
  for (const { from, to } of pieces) {
    const [first, last] = [from, to].map((at) => Math.max(0, Math.min(bins - 1, Math.floor((at - whole.from) / width))));
    for (let i = first ?? 0; i <= (last ?? 0); i += 1) {
      const start = whole.from + i * width;
      found[i] = (found[i] ?? 0) + Math.max(0, Math.min(to, start + width) - Math.max(from, start)) / width;
    }
  }
  return found;
};

const known = new WeakMap<TraceTree, TraceTiming>();

/** timingOf works out self times, the critical path and how much ran at once; of a tree once, however many ask. */
export const timingOf = (tree: TraceTree): TraceTiming => {
  const timing = known.get(tree) ?? workOut(tree);
  known.set(tree, timing);
  return timing;
};

const workOut = (tree: TraceTree): TraceTiming => {
  const root = mainRoot(tree) ?? tree.roots[0];
  const waiters = waitersOf(tree);
  const path = root === undefined ? new Map<Entity, Piece[]>() : criticalPath(root, tree, waiters);
  const timings = new Map<Entity, Timing>();
  walk(tree.roots, (entity) => {
    const [self, critical] = [selfOf(entity, tree, waiters), path.get(entity) ?? none];
    timings.set(entity, { total: endOf(entity, tree) - entity.start, self, selfSeconds: lengthOf(self), critical, criticalSeconds: lengthOf(critical) });
  });
  const unknown: Timing = { total: 0, self: none, selfSeconds: 0, critical: none, criticalSeconds: 0 };
  return { of: (entity) => timings.get(entity) ?? unknown, mostAtOnce: mostAtOnce([...timings.values()].flatMap(({ self }) => self)) };
};
