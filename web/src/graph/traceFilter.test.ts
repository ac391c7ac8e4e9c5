import { expect, test } from 'vitest';
import type { GraphEdge, GraphNode } from './graph';
import { bothFilters, conditionOf, edgeFilter, nodeFilter } from './traceFilter';

const node = (name: string, type: string | null, key = `${name}|${type ?? ''}`): GraphNode => ({
  key,
  name,
  type,
  isClient: type === 'client',
  isRoot: false,
  traffic: { counts: { fault: 0, throttle: 0, error: 0, ok: 0 }, total: 0, average: null, histogram: [] },
});
const [web, api, client] = [node('web', 'AWS::ECS::Fargate'), node('a "b"', null), node('web', 'client')];
const edge: GraphEdge = { key: 'x', from: web.key, to: api.key, aliases: [], isLink: false, traffic: web.traffic };

test('conditions', () => {
  expect(conditionOf([], null)).toBe('');
  expect(conditionOf(['fault'], null)).toBe('fault');
  expect(conditionOf(['fault', 'throttle'], { from: 0.1 + 0.2, to: 2 })).toBe('(fault OR throttle) AND responsetime >= 0.3 AND responsetime < 2');
  expect(conditionOf([], { from: 0, to: 1 })).toBe('responsetime < 1');
  expect(conditionOf(['fault', 'throttle', 'error', 'ok'], { from: 1, to: Infinity })).toBe('responsetime >= 1');
});

test('a node is named by its name and type, and its account if it is another', () => {
  expect(nodeFilter(web, '')).toBe('service(id(name: "web", type: "AWS::ECS::Fargate"))');
  expect(nodeFilter(api, 'fault')).toBe('service(id(name: "a \\"b\\"", type: "")) { fault }');
  expect(nodeFilter(node('t', 'x', 't|x|111122223333'), '')).toBe('service(id(name: "t", type: "x", account.id: "111122223333"))');
  expect(nodeFilter(client, 'fault')).toBe('service(id(name: "web", type: "client"))');
});

test('an edge is named by both ends; of a link it is the receiver', () => {
  expect(edgeFilter(edge, client, web, 'error')).toBe('edge(id(name: "web", type: "client"), id(name: "web", type: "AWS::ECS::Fargate")) { error }');
  expect(edgeFilter({ ...edge, isLink: true }, client, web, 'error')).toBe('service(id(name: "web", type: "AWS::ECS::Fargate"))');
});

test('the filter of the page stays', () => {
  expect(bothFilters('', 'b')).toBe('b');
  expect(bothFilters('a OR c', 'b')).toBe('(a OR c) AND b');
});
