import { expect, test } from 'vitest';
import type { Graph } from '../../graph/graph';
import { layersOf } from './layers';

const traffic = { counts: { fault: 0, throttle: 0, error: 0, ok: 1 }, total: 1, average: 1, histogram: [] };
const graphOf = (...keys: string[]): Graph => ({
  nodes: [...new Set(keys.flatMap((key) => key.split('>')))].map((key) => ({ key, name: key, type: null, isClient: false, isRoot: false, traffic })),
  edges: keys.filter((key) => key.includes('>')).map((key) => ({ key, from: key.split('>')[0] ?? '', to: key.split('>')[1] ?? '', aliases: [], isLink: false, traffic })),
});

test('calls lead to the right, and no two nodes share a place', () => {
  const { nodes, edges } = layersOf(graphOf('a>b', 'a>c', 'c>d', 'b>d', 'alone'));
  const x = (key: string): number => nodes.get(key)?.x ?? Number.NaN;
  expect([x('a') < x('b'), x('b') === x('c'), x('c') < x('d'), x('alone') === x('a')]).toEqual([true, true, true, true]);
  expect(new Set([...nodes.values()].map((place) => `${place.x} ${place.y}`)).size).toBe(5);
  expect([...edges.keys()]).toEqual(['a>b', 'a>c', 'c>d', 'b>d']);
});

test('cycles end', () => {
  expect(layersOf(graphOf('a>b', 'b>a', 'b>b')).nodes.size).toBe(2);
});
