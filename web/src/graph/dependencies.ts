import type { Graph, GraphEdge, GraphNode } from './graph';

/** Calls, not hand-overs: who puts work into a queue does not depend on whoever takes it out. */
const callsOf = (graph: Graph): GraphEdge[] => graph.edges.filter((edge) => !edge.isLink);

const busiest = <T extends { traffic: { total: number }; key: string }>(items: T[]): T | undefined =>
  [...items].sort((a, b) => b.traffic.total - a.traffic.total || (a.key < b.key ? -1 : 1))[0];

/** busiestPath follows, from where most requests come in, the call that is made most. */
export const busiestPath = (graph: Graph): GraphNode[] => {
  const calls = callsOf(graph);
  const byKey = new Map(graph.nodes.map((node) => [node.key, node]));
  const path: GraphNode[] = [];
  for (let next = busiest(graph.nodes.filter((node) => node.isRoot && !node.isClient)); next !== undefined && !path.includes(next); ) {
    path.push(next);
    const { key } = next;
    next = byKey.get(busiest(calls.filter((edge) => edge.from === key && !path.some((node) => node.key === edge.to)))?.to ?? '');
  }
  return path;
};

/** What others need, directly or by way of others. */
export interface Needed {
  node: GraphNode;
  /** How many programs need it. */
  by: number;
  /** How many there are beside it. */
  of: number;
}

const callersOf = (calls: GraphEdge[], key: string): Set<string> => {
  const found = new Set<string>();
  const open = [key];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { from, to } of calls) {
      if (to !== at || found.has(from) || from === key) continue;
      found.add(from);
      open.push(from);
    }
  }
  return found;
};

/** mostNeeded orders all that is called by how many programs need it. */
export const mostNeeded = (graph: Graph): Needed[] => {
  const calls = callsOf(graph);
  const clients = new Set(graph.nodes.filter((node) => node.isClient).map((node) => node.key));
  const programs = new Set([...graph.nodes.filter((node) => node.isRoot).map((node) => node.key), ...calls.map((edge) => edge.from)].filter((key) => !clients.has(key)));
  return graph.nodes
    .filter((node) => !node.isClient)
    .map((node) => ({
      node,
      by: [...callersOf(calls, node.key)].filter((key) => programs.has(key)).length,
      of: programs.size - (programs.has(node.key) ? 1 : 0),
    }))
    .filter(({ by }) => by > 0)
    .sort((a, b) => b.by - a.by || b.node.traffic.total - a.node.traffic.total || (a.node.key < b.node.key ? -1 : 1));
};
