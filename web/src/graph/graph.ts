import type { ImpactService } from '../api/adminTypes';
import type { HistogramEntry, Service } from '../api/types';
import { countsOf, noCounts, totalOf, type Counts } from '../util/status';

/** What is counted of a node or an edge. */
export interface Traffic {
  counts: Counts;
  total: number;
  /** Average in seconds, null when nothing was counted. */
  average: number | null;
  histogram: HistogramEntry[];
}

export interface GraphNode {
  key: string;
  name: string;
  type: string | null;
  isClient: boolean;
  isRoot: boolean;
  traffic: Traffic;
}

export interface GraphEdge {
  key: string;
  from: string;
  to: string;
  /** Names under which the caller knows the callee. */
  aliases: string[];
  /** A link between traces, for example through a queue, rather than a call. */
  isLink: boolean;
  traffic: Traffic;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** nodeKey names a node in URLs. Names and types cannot contain a bar. */
export const nodeKey = (id: { Name: string | null; Type: string | null; AccountId?: string | null }): string =>
  [id.Name ?? '', id.Type ?? '', id.AccountId ?? ''].join('|').replace(/\|+$/, '');

export const edgeKey = (from: string, to: string): string => `${from}>${to}`;

const trafficOf = (
  statistics: Service['SummaryStatistics'],
  histogram: HistogramEntry[] | null,
): Traffic => {
  const counts = countsOf(statistics);
  const total = totalOf(counts);
  const time = statistics?.TotalResponseTime ?? 0;
  return { counts, total, average: total > 0 ? time / total : null, histogram: histogram ?? [] };
};

const nodeOf = (service: Service): GraphNode => ({
  key: nodeKey(service),
  name: service.Name ?? 'unnamed',
  type: service.Type,
  isClient: service.Type === 'client',
  isRoot: service.Root === true,
  traffic: trafficOf(service.SummaryStatistics, service.ResponseTimeHistogram),
});

const edgesOf = (service: Service, keys: Map<number, string>): GraphEdge[] => {
  const from = nodeKey(service);
  const edges: GraphEdge[] = [];
  for (const edge of service.Edges ?? []) {
    const to = keys.get(edge.ReferenceId);
    if (to === undefined) continue;
    const isLink = edge.EdgeType === 'link';
    edges.push({
      key: edgeKey(from, to),
      from,
      to,
      aliases: [...new Set((edge.Aliases ?? []).map((alias) => alias.Name ?? '').filter((name) => name !== ''))],
      isLink,
      traffic: isLink
        ? waitingOf(trafficOf(edge.SummaryStatistics, edge.ReceivedEventAgeHistogram))
        : trafficOf(edge.SummaryStatistics, edge.ResponseTimeHistogram),
    });
  }
  return edges;
};

/** Of a link what counts is how long work waited; its statistics have the time that the receiver took. */
const waitingOf = (traffic: Traffic): Traffic => {
  const events = traffic.histogram.reduce((sum, { Count }) => sum + Count, 0);
  const time = traffic.histogram.reduce((sum, { Value, Count }) => sum + Value * Count, 0);
  return { ...traffic, average: events === 0 ? null : time / events };
};

const byKey = <T extends { key: string }>(items: T[]): T[] => {
  const unique = new Map(items.map((item) => [item.key, item]));
  return [...unique.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
};

/** graphOf turns the answer of a graph operation into nodes and edges in a stable order. */
export const graphOf = (services: Service[] | null): Graph => {
  const all = services ?? [];
  const keys = new Map(all.map((service) => [service.ReferenceId, nodeKey(service)]));
  return { nodes: byKey(all.map(nodeOf)), edges: byKey(all.flatMap((service) => edgesOf(service, keys))) };
};

const noTraffic: Traffic = { counts: noCounts, total: 0, average: null, histogram: [] };

/** impactOf is the graph of the services that an insight touches, with their traffic as far as `known` has it. */
export const impactOf = (services: ImpactService[] | null, known: Graph): Graph => {
  const all = services ?? [];
  const keys = new Map(all.map((service) => [service.ReferenceId, nodeKey(service)]));
  const nodes = new Map(known.nodes.map((node) => [node.key, node]));
  const edges = new Map(known.edges.map((edge) => [edge.key, edge]));
  return {
    nodes: byKey(
      all.map((service): GraphNode => {
        const key = nodeKey(service);
        return nodes.get(key) ?? { key, name: service.Name ?? 'unnamed', type: service.Type, isClient: service.Type === 'client', isRoot: false, traffic: noTraffic };
      }),
    ),
    edges: byKey(
      all.flatMap((service) =>
        (service.Edges ?? []).flatMap(({ ReferenceId }): GraphEdge[] => {
          const [from, to] = [nodeKey(service), keys.get(ReferenceId)];
          if (to === undefined) return [];
          const key = edgeKey(from, to);
          return [edges.get(key) ?? { key, from, to, aliases: [], isLink: false, traffic: noTraffic }];
        }),
      ),
    ),
  };
};

/** The shape of a graph without its numbers: positions are kept while it is the same. */
export const shapeOf = (graph: Graph): string =>
  [...graph.nodes.map((node) => node.key), ...graph.edges.map((edge) => edge.key)].join('\n');

const troubleOf = ({ counts, total }: Traffic): number =>
  total === 0 ? 0 : (counts.fault * 4 + counts.throttle * 2 + counts.error) / total;

/** worstFirst orders services by what deserves a look: failing share, then slowness. Client nodes are left out. */
export const worstFirst = (nodes: GraphNode[]): GraphNode[] =>
  nodes
    .filter((node) => !node.isClient)
    .sort(
      (a, b) =>
        troubleOf(b.traffic) - troubleOf(a.traffic) ||
        (b.traffic.average ?? 0) - (a.traffic.average ?? 0) ||
        (a.key < b.key ? -1 : 1),
    );
