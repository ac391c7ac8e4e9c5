import { sourceOf, waitersOf } from './callees';
import { isCall, type Entity } from './entity';
import { exceptionsOf, type ExceptionInfo } from './exceptions';
import { durationText } from '../util/format';
import { shortName } from '../util/nodeType';
import { shareText, type StatusClass } from '../util/status';
import { ancestorsOf, isFailed, mainRoot, walk, type TraceTree } from './tree';

/** Something to know of a trace, and the entity that it is about. */
export interface Reason {
  /** What leads to the link. */
  text: string;
  /** The link's words: where it was. */
  place: string;
  /** What was said there: a message, a status. */
  said: string | null;
  about: string;
}

/** What happened in a trace, for people. */
export interface Story {
  status: StatusClass;
  /** "failed with HTTP 503 after 524 ms" */
  result: string;
  /** Where it failed first, where the time went; empty when there is nothing to add. */
  reasons: Reason[];
}

const length = (entity: Entity): number => (entity.end === null ? 0 : entity.end - entity.start);

/** firstFailure follows what failed down to where the failure came from. The wait for an answer fails with the call that it is a step of. */
const firstFailure = (tree: TraceTree, from: Entity): Entity => {
  const waiters = waitersOf(tree);
  const fault = sourceOf(tree, from, (entity) => entity.status === 'fault' && !waiters.has(entity));
  return sourceOf(tree, fault, (entity) => isFailed(entity) && !waiters.has(entity));
};

/** slowestPart follows what took more than half of the root's time. What took longer than the root ran on without it. */
const slowestPart = (tree: TraceTree, root: Entity): Entity =>
  sourceOf(tree, root, (entity) => length(entity) > length(root) / 2 && length(entity) <= length(root), length);

const placeOf = (entity: Entity): string =>
  entity.isSegment || entity.name === entity.service
    ? entity.name
    : `the call from ${entity.service} to ${shortName(entity.name)}`;

const inPlace = (entity: Entity): string =>
  entity.isSegment || isCall(entity)
    ? placeOf(entity)
    : `“${entity.name}” of ${entity.service}`;

/** basicOf is the exception at the end of the first chain: what the others came from. */
const basicOf = (exceptions: ExceptionInfo[]): ExceptionInfo | undefined => {
  const byId = new Map(exceptions.map((exception) => [exception.id, exception]));
  let at = exceptions[0];
  for (let left = exceptions.length; left > 1 && at?.causeId != null && byId.has(at.causeId); left -= 1) at = byId.get(at.causeId);
  return at;
};

/** saidBy finds what was said of a failure: where it was, in the steps below, or else by the next above that says anything. */
const saidBy = (source: Entity, tree: TraceTree): ExceptionInfo | undefined => {
  const steps = source.children.filter((child) => !child.isSegment && isFailed(child));
  for (const entity of [source, ...steps, ...ancestorsOf(tree, source)]) {
    const found = basicOf(exceptionsOf(entity, tree));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Messages of exceptions can be pages; the panel has them whole. */
const longestMessage = 200;

const exceptionText = ({ type, message }: ExceptionInfo): string => {
  const text = message.trim();
  if (text === '') return type;
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
};

const failureText = (source: Entity, tree: TraceTree): string | null => {
  const exception = saidBy(source, tree);
  if (exception !== undefined) return exceptionText(exception);
  return source.http.status === null ? null : `the answer was HTTP ${source.http.status}`;
};

const verbs: Record<StatusClass, string> = {
  ok: 'was answered',
  error: 'was refused: the request was wrong',
  throttle: 'was turned away: too many requests',
  fault: 'failed',
  pending: 'is still running',
};

const resultOf = (root: Entity): string => {
  const code = root.http.status === null ? '' : `, HTTP ${root.http.status}`;
  if (root.end === null) return `${verbs[root.status]}${code}`;
  return `${verbs[root.status]}${code}, after ${durationText(length(root))}`;
};

const failureReason = (root: Entity, tree: TraceTree): Reason[] => {
  const source = firstFailure(tree, root);
  const said = failureText(source, tree);
  // That the request itself failed, and with which status, is told already.
  const isNews = source !== root || saidBy(source, tree) !== undefined;
  return isNews ? [{ text: 'It failed first in', place: inPlace(source), said, about: source.id }] : [];
};

/** Failures that did not fail the request are told, since they may have cost it time. */
const survivedReason = (root: Entity, tree: TraceTree): Reason[] => {
  let failed: Entity | undefined;
  walk([root], (entity) => {
    if (isFailed(entity) && (failed === undefined || (failed.status !== 'fault' && entity.status === 'fault'))) failed = entity;
  });
  if (failed === undefined) return [];
  const source = firstFailure(tree, failed);
  return [{ text: 'On the way, something failed in', place: inPlace(source), said: failureText(source, tree), about: source.id }];
};

const timeReason = (root: Entity, tree: TraceTree): Reason[] => {
  const part = slowestPart(tree, root);
  return part === root ? [] : [{ text: `${shareText(length(part), length(root))} of the time was spent in`, place: inPlace(part), said: null, about: part.id }];
};

/** storyOf tells what became of the request that started the trace. */
export const storyOf = (tree: TraceTree): Story => {
  const root = mainRoot(tree);
  if (root === undefined) return { status: 'pending', result: 'is incomplete: the part that began it has not arrived, so its result is not known yet', reasons: [] };
  const failures = isFailed(root) ? failureReason(root, tree) : survivedReason(root, tree);
  const times = timeReason(root, tree).filter(({ about }) => failures.every((failure) => failure.about !== about));
  return { status: root.status, result: resultOf(root), reasons: isFailed(root) ? [...failures, ...times] : [...times, ...failures] };
};
