import type { Entity } from './entity';
import { asList, asNumber, asObject, asText, type JsonObject } from './json';
import { walk, type TraceTree } from './tree';

export interface Frame {
  path: string | null;
  line: number | null;
  label: string | null;
}

export interface ExceptionInfo {
  id: string;
  type: string;
  message: string;
  /** Raised by a service downstream. */
  remote: boolean;
  stack: Frame[];
  /** Frames left out. */
  truncated: number;
  /** Exceptions left out between this one and what caused it. */
  skipped: number;
  causeId: string | null;
  /** Where it was recorded. */
  owner: Entity;
}

const frameOf = (value: unknown): Frame => {
  const frame = asObject(value);
  return { path: asText(frame?.['path']), line: asNumber(frame?.['line']), label: asText(frame?.['label']) };
};

const exceptionOf = (doc: JsonObject, owner: Entity, index: number): ExceptionInfo => ({
  id: asText(doc['id'])?.toLowerCase() ?? `${owner.id}#${index}`,
  type: asText(doc['type']) ?? 'Exception',
  message: asText(doc['message']) ?? '',
  remote: doc['remote'] === true,
  stack: asList(doc['stack']).map(frameOf),
  truncated: asNumber(doc['truncated']) ?? 0,
  skipped: asNumber(doc['skipped']) ?? 0,
  causeId: asText(doc['cause'])?.toLowerCase() ?? null,
  owner,
});

/** ownExceptions lists what was recorded on the entity itself. */
export const ownExceptions = (entity: Entity): ExceptionInfo[] =>
  asList(asObject(entity.doc['cause'])?.['exceptions'])
    .map(asObject)
    .filter((doc) => doc !== null)
    .map((doc, i) => exceptionOf(doc, entity, i));

const findException = (tree: TraceTree, id: string): ExceptionInfo | null => {
  let found: ExceptionInfo | null = null;
  walk(tree.roots, (entity) => {
    found ??= ownExceptions(entity).find((exception) => exception.id === id) ?? null;
  });
  return found;
};

const ordered = (exceptions: ExceptionInfo[]): ExceptionInfo[] => {
  const causes = new Set(exceptions.map((exception) => exception.causeId));
  const first = exceptions.filter((exception) => !causes.has(exception.id));
  return first.length === 0 ? exceptions : [...first, ...exceptions.filter((exception) => !first.includes(exception))];
};

/** exceptionsOf gives an entity's exceptions, outermost first, following a reference to where one was recorded. */
export const exceptionsOf = (entity: Entity, tree: TraceTree): ExceptionInfo[] => {
  const reference = asText(entity.doc['cause']);
  if (reference === null) return ordered(ownExceptions(entity));
  const found = findException(tree, reference.toLowerCase());
  return found === null ? [] : [found];
};
