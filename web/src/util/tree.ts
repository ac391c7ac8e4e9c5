import type { Trace } from '../api/types';
import { entityOf, type Entity } from './entity';
import { parseObject } from './json';

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
}

const byStart = (a: Entity, b: Entity): number => a.start - b.start || (a.id < b.id ? -1 : 1);

export const walk = (roots: Entity[], visit: (entity: Entity, depth: number) => void, depth = 0): void => {
  for (const entity of roots) {
    visit(entity, depth);
    walk(entity.children, visit, depth + 1);
  }
};

const indexOf = (tops: Entity[]): Map<string, Entity> => {
  const index = new Map<string, Entity>();
  walk(tops, (entity) => {
    if (!index.has(entity.id)) index.set(entity.id, entity);
  });
  return index;
};

const contains = (root: Entity, wanted: Entity): boolean =>
  root === wanted || root.children.some((child) => contains(child, wanted));

/** attach hangs a document under the entity it names as parent, and says whether that was possible. Rings are cut. */
const attach = (entity: Entity, index: Map<string, Entity>): boolean => {
  const parent = entity.parentId === null ? undefined : index.get(entity.parentId);
  if (parent === undefined || contains(entity, parent)) return false;
  parent.children.push(entity);
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
  for (const entity of entities) sortAll(entity.children);
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
  const tops = reported.sort(byStart).filter((entity) => !attach(entity, index));
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
  };
};

export interface Row {
  entity: Entity;
  depth: number;
  hidden: number;
}

const countBelow = (entity: Entity): number =>
  entity.children.reduce((sum, child) => sum + 1 + countBelow(child), 0);

/** rowsOf lists what the waterfall shows, top to bottom. `hidden` is how many rows a closed one keeps to itself. */
export const rowsOf = (roots: Entity[], closed: ReadonlySet<string>, depth = 0): Row[] =>
  roots.flatMap((entity) =>
    closed.has(entity.id)
      ? [{ entity, depth, hidden: countBelow(entity) }]
      : [{ entity, depth, hidden: 0 }, ...rowsOf(entity.children, closed, depth + 1)],
  );
