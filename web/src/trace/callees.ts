import { isCall, type Entity } from './entity';
import { walk, type TraceTree } from './tree';

/**
 * Some SDKs record the steps of a call as its client saw them (`dial`, `request`, `response`), and the segment of the service
 * that was called hangs beside them, below the same call. While that service ran, the client waited: the time is the
 * service's. Everything that says where time went asks here, as root causes of response time on the server do.
 */

/** leadsOf gives what has a segment of another service somewhere below. */
const leadsOf = (tree: TraceTree): Set<Entity> => {
  const leads = new Set<Entity>();
  for (const entity of tree.parentOf.keys()) {
    if (!entity.isSegment) continue;
    for (let at = tree.parentOf.get(entity); at !== undefined && !leads.has(at); at = tree.parentOf.get(at)) leads.add(at);
  }
  return leads;
};

/** waitersOf gives the steps of answered calls, each with the segments that its call was answered by. */
export const waitersOf = (tree: TraceTree): Map<Entity, Entity[]> => {
  const waiters = new Map<Entity, Entity[]>();
  const leads = leadsOf(tree);
  for (const call of leads) {
    if (!isCall(call)) continue;
    const callees = call.children.filter((child) => child.isSegment);
    // What leads to a service of its own is no step, but a call within the call.
    const steps = call.children.filter((child) => !child.isSegment && !leads.has(child));
    if (callees.length > 0) walk(steps, (step) => void waiters.set(step, callees));
  }
  return waiters;
};

/** Whether `other`, below the same row as `one`, says better where something came from: a service does, beside steps of the call to it. */
const tellsMore = (other: Entity, one: Entity | undefined, weight: (entity: Entity) => number): boolean =>
  one === undefined || (one.isSegment === other.isSegment ? weight(other) > weight(one) : other.isSegment);

/**
 * sourceOf goes down to where something came from: each time to the row below that `counts` and weighs most, the first of
 * equals; to a called service rather than to steps of the call. It ends at a call that nobody answered: its steps only tell
 * how its client waited.
 */
export const sourceOf = (tree: TraceTree, from: Entity, counts: (entity: Entity) => boolean, weight: (entity: Entity) => number = () => 0): Entity => {
  const leads = leadsOf(tree);
  let at = from;
  while (!isCall(at) || leads.has(at)) {
    let next: Entity | undefined;
    for (const child of at.children) if (counts(child) && tellsMore(child, next, weight)) next = child;
    if (next === undefined) return at;
    at = next;
  }
  return at;
};
