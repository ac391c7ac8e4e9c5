import { expect, test } from 'vitest';
import type { Graph, GraphEdge, GraphNode } from '../../graph/graph';
import type { Layout } from './layout';
import { neighbourOf, nextCall } from './neighbour';

const places = { a: [0, 100], b: [200, 0], c: [200, 200], d: [400, 100], far: [400, 300] } as const;
const traffic = { counts: { fault: 0, throttle: 0, error: 0, ok: 1 }, total: 1, average: 1, histogram: [] };
const graph: Graph = {
  nodes: Object.keys(places).map((key): GraphNode => ({ key, name: key, type: null, isClient: false, isRoot: false, traffic })),
  edges: ['a>b', 'a>c', 'c>d', 'd>a'].map((key): GraphEdge => ({ key, from: key.charAt(0), to: key.charAt(2), aliases: [], isLink: false, traffic })),
};
const layout: Layout = { shape: '', nodes: new Map([...Object.entries(places)].map(([key, [x, y]]) => [key, { x, y }])), edges: new Map([['a>b', 300], ['a>c', 20], ['c>d', 100], ['d>a', 0]].map(([key, y]) => [String(key), { points: [], label: { x: 0, y: Number(y) } }])) };

test.each([
  ['a', 'ArrowRight', 'b'],
  ['b', 'ArrowDown', 'c'],
  ['c', 'ArrowUp', 'b'],
  ['c', 'ArrowLeft', 'a'],
  ['c', 'ArrowRight', 'd'],
  ['b', 'ArrowRight', 'd'],
  ['d', 'ArrowRight', 'a'],
  ['d', 'ArrowDown', 'far'],
  ['far', 'ArrowDown', null],
  ['gone', 'ArrowUp', null],
] as const)('from %s, %s leads to %s', (key, arrow, want) => {
  expect(neighbourOf(graph, layout, key, arrow)).toBe(want);
});

test.each([
  ['a', 'from', null, 'a>c'],
  ['a', 'from', 'a>c', 'a>b'],
  ['a', 'from', 'a>b', 'a>c'],
  ['a', 'to', null, 'd>a'],
  ['a', 'to', 'a>b', 'd>a'],
  ['far', 'from', null, null],
  ['gone', 'to', null, null],
] as const)('around %s, calls %s it, %s is followed by %s', (node, way, after, want) => {
  expect(nextCall(graph, layout, node, way, after)).toBe(want);
});
