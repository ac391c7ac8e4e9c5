import type { Graph } from '../../util/graph';
import type { Layout, Point } from './layout';
import { ringSize } from './sizes';

const column = 260;
const row = 150;

/** depthsOf tells how many calls a node is behind the first that nobody calls. In a cycle that nothing leads into, behind its first node. */
const depthsOf = ({ nodes, edges }: Graph): Map<string, number> => {
  const called = new Set(edges.map(({ to }) => to));
  const calls = new Map<string, string[]>();
  for (const { from, to } of edges) calls.set(from, [...(calls.get(from) ?? []), to]);
  const depths = new Map<string, number>();
  const spread = (start: string): void => {
    depths.set(start, 0);
    for (const queue = [start]; queue.length > 0; ) {
      const key = queue.shift() ?? '';
      for (const next of calls.get(key) ?? []) {
        if (depths.has(next)) continue;
        depths.set(next, (depths.get(key) ?? 0) + 1);
        queue.push(next);
      }
    }
  };
  for (const { key } of nodes) if (!called.has(key) && !depths.has(key)) spread(key);
  for (const { key } of nodes) if (!depths.has(key)) spread(key);
  return depths;
};

/** Nodes of one depth below each other, each near the middle of those that call it. */
const placesOf = (graph: Graph): Map<string, Point> => {
  const layers: string[][] = [];
  for (const [key, depth] of depthsOf(graph)) (layers[depth] ??= []).push(key);
  const callers = new Map<string, string[]>();
  for (const { from, to } of graph.edges) callers.set(to, [...(callers.get(to) ?? []), from]);
  const places = new Map<string, Point>();
  const middle = (key: string): number => {
    const ys = (callers.get(key) ?? []).flatMap((caller) => places.get(caller)?.y ?? []);
    return ys.length === 0 ? Infinity : ys.reduce((sum, y) => sum + y, 0) / ys.length;
  };
  const tallest = Math.max(0, ...layers.map(({ length }) => length));
  layers.forEach((keys, depth) => {
    const ordered = keys.map((key) => ({ key, at: middle(key) })).sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
    ordered.forEach(({ key }, i) => places.set(key, { x: depth * column, y: (i + (tallest - keys.length) / 2) * row }));
  });
  return places;
};

/** layersOf lays a graph out at once, whatever its size: plain columns and straight lines, where the engine would take too long. */
export const layersOf = (graph: Graph): Pick<Layout, 'nodes' | 'edges'> => {
  const nodes = placesOf(graph);
  const edges = graph.edges.flatMap(({ key, from, to }) => {
    const [a, b] = [nodes.get(from), nodes.get(to)];
    if (a === undefined || b === undefined) return [];
    const start = { x: a.x + ringSize, y: a.y + ringSize / 2 };
    const end = { x: b.x, y: b.y + ringSize / 2 };
    const route = { points: [start, end], label: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } };
    return [[key, route] as [string, typeof route]];
  });
  return { nodes, edges: new Map(edges) };
};
