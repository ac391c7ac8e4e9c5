import type { Graph } from '../../graph/graph';
import type { Layout, Point } from './layout';

export const arrowKeys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const;
export type ArrowKey = (typeof arrowKeys)[number];

export const isArrowKey = (key: string): key is ArrowKey => (arrowKeys as readonly string[]).includes(key);

/** Nodes this near in x stand below each other. */
const sameColumn = 80;

interface Place extends Point {
  key: string;
}

const nearest = (from: Point, places: Place[]): string | null =>
  places.reduce<Place | null>((best, place) => (best === null || distance(from, place) < distance(from, best) ? place : best), null)?.key ?? null;

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, (a.y - b.y) * 2);

/**
 * neighbourOf is where an arrow key leads from a node: right to what it calls, left to who calls it, the straightest
 * first, or to whatever is there; up and down to the next in its column. Null where nothing is.
 */
export const neighbourOf = (graph: Graph, layout: Layout, key: string, arrow: ArrowKey): string | null => {
  const from = layout.nodes.get(key);
  if (from === undefined) return null;
  const present = new Set(graph.nodes.map((node) => node.key));
  const places = [...layout.nodes].flatMap(([other, { x, y }]) => (other !== key && present.has(other) ? [{ key: other, x, y }] : []));
  if (arrow === 'ArrowUp' || arrow === 'ArrowDown') {
    const way = arrow === 'ArrowUp' ? -1 : 1;
    return nearest(from, places.filter(({ x, y }) => Math.abs(x - from.x) < sameColumn && (y - from.y) * way > 0));
  }
  const way = arrow === 'ArrowLeft' ? -1 : 1;
  const joined = new Set(graph.edges.flatMap((edge) => (way > 0 && edge.from === key ? [edge.to] : way < 0 && edge.to === key ? [edge.from] : [])));
  const there = places.filter(({ x }) => (x - from.x) * way >= sameColumn);
  return nearest(from, there.filter((place) => joined.has(place.key))) ?? nearest(from, places.filter((place) => joined.has(place.key))) ?? nearest(from, there);
};

/**
 * nextCall is the edge that follows another around a node: of those that leave it or of those that lead to it, from the
 * top down, and after the last the first again. Null where there is none.
 */
export const nextCall = (graph: Graph, layout: Layout, node: string, way: 'from' | 'to', after: string | null): string | null => {
  const height = (key: string): number => layout.edges.get(key)?.label.y ?? 0;
  const calls = graph.edges.filter((edge) => edge[way] === node && layout.edges.has(edge.key)).sort((a, b) => height(a.key) - height(b.key));
  return (calls[calls.findIndex(({ key }) => key === after) + 1] ?? calls[0])?.key ?? null;
};
