import type { Entity } from './entity';
import { ownExceptions } from './exceptions';
import { asObject, flatten } from '../util/json';
import { rowHint } from './rowHint';
import { classWords } from '../util/status';
import { walk, type TraceTree } from './tree';

const wordsOf = (entity: Entity): string =>
  [
    entity.name,
    entity.service,
    entity.id,
    rowHint(entity),
    entity.http.url ?? '',
    entity.http.status ?? '',
    entity.user ?? '',
    entity.status === 'ok' ? '' : classWords[entity.status].label,
    ...flatten(asObject(entity.doc['annotations']) ?? {}).map(([key, value]) => `${key}=${value}`),
    ...ownExceptions(entity).map(({ type, message }) => `${type} ${message}`),
  ]
    .join('\n')
    .toLowerCase();

/** Text of each row, made when it is first searched: most traces never are. */
const texts = new WeakMap<Entity, string>();

const textOf = (entity: Entity): string => {
  const known = texts.get(entity) ?? wordsOf(entity);
  texts.set(entity, known);
  return known;
};

/** findIn lists the rows that hold all words, top to bottom: in name, service, id, request, annotations, exceptions. */
export const findIn = (tree: TraceTree, query: string): Entity[] => {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const found: Entity[] = [];
  if (words.length === 0) return found;
  walk(tree.roots, (entity) => {
    if (words.every((word) => textOf(entity).includes(word))) found.push(entity);
  });
  return found;
};

/** nextOf goes round: from the last match to the first. From outside the matches it begins with the first, or the last. */
export const nextOf = (found: Entity[], selected: string | null, by: 1 | -1): Entity | undefined => {
  const at = found.findIndex((entity) => entity.id === selected);
  if (at === -1) return by === 1 ? found[0] : found.at(-1);
  return found[(at + by + found.length) % found.length];
};
