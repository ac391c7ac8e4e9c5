import { countOf, durationText, rateText } from '../util/format';
import type { Graph, GraphEdge, GraphNode } from './graph';
import { shortName } from '../util/nodeType';
import { shareText, type CountedClass } from '../util/status';

const doing: Record<Exclude<CountedClass, 'ok'>, (name: string, share: string) => string> = {
  fault: (name, share) => `${name} is failing ${share} of its calls`,
  throttle: (name, share) => `${name} is turning away ${share} of its calls`,
  error: (name, share) => `${name} answers ${share} of its calls with an error`,
};

/** Shares below these are everyday noise: nobody should be alarmed by one wrong password. */
const worthSaying: Record<Exclude<CountedClass, 'ok'>, number> = { fault: 0.005, throttle: 0.02, error: 0.1 };

const worst = (nodes: GraphNode[], name: Exclude<CountedClass, 'ok'>): GraphNode | null => {
  let found: GraphNode | null = null;
  let most = worthSaying[name];
  for (const node of nodes) {
    const share = node.traffic.total === 0 ? 0 : node.traffic.counts[name] / node.traffic.total;
    if (share > most) [found, most] = [node, share];
  }
  return found;
};

/** Part of a node's trouble that one of its calls must carry to be named as where it comes from. */
const mostOf = 0.5;

/** sourceOf follows the trouble of a node down its calls, to the node where most of it begins. */
const sourceOf = (graph: Graph, from: GraphNode, name: CountedClass, seen = new Set<string>()): GraphNode => {
  seen.add(from.key);
  const edge = graph.edges
    .filter((candidate) => candidate.from === from.key && !seen.has(candidate.to))
    .reduce<GraphEdge | null>((most, candidate) => (candidate.traffic.counts[name] > (most?.traffic.counts[name] ?? 0) ? candidate : most), null);
  const next = graph.nodes.find((node) => node.key === edge?.to);
  if (edge === null || next === undefined || edge.traffic.counts[name] < mostOf * from.traffic.counts[name]) return from;
  return sourceOf(graph, next, name, seen);
};

export interface MapSummary {
  /** "8 services, 312 requests/min" */
  size: string;
  /** The one thing to know, or that all is well. */
  news: string;
  /** The node that the news is about. */
  about: string | null;
  level: CountedClass;
}

const slowest = (nodes: GraphNode[]): string => {
  const slow = nodes.reduce<GraphNode | null>(
    (most, node) => ((node.traffic.average ?? 0) > (most?.traffic.average ?? 0) ? node : most),
    null,
  );
  return slow?.traffic.average == null ? '' : `; slowest is ${shortName(slow.name)} with ${durationText(slow.traffic.average)} on average`;
};

/** summaryOf says in one line what a map shows. `minutes` is the length of the window. */
export const summaryOf = (graph: Graph, minutes: number): MapSummary => {
  const services = graph.nodes.filter((node) => !node.isClient);
  const requests = services.filter((node) => node.isRoot).reduce((sum, node) => sum + node.traffic.total, 0);
  const rate = rateText(requests / Math.max(minutes, 1 / 60)).replace('/min', '');
  const size = `${countOf(services.length, 'service')}, ${rate} ${rate === '1' ? 'request' : 'requests'}/min`;
  for (const level of ['fault', 'throttle', 'error'] as const) {
    const node = worst(services, level);
    if (node === null) continue;
    const share = shareText(node.traffic.counts[level], node.traffic.total);
    const source = sourceOf(graph, node, level);
    const origin = source === node ? '' : `; most of that begins at ${shortName(source.name)}`;
    return { size, news: doing[level](shortName(node.name), share) + origin, about: source.key, level };
  }
  return { size, news: `no service is failing${slowest(services)}`, about: null, level: 'ok' };
};
