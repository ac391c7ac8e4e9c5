import { isCall } from './entity';
import { isFailed, walk, type TraceTree } from './tree';
import type { TraceTiming } from './timing';

/** All rows of one service and name, those that are steps of a call by call. Times are seconds. */
export interface CallGroup {
  key: string;
  service: string;
  name: string;
  /** Of the steps of a call, its name: every call has a `response`. */
  of: string | null;
  isSegment: boolean;
  calls: number;
  total: number;
  self: number;
  average: number;
  max: number;
  /** Self time as a part of the self time of all rows, 0..1. */
  share: number;
  failures: number;
  /** Id of the longest. */
  slowest: string;
}

/** callsOf sums up a trace by service and name, what took most of the time first. */
export const callsOf = (tree: TraceTree, timing: TraceTiming): CallGroup[] => {
  const groups = new Map<string, CallGroup>();
  let all = 0;
  walk(tree.roots, (entity) => {
    const { total, selfSeconds } = timing.of(entity);
    const above = tree.parentOf.get(entity);
    const of = above !== undefined && isCall(above) && !isCall(entity) && !entity.isSegment ? above.name : null;
    const key = JSON.stringify([entity.service, entity.name, entity.isSegment, of]);
    const group = groups.get(key) ?? { key, service: entity.service, name: entity.name, of, isSegment: entity.isSegment, calls: 0, total: 0, self: 0, average: 0, max: -1, share: 0, failures: 0, slowest: entity.id };
    groups.set(key, group);
    if (total > group.max) Object.assign(group, { max: total, slowest: entity.id });
    group.calls += 1;
    group.total += total;
    group.self += selfSeconds;
    group.failures += Number(isFailed(entity));
    all += selfSeconds;
  });
  const list = [...groups.values()].map((group) => ({ ...group, average: group.total / group.calls, share: all > 0 ? group.self / all : 0 }));
  return list.sort((a, b) => b.self - a.self || (a.key < b.key ? -1 : 1));
};
