import type { HistogramEntry } from '../api/types';
import { isCall, type Entity } from './entity';
import { countOf } from '../util/format';
import { nodeKey, type Graph, type Traffic } from '../graph/graph';
import { asObject, asText } from '../util/json';

/** Fewer than this and a share of them says nothing. */
const fewest = 20;

/** Histogram values are rounded to milliseconds, so the call itself has to be. */
const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000);

const countWhere = (entries: HistogramEntry[], holds: (ms: number) => boolean): number =>
  entries.reduce((sum, { Value, Count }) => sum + (holds(toMilliseconds(Value)) ? Count : 0), 0);

/** Names under which a node can stand that answers a call: the call's own, or the resource that its AWS block names. */
export const calleeNames = (call: Entity): Set<string> => {
  const aws = asObject(call.doc['aws']) ?? {};
  return new Set([call.name, ...Object.values(aws).map(asText).filter((name) => name !== null)]);
};

/** trafficFor finds what the map knows of calls like this one: of a segment its node, of a call the edge. */
export const trafficFor = (entity: Entity, graph: Graph): Traffic | null => {
  const from = nodeKey({ Name: entity.service, Type: entity.serviceType });
  if (entity.isSegment) return graph.nodes.find((node) => node.key === from)?.traffic ?? null;
  const callee = entity.children.find((child) => child.isSegment);
  if (callee !== undefined) {
    const to = nodeKey({ Name: callee.service, Type: callee.serviceType });
    return graph.edges.find((edge) => edge.from === from && edge.to === to && !edge.isLink)?.traffic ?? null;
  }
  if (!isCall(entity)) return null;
  const names = calleeNames(entity);
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  return graph.edges.find((edge) => edge.from === from && !edge.isLink && names.has(nodes.get(edge.to)?.name ?? ''))?.traffic ?? null;
};

/** kindSentence compares a length in seconds with its kind, or gives null when there are too few to compare with. */
export const kindSentence = (seconds: number, { histogram }: Pick<Traffic, 'histogram'>): string | null => {
  const mine = toMilliseconds(seconds);
  const all = countWhere(histogram, () => true);
  if (all < fewest) return null;
  const [faster, slower] = [countWhere(histogram, (ms) => ms < mine), countWhere(histogram, (ms) => ms > mine)];
  const of = `of its kind (${countOf(all, 'call')} in the hour around it)`;
  if (slower === 0 && faster > 0) return `As slow as the slowest ${of}`;
  if (faster === 0 && slower > 0) return `As fast as the fastest ${of}`;
  // Rounded down: it is never said of more than it is true of.
  const share = Math.floor((100 * Math.max(faster, slower)) / all);
  if (share === 0) return `As fast as all ${of}`;
  return `${faster >= slower ? 'Slower' : 'Faster'} than ${share} % ${of}`;
};
