import type { Graph } from '../../graph/graph';
import type { Layout, Point } from './layout';
import { ringSize } from './sizes';

/** Distances between the places of nodes. */
const row = 150;
const across = 160;
/** Between nodes of one depth and those of the next. */
const gap = 220;
/** More nodes of one depth than this stand in several columns: a map of one column each would be a strip. */
const tallest = 16;

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

/** Nodes of one depth beside and below each other, each near the middle of those that call it. */
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
  let left = 0;
  for (const keys of layers) {
    const ordered = keys.map((key) => ({ key, at: middle(key) })).sort((a, b) => (a.at === b.at ? (a.key < b.key ? -1 : 1) : a.at - b.at));
    const columns = Math.ceil(keys.length / tallest);
    const rows = Math.ceil(keys.length / columns);
    // Columns stand half a row lower in turn, so that arrows pass between names.
    ordered.forEach(({ key }, i) => places.set(key, { x: left + (i % columns) * across, y: (Math.floor(i / columns) - rows / 2 + (i % 2) / 2) * row }));
    left += (columns - 1) * across + gap;
  }
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
