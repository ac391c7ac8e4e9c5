import type { Entity } from './entity';
import { endOf } from './timing';
import { walk, type TraceTree } from './tree';

/** One row of the trace as a box: above it what called it, below it what it called. */
export interface FlameBox {
  entity: Entity;
  lane: number;
  /** Epoch seconds. */
  from: number;
  to: number;
}

/** The lowest lane from `first` on that is free at a time. Lanes are filled in order of start, so their ends suffice. */
const freeLane = (ends: number[], first: number, from: number): number => {
  let lane = first;
  while ((ends[lane] ?? -Infinity) > from) lane += 1;
  return lane;
};

/** Lanes are looked through for each box; past this many, what runs at once is drawn over each other. */
const mostLanes = 400;

/**
 * flameOf gives each row a lane below that of its parent where nothing else is drawn at its time, so that what ran at once
 * stands under each other and nothing is hidden.
 */
export const flameOf = (tree: TraceTree): FlameBox[] => {
  const ends: number[] = [];
  const lanes = new Map<Entity, number>();
  const rows: Entity[] = [];
  walk(tree.roots, (entity) => rows.push(entity));
  // A stable sort: a parent that starts with its child stays before it.
  rows.sort((a, b) => a.start - b.start);
  const place = (entity: Entity): FlameBox => {
    const parent = tree.parentOf.get(entity);
    // A callee whose clock is behind comes before its caller here; it goes below where that will be, at depth one or more.
    const first = parent === undefined ? 0 : (lanes.get(parent) ?? 0) + 1;
    const [from, to] = [entity.start, endOf(entity, tree)];
    const lane = Math.min(mostLanes, freeLane(ends, first, from + 1e-9));
    ends[lane] = Math.max(ends[lane] ?? -Infinity, to);
    lanes.set(entity, lane);
    return { entity, lane, from, to };
  };
  return rows.map(place);
};

/** A box in view, as shares of the width. */
export interface DrawnBox {
  box: FlameBox;
  left: number;
  width: number;
  /** More boxes than this one that are too small to be drawn alone. */
  more: number;
}

/** drawnOf cuts boxes to what is looked at and gathers neighbours of a lane that would be smaller than `least` of the width. */
export const drawnOf = (boxes: FlameBox[], from: number, to: number, least: number): DrawnBox[] => {
  const small = new Map<number, DrawnBox>();
  const drawn: DrawnBox[] = [];
  const length = to - from;
  if (!(length > 0)) return [];
  for (const box of boxes) {
    if (box.to < from || box.from > to) continue;
    const left = Math.max(0, (box.from - from) / length);
    const width = Math.min(1, (box.to - from) / length) - left;
    const gathered = small.get(box.lane);
    if (width < least && gathered !== undefined && left - gathered.left < least) {
      gathered.more += 1;
      continue;
    }
    const one = { box, left, width: Math.max(width, least), more: 0 };
    if (width < least) small.set(box.lane, one);
    drawn.push(one);
  }
  return drawn;
};

/** byLane sorts drawn boxes into their lanes. */
export const byLane = (drawn: DrawnBox[]): Map<number, DrawnBox[]> => {
  const lanes = new Map<number, DrawnBox[]>();
  for (const one of drawn) {
    const lane = lanes.get(one.box.lane) ?? [];
    lane.push(one);
    lanes.set(one.box.lane, lane);
  }
  return lanes;
};

export type FlameMove = 'up' | 'down' | 'left' | 'right';

/** neighbourOf goes from a row to its parent, its longest child, or the row before or after it in time beside it. */
export const neighbourOf = (tree: TraceTree, entity: Entity, move: FlameMove): Entity | undefined => {
  if (move === 'up') return tree.parentOf.get(entity);
  if (move === 'down') return entity.children.toSorted((a, b) => endOf(b, tree) - b.start - (endOf(a, tree) - a.start))[0];
  const beside = tree.parentOf.get(entity)?.children ?? tree.roots;
  return beside[beside.indexOf(entity) + (move === 'left' ? -1 : 1)];
};
