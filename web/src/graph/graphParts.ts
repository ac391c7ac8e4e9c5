import type { Graph, GraphEdge } from './graph';
import type { Direction, Hops } from './mapView';

/** withoutWorkersClients leaves out the clients of workers that are only reached through queues: whoever begins a trace
 * has a client in X-Ray's graph, but nobody sent these requests. A worker that is also called from outside keeps its own. */
export const withoutWorkersClients = (graph: Graph): Graph => {
  const handed = new Map<string, number>();
  for (const { isLink, to, traffic } of graph.edges) if (isLink) handed.set(to, (handed.get(to) ?? 0) + traffic.total);
  const clients = new Set(graph.nodes.filter(({ isClient }) => isClient).map(({ key }) => key));
  const isIdle = ({ from, to, traffic }: GraphEdge): boolean => clients.has(from) && handed.has(to) && (handed.get(to) ?? 0) >= traffic.total;
  const edges = graph.edges.filter((edge) => !isIdle(edge));
  const used = new Set(edges.map(({ from }) => from));
  return edges.length === graph.edges.length ? graph : { nodes: graph.nodes.filter(({ key }) => !clients.has(key) || used.has(key)), edges };
};

const reach = (start: string, most: number, next: (key: string) => string[]): Set<string> => {
  const found = new Set([start]);
  let border = [start];
  for (let hop = 0; hop < most && border.length > 0; hop += 1) {
    border = border.flatMap(next).filter((key) => !found.has(key) && found.add(key));
  }
  return found;
};

const grouped = (edges: GraphEdge[], by: 'from' | 'to', other: 'from' | 'to'): ((key: string) => string[]) => {
  const map = new Map<string, string[]>();
  for (const edge of edges) map.set(edge[by], [...(map.get(edge[by]) ?? []), edge[other]]);
  return (key) => map.get(key) ?? [];
};

/** around is the part of the graph within some hops of a node; all of it if the node is not there. */
export const around = (graph: Graph, focus: string | null, hops: Hops, direction: Direction): Graph => {
  if (focus === null || !graph.nodes.some(({ key }) => key === focus)) return graph;
  const most = hops === 'all' ? Infinity : Number(hops);
  const up = direction === 'down' ? new Set([focus]) : reach(focus, most, grouped(graph.edges, 'to', 'from'));
  const down = direction === 'up' ? new Set([focus]) : reach(focus, most, grouped(graph.edges, 'from', 'to'));
  const kept = new Set([...up, ...down]);
  return {
    nodes: graph.nodes.filter(({ key }) => kept.has(key)),
    edges: graph.edges.filter(({ from, to }) => (up.has(from) && up.has(to)) || (down.has(from) && down.has(to))),
  };
};

const joined = <T extends { key: string }>(known: T[], fresh: T[]): T[] => {
  const keys = new Set(known.map(({ key }) => key));
  const more = fresh.filter(({ key }) => !keys.has(key));
  return more.length === 0 ? known : [...known, ...more].sort((a, b) => (a.key < b.key ? -1 : 1));
};

/** Nodes that are gone are remembered until the graph that is left is this much smaller. */
const mostRemembered = 2;

/** remembering is a graph with all nodes and edges that it had before: places are kept for those that come and go. It is the
 * known one itself if nothing is new. */
export const remembering = (known: Graph, fresh: Graph): Graph => {
  const nodes = joined(known.nodes, fresh.nodes);
  const edges = joined(known.edges, fresh.edges);
  if (nodes.length > 20 && nodes.length > mostRemembered * fresh.nodes.length) return fresh;
  return nodes === known.nodes && edges === known.edges ? known : { nodes, edges };
};
