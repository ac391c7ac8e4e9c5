import type { Entity } from './entity';
import { asList, asObject, asText } from '../util/json';
import { normalTraceId } from '../util/traceId';
import { walk, type TraceTree } from './tree';

/** How a linked trace stands to this one; `unknown` when the link does not say. */
export type LinkKind = 'parent' | 'child' | 'unknown';

export interface TraceLink {
  traceId: string;
  /** Segment or subsegment there, if it was named. */
  row: string | null;
  kind: LinkKind;
  /** Where in this trace it was recorded. */
  owner: Entity;
}

const kindOf = (type: string | null): LinkKind => (type === 'parent' || type === 'child' ? type : 'unknown');

const linksIn = (owner: Entity): TraceLink[] =>
  asList(owner.doc['links']).flatMap((value) => {
    const link = asObject(value);
    const traceId = normalTraceId(asText(link?.['trace_id']) ?? '');
    if (traceId === null) return [];
    return [{ traceId, row: asText(link?.['id'])?.toLowerCase() ?? null, kind: kindOf(asText(asObject(link?.['attributes'])?.['reference_type'])), owner }];
  });

/** linksOf lists the links that the documents of a trace hold, each once; links of a trace to itself are left out. */
export const linksOf = (tree: TraceTree): TraceLink[] => {
  const found = new Map<string, TraceLink>();
  walk(tree.roots, (entity) => {
    for (const link of linksIn(entity)) if (link.traceId !== tree.id) found.set(`${link.traceId} ${link.row ?? ''} ${link.owner.id}`, link);
  });
  return [...found.values()];
};
