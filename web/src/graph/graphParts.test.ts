import { expect, test } from 'vitest';
import type { Graph, GraphEdge, GraphNode } from './graph';
import { around, remembering, withoutWorkersClients } from './graphParts';

const traffic = (total: number) => ({ counts: { fault: 0, throttle: 0, error: 0, ok: total }, total, average: null, histogram: [] });
const node = (key: string): GraphNode => ({ key, name: key, type: null, isClient: key.startsWith('client'), isRoot: false, traffic: traffic(1) });
const edge = (text: string, isLink = false, total = 1): GraphEdge => {
  const [from = '', to = ''] = text.split('>');
  return { key: text, from, to, aliases: [], isLink, traffic: traffic(total) };
};
const graph = (...edges: GraphEdge[]): Graph => ({ nodes: [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort().map(node), edges });
const keys = ({ nodes, edges }: Graph): string => `${nodes.map(({ key }) => key).join(' ')} / ${edges.map(({ key }) => key).join(' ')}`;

const chain = graph(edge('a>b'), edge('b>c'), edge('c>d'), edge('x>c'), edge('c>b'));

test.each([
  ['c', '1', 'both', 'b c d x / b>c c>d x>c c>b'],
  ['c', '1', 'up', 'b c x / b>c x>c c>b'],
  ['b', 'all', 'down', 'b c d / b>c c>d c>b'],
  ['d', '2', 'up', 'b c d x / b>c c>d x>c c>b'],
  ['a', '2', 'both', 'a b c / a>b b>c c>b'],
  ['a', 'all', 'up', 'a / '],
  ['gone', '1', 'both', 'a b c d x / a>b b>c c>d x>c c>b'],
] as const)('around %s, %s hops, %s', (focus, hops, direction, want) => {
  expect(keys(around(chain, focus, hops, direction))).toBe(want);
});

test('a worker behind a queue has no clients, unless it is called from outside, too', () => {
  const behind = [edge('api>queue'), edge('queue>worker', true, 5), edge('client api>api', false, 9)];
  expect(keys(withoutWorkersClients(graph(...behind, edge('client worker>worker', false, 5))))).toBe(keys(graph(...behind)));
  const both = graph(...behind, edge('client worker>worker', false, 6));
  expect(withoutWorkersClients(both)).toBe(both);
});

test('places are kept for what comes and goes', () => {
  const [first, second] = [graph(edge('a>b')), graph(edge('a>c'))];
  const all = remembering(first, second);
  expect(keys(all)).toBe('a b c / a>b a>c');
  expect(remembering(all, first)).toBe(all);
});

test('what is long gone is forgotten', () => {
  const many = graph(...Array.from({ length: 40 }, (_, i) => edge(`a>n${i}`)));
  const few = graph(edge('a>n1'));
  expect(remembering(many, few)).toBe(few);
});
