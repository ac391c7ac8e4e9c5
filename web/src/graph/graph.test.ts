import { expect, test } from 'vitest';
import type { Edge, Service, Statistics } from '../api/types';
import { graphOf, nodeKey, shapeOf, worstFirst } from './graph';
import { summaryOf } from './summary';

const statistics = (ok: number, fault: number, seconds = 1): Statistics => ({
  OkCount: ok,
  ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
  FaultStatistics: { OtherCount: fault, TotalCount: fault },
  TotalCount: ok + fault,
  TotalResponseTime: seconds * (ok + fault),
});

const edge = (to: number, more: Partial<Edge> = {}): Edge => ({
  ReferenceId: to,
  StartTime: null,
  EndTime: null,
  SummaryStatistics: statistics(9, 1),
  ResponseTimeHistogram: [],
  Aliases: null,
  EdgeType: null,
  ReceivedEventAgeHistogram: null,
  ...more,
});

const service = (id: number, name: string, type: string | null, more: Partial<Service> = {}): Service => ({
  ReferenceId: id,
  Name: name,
  Names: [name],
  Root: null,
  AccountId: null,
  Type: type,
  State: null,
  StartTime: null,
  EndTime: null,
  Edges: [],
  SummaryStatistics: statistics(10, 0),
  DurationHistogram: null,
  ResponseTimeHistogram: null,
  ...more,
});

const shop = [
  service(0, 'web', 'client', { SummaryStatistics: null, Edges: [edge(1)] }),
  service(1, 'web', null, { Root: true, SummaryStatistics: statistics(90, 10), Edges: [edge(2, { Aliases: [{ Name: 'pay.internal', Names: null, Type: 'remote' }] }), edge(99)] }),
  service(2, 'payments', null, { SummaryStatistics: statistics(8, 2, 3), Edges: [edge(3, { SummaryStatistics: statistics(0, 2) })] }),
  service(3, 'bank', 'remote', { SummaryStatistics: statistics(8, 2) }),
];

test('nodes are told apart by name, type and account', () => {
  expect([nodeKey({ Name: 'a', Type: null }), nodeKey({ Name: 'a', Type: 'client' }), nodeKey({ Name: 'a', Type: null, AccountId: '111122223333' })]).toEqual(['a', 'a|client', 'a||111122223333']);
});

test('the answer of the operation becomes nodes and edges', () => {
  const graph = graphOf(shop);
  expect(graph.edges.map(({ key, aliases }) => [key, aliases])).toEqual([
    ['payments>bank|remote', []],
    ['web>payments', ['pay.internal']],
    ['web|client>web', []],
  ]);
  expect(graph.nodes.find(({ key }) => key === 'web')?.traffic).toMatchObject({ total: 100, average: 1, counts: { ok: 90, fault: 10 } });
  expect(graph.nodes.find(({ key }) => key === 'web|client')).toMatchObject({ isClient: true, traffic: { total: 0, average: null } });
});

test('the shape does not depend on numbers or order', () => {
  expect(shapeOf(graphOf([...shop].reverse()))).toBe(shapeOf(graphOf(shop)));
  expect(shapeOf(graphOf(shop.slice(0, 2)))).not.toBe(shapeOf(graphOf(shop)));
});

test('an empty graph is one', () => {
  expect(graphOf(null)).toEqual({ nodes: [], edges: [] });
});

test('services in trouble come first and clients not at all', () => {
  expect(worstFirst(graphOf(shop).nodes).map(({ name }) => name)).toEqual(['payments', 'bank', 'web']);
});

test('the summary names the worst and where that begins', () => {
  expect(summaryOf(graphOf(shop), 10)).toEqual({
    size: '3 services, 10 requests/min',
    news: 'bank is failing 20 % of its calls',
    about: 'bank|remote',
    level: 'fault',
  });
  const worse = shop.map((one) => (one.Name === 'payments' ? { ...one, SummaryStatistics: statistics(1, 3) } : one));
  expect(summaryOf(graphOf(worse), 10).news).toBe('payments is failing 75 % of its calls; most of that begins at bank');
});

test('a healthy map says so and names the slowest', () => {
  const healthy = [service(0, 'web', null, { Root: true }), service(1, 'db', 'Database::SQL', { SummaryStatistics: statistics(5, 0, 2) })];
  expect(summaryOf(graphOf(healthy), 1)).toMatchObject({ size: '2 services, 10 requests/min', news: 'no service is failing; slowest is db with 2 s on average', level: 'ok' });
});

test('of a link the average is how long work waited, not how long the receiver took', () => {
  const edge: Edge = { ReferenceId: 1, StartTime: null, EndTime: null, SummaryStatistics: statistics(4, 0, 9), ResponseTimeHistogram: [], Aliases: [], EdgeType: 'link', ReceivedEventAgeHistogram: [{ Value: 1, Count: 3 }, { Value: 5, Count: 1 }] };
  const node = { Names: [], AccountId: null, Type: null, Root: null, State: null, StartTime: null, EndTime: null, SummaryStatistics: null, DurationHistogram: null, ResponseTimeHistogram: null };
  const { edges } = graphOf([{ ...node, ReferenceId: 0, Name: 'queue', Edges: [edge] }, { ...node, ReferenceId: 1, Name: 'worker', Edges: [] }]);
  expect(edges[0]?.traffic).toMatchObject({ total: 4, average: 2 });
});
