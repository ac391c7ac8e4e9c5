import type { Trace } from '../api/types';
import { entityOf, type Entity } from './entity';
import { parseObject } from '../util/json';

/** A trace ready to be drawn. */
export interface TraceTree {
  id: string;
  /** Segments without a parent first, then what lost its parent; by start. */
  roots: Entity[];
  byId: Map<string, Entity>;
  /** Epoch seconds. `end` is the latest end seen, so a running trace ends at what is known. */
  start: number;
  end: number;
  /** Services in order of first appearance. */
  services: string[];
  limitExceeded: boolean;
  /** Documents that could not be read. */
  unreadable: number;
  /** The row that each row hangs under. */
  parentOf: Map<Entity, Entity>;
  /** What the API answered, to take away. */
  source: Trace;
}

const byStart = (a: Entity, b: Entity): number => a.start - b.start || (a.id < b.id ? -1 : 1);

/** walk visits top to bottom. It keeps its own stack: chains of calls can be deeper than the engine's. */
export const walk = (roots: Entity[], visit: (entity: Entity, depth: number) => void): void => {
  const stack = roots.map((entity) => ({ entity, depth: 0 })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { entity, depth } = next;
    visit(entity, depth);
    for (let i = entity.children.length - 1; i >= 0; i -= 1) {
      const child = entity.children[i];
      if (child !== undefined) stack.push({ entity: child, depth: depth + 1 });
    }
  }
};

const indexOf = (tops: Entity[]): Map<string, Entity> => {
  const index = new Map<string, Entity>();
  walk(tops, (entity) => {
    if (!index.has(entity.id)) index.set(entity.id, entity);
  });
  return index;
};

const isBelow = (entity: Entity, ancestor: Entity, parentOf: Map<Entity, Entity>): boolean => {
  for (let at: Entity | undefined = entity; at !== undefined; at = parentOf.get(at)) if (at === ancestor) return true;
  return false;
};

const parentsOf = (tops: Entity[]): Map<Entity, Entity> => {
  const parents = new Map<Entity, Entity>();
  walk(tops, (entity) => {
    for (const child of entity.children) parents.set(child, entity);
  });
  return parents;
};

/** attach hangs a document under the entity it names as parent, and says whether that was possible. Rings are cut. */
const attach = (entity: Entity, index: Map<string, Entity>, parentOf: Map<Entity, Entity>): boolean => {
  const parent = entity.parentId === null ? undefined : index.get(entity.parentId);
  if (parent === undefined || parent === entity) return false;
  // Without anything below it, an entity cannot be above its parent.
  if (entity.children.length > 0 && isBelow(parent, entity, parentOf)) return false;
  parent.children.push(entity);
  parentOf.set(entity, parent);
  if (!entity.isSegment) adopt(entity, parent);
  return true;
};

/** adopt gives a late subsegment and all in it the service it turned out to belong to. */
const adopt = (entity: Entity, { service, serviceType }: Entity): void => {
  Object.assign(entity, { service, serviceType });
  for (const child of entity.children) if (!child.isSegment) adopt(child, entity);
};

/** markInferred notes on a call what stands for its silent callee; an inferred segment is never a row of its own. */
const markInferred = (inferred: Entity[], index: Map<string, Entity>): void => {
  for (const entity of inferred) {
    const call = entity.parentId === null ? undefined : index.get(entity.parentId);
    if (call !== undefined) call.inferredType = entity.serviceType ?? 'remote';
  }
};

const bounds = (roots: Entity[]): { start: number; end: number } => {
  let start = Infinity;
  let end = -Infinity;
  walk(roots, (entity) => {
    start = Math.min(start, entity.start);
    end = Math.max(end, entity.end ?? entity.start);
  });
  return start === Infinity ? { start: 0, end: 0 } : { start, end };
};

const sortAll = (entities: Entity[]): Entity[] => {
  entities.sort(byStart);
  walk(entities, (entity) => void entity.children.sort(byStart));
  return entities;
};

const servicesOf = (roots: Entity[]): string[] => {
  const names = new Set<string>();
  walk(roots, (entity) => names.add(entity.service));
  return [...names];
};

/** treeOf assembles the documents of one trace: nesting, calls between services, orphans, inferred callees. */
export const treeOf = (trace: Trace): TraceTree => {
  const envelopes = trace.Segments ?? [];
  const docs = envelopes.map((envelope) => parseObject(envelope.Document)).filter((doc) => doc !== null);
  const all = docs.map((doc, i) => entityOf(doc, `doc-${i}`, null));
  const reported = all.filter((entity) => !entity.isInferred);
  const index = indexOf(reported);
  markInferred(all.filter((entity) => entity.isInferred), index);
  const parentOf = parentsOf(reported);
  const tops = reported.sort(byStart).filter((entity) => !attach(entity, index, parentOf));
  for (const entity of tops) entity.isOrphan = entity.parentId !== null;
  const roots = sortAll(tops).sort((a, b) => Number(a.isOrphan) - Number(b.isOrphan));
  return {
    id: trace.Id,
    roots,
    byId: index,
    ...bounds(roots),
    services: servicesOf(roots),
    limitExceeded: trace.LimitExceeded === true,
    unreadable: envelopes.length - docs.length,
    parentOf,
    source: trace,
  };
};

export interface Row {
  entity: Entity;
  depth: number;
  hidden: number;
}

/** rowsOf lists what the waterfall shows, top to bottom. `hidden` is how many rows a closed one keeps to itself. */
export const rowsOf = (roots: Entity[], closed: ReadonlySet<string>, shown: (entity: Entity) => boolean = () => true): Row[] => {
  const rows: Row[] = [];
  let inside: Row | null = null;
  walk(roots, (entity, depth) => {
    if (inside !== null && depth <= inside.depth) inside = null;
    if (!shown(entity)) return;
    if (inside !== null) {
      inside.hidden += 1;
      return;
    }
    const row: Row = { entity, depth, hidden: 0 };
    rows.push(row);
    if (closed.has(entity.id)) inside = row;
  });
  return rows;
};

/** ancestorsOf lists what must be open for a row to be seen. */
export const ancestorsOf = (tree: TraceTree, entity: Entity): Entity[] => {
  const found: Entity[] = [];
  for (let at = tree.parentOf.get(entity); at !== undefined; at = tree.parentOf.get(at)) found.push(at);
  return found;
};

/** closedBelow gives the rows to close so that `levels` levels are seen; Infinity opens all. */
export const closedBelow = (tree: TraceTree, levels: number): Set<string> => {
  const ids = new Set<string>();
  walk(tree.roots, (entity, depth) => {
    if (entity.children.length > 0 && depth + 1 >= levels) ids.add(entity.id);
  });
  return ids;
};

export const depthOf = (tree: TraceTree): number => {
  let most = 0;
  walk(tree.roots, (_, depth) => {
    most = Math.max(most, depth + 1);
  });
  return most;
};

/** mainRoot is the segment that the trace began with, if it arrived. */
export const mainRoot = (tree: TraceTree): Entity | undefined => tree.roots.find((entity) => entity.isSegment && !entity.isOrphan);

export const isFailed = ({ status }: Entity): boolean => status === 'fault' || status === 'error' || status === 'throttle';

/** failingRows are what failed, with what is above it. */
export const failingRows = (tree: TraceTree): Set<Entity> => {
  const kept = new Set<Entity>();
  walk(tree.roots, (entity) => {
    if (!isFailed(entity)) return;
    for (let at: Entity | undefined = entity; at !== undefined && !kept.has(at); at = tree.parentOf.get(at)) kept.add(at);
  });
  return kept;
};
