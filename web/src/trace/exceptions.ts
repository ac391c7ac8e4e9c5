import type { Entity } from './entity';
import { asList, asNumber, asObject, asText, type JsonObject } from '../util/json';
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

/** Exceptions of a trace by id, made when a chain first leaves its entity. */
const indexes = new WeakMap<TraceTree, Map<string, ExceptionInfo>>();

const indexOf = (tree: TraceTree): Map<string, ExceptionInfo> => {
  const index = indexes.get(tree) ?? new Map<string, ExceptionInfo>();
  if (!indexes.has(tree)) {
    indexes.set(tree, index);
    walk(tree.roots, (entity) => {
      for (const exception of ownExceptions(entity)) if (!index.has(exception.id)) index.set(exception.id, exception);
    });
  }
  return index;
};

/** chainsOf follows each exception to what caused it, also where that was recorded on another entity. Rings are cut. */
const chainsOf = (first: ExceptionInfo[], own: Map<string, ExceptionInfo>, tree: TraceTree): ExceptionInfo[] => {
  const chain = new Map<string, ExceptionInfo>();
  for (const one of first) {
    for (let at: ExceptionInfo | undefined = one; at !== undefined && !chain.has(at.id); ) {
      chain.set(at.id, at);
      at = at.causeId === null ? undefined : (own.get(at.causeId) ?? indexOf(tree).get(at.causeId));
    }
  }
  return [...chain.values()];
};

/** exceptionsOf gives an entity's exceptions, outermost first, following references to where others were recorded. */
export const exceptionsOf = (entity: Entity, tree: TraceTree): ExceptionInfo[] => {
  const reference = asText(entity.doc['cause']);
  const referred = reference === null ? undefined : indexOf(tree).get(reference.toLowerCase());
  if (referred !== undefined) return chainsOf([referred], new Map(), tree);
  const list = ownExceptions(entity);
  const causes = new Set(list.map((exception) => exception.causeId));
  const own = new Map(list.map((exception) => [exception.id, exception]));
  // A ring has no outermost one; what is left of it follows in the order recorded.
  return chainsOf([...list.filter((exception) => !causes.has(exception.id)), ...list], own, tree);
};
