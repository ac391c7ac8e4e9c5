import type { Entity } from './entity';
import { ownExceptions, type ExceptionInfo } from './exceptions';
import { durationText } from './format';
import { shortName } from './nodeType';
import { shareText, type StatusClass } from './status';
import type { TraceTree } from './tree';

/** What happened in a trace, for people. */
export interface Story {
  status: StatusClass;
  /** "failed with HTTP 503 after 524 ms" */
  result: string;
  /** Where it went wrong or where the time went; null when there is nothing to add. */
  reason: string | null;
  /** The entity the reason is about. */
  about: string | null;
}

const failed = (entity: Entity): boolean =>
  entity.status === 'fault' || entity.status === 'error' || entity.status === 'throttle';

const length = (entity: Entity): number => (entity.end === null ? 0 : entity.end - entity.start);

/** deepestFailure follows failing children down to where the failure came from. */
const deepestFailure = (entity: Entity): Entity => {
  const next = entity.children.find((child) => child.status === 'fault') ?? entity.children.find(failed);
  return next === undefined ? entity : deepestFailure(next);
};

/** slowestPart follows the longest child down while it takes more than half of the root's time. */
const slowestPart = (entity: Entity, whole: number): Entity => {
  const next = entity.children.reduce<Entity | null>(
    (most, child) => (length(child) > (most === null ? 0 : length(most)) ? child : most),
    null,
  );
  return next !== null && length(next) > whole / 2 && length(next) <= whole ? slowestPart(next, whole) : entity;
};

const placeOf = (entity: Entity): string =>
  entity.isSegment || entity.name === entity.service
    ? entity.name
    : `the call from ${entity.service} to ${shortName(entity.name)}`;

const inPlace = (entity: Entity): string =>
  entity.isSegment || entity.namespace === 'aws' || entity.namespace === 'remote'
    ? placeOf(entity)
    : `“${entity.name}” of ${entity.service}`;

const exceptionText = (exception: ExceptionInfo | undefined): string => {
  if (exception === undefined) return '';
  return exception.message === '' ? ` (${exception.type})` : ` (${exception.type}: ${exception.message})`;
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

const failureReason = (root: Entity): Pick<Story, 'reason' | 'about'> => {
  const source = deepestFailure(root);
  const exception = ownExceptions(source)[0];
  if (source === root && exception === undefined) return { reason: null, about: null };
  return { reason: `It went wrong in ${inPlace(source)}${exceptionText(exception)}.`, about: source.id };
};

const timeReason = (root: Entity): Pick<Story, 'reason' | 'about'> => {
  const whole = length(root);
  const part = slowestPart(root, whole);
  if (part === root) return { reason: null, about: null };
  return { reason: `${shareText(length(part), whole)} of the time was spent in ${inPlace(part)}.`, about: part.id };
};

/** storyOf tells what became of the request that started the trace. */
export const storyOf = (tree: TraceTree): Story => {
  const root = tree.roots.find((entity) => entity.isSegment && !entity.isOrphan);
  if (root === undefined) {
    const reason = 'The segment that began this trace has not arrived, so its result is not known yet.';
    return { status: 'pending', result: 'is incomplete', reason, about: null };
  }
  const why = failed(root) ? failureReason(root) : timeReason(root);
  return { status: root.status, result: resultOf(root), ...why };
};
