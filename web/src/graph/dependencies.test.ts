import { expect, test } from 'vitest';
import { busiestPath, mostNeeded } from './dependencies';
import { edgeKey, type Graph, type GraphNode, type Traffic } from './graph';
import { noCounts } from '../util/status';

const traffic = (total: number): Traffic => ({ counts: { ...noCounts, ok: total }, total, average: 0.1, histogram: [] });
const node = (key: string, total: number, more: Partial<GraphNode> = {}): GraphNode => ({ key, name: key, type: null, isClient: false, isRoot: false, traffic: traffic(total), ...more });
const edge = (from: string, to: string, total: number, isLink = false) => ({ key: edgeKey(from, to), from, to, aliases: [], isLink, traffic: traffic(total) });

const shop: Graph = {
  nodes: [node('client', 90, { isClient: true, isRoot: true }), node('web', 90, { isRoot: true }), node('orders', 60), node('stock', 20), node('db', 70), node('queue', 60), node('worker', 60, { isRoot: true })],
  edges: [edge('client', 'web', 90), edge('web', 'orders', 60), edge('web', 'stock', 20), edge('orders', 'db', 50), edge('stock', 'db', 20), edge('orders', 'queue', 40), edge('queue', 'worker', 60, true), edge('db', 'web', 1)],
};

test('the busiest path begins where most requests come in and never turns back', () => {
  expect(busiestPath(shop).map(({ key }) => key)).toEqual(['web', 'orders', 'db']);
  expect(busiestPath({ nodes: [], edges: [] })).toEqual([]);
});

test('what others need is counted by way of others, not by way of queues', () => {
  const needed = mostNeeded({ ...shop, edges: shop.edges.slice(0, -1) });
  expect(needed.map(({ node: { key }, by, of }) => [key, by, of])).toEqual([
    ['db', 3, 4],
    ['queue', 2, 4],
    ['orders', 1, 3],
    ['stock', 1, 3],
  ]);
});

test('a circle of calls ends', () => {
  const circle: Graph = { nodes: [node('a', 3, { isRoot: true }), node('b', 2)], edges: [edge('a', 'b', 2), edge('b', 'a', 1)] };
  expect(busiestPath(circle).map(({ key }) => key)).toEqual(['a', 'b']);
  expect(mostNeeded(circle).map(({ node: { key }, by, of }) => [key, by, of])).toEqual([
    ['a', 1, 1],
    ['b', 1, 1],
  ]);
});
