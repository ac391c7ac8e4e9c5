import { describe, expect, test } from 'vitest';
import { countsOfImpact, faultShare, impactText, impactWindowOf, serviceExpression } from './insight';
import { edgeKey, impactOf, type Graph } from '../graph/graph';

describe('impactText', () => {
  test.each([
    [null, 'Nothing was counted.'],
    [{ FaultCount: 0, OkCount: 0, TotalCount: 0 }, 'Nothing was counted.'],
    [{ FaultCount: 0, OkCount: 7, TotalCount: 7 }, 'None of 7 requests failed.'],
    [{ FaultCount: 41, OkCount: 359, TotalCount: 400 }, '41 of 400 requests failed (10 %).'],
    [{ FaultCount: 1, OkCount: 0, TotalCount: 1 }, '1 of 1 request failed (100 %).'],
  ])('%o', (impact, text) => expect(impactText(impact)).toBe(text));
});

test('requests that were neither fine nor faults are errors of callers', () => {
  expect(countsOfImpact({ FaultCount: 2, OkCount: 5, TotalCount: 10 })).toEqual({ fault: 2, ok: 5, error: 3, throttle: 0 });
  expect(faultShare({ FaultCount: 2, OkCount: 5, TotalCount: 10 })).toBe(0.2);
});

describe('impactWindowOf', () => {
  test.each([
    ['a closed one, with a minute before it', { StartTime: 1000.5, EndTime: 1300.2 }, { start: 940, end: 1302 }],
    ['an active one, until now', { StartTime: 1000, EndTime: null }, { start: 940, end: 2001 }],
    ['a long one, its first six hours', { StartTime: 1000, EndTime: 90_000 }, { start: 940, end: 940 + 6 * 3600 }],
  ])('%s', (_, insight, window) => expect(impactWindowOf(insight, 2000)).toEqual(window));
});

test('names in expressions are quoted', () => expect(serviceExpression('a "b"')).toBe('service("a \\"b\\"")'));

test('impactOf takes traffic from the map and keeps what the map has not', () => {
  const traffic = { counts: { ok: 3, error: 0, throttle: 0, fault: 1 }, total: 4, average: 0.2, histogram: [] };
  const known: Graph = {
    nodes: [{ key: 'web|server', name: 'web', type: 'server', isClient: false, isRoot: true, traffic }],
    edges: [],
  };
  const service = (ReferenceId: number, Name: string, to: number[]) => ({ ReferenceId, Name, Type: 'server', AccountId: null, Edges: to.map((id) => ({ ReferenceId: id })) });
  const graph = impactOf([service(0, 'web', [1, 9]), service(1, 'cards', [])], known);
  expect(graph.nodes.map(({ key, traffic: { total } }) => [key, total])).toEqual([['cards|server', 0], ['web|server', 4]]);
  expect(graph.edges.map(({ key }) => key)).toEqual([edgeKey('web|server', 'cards|server')]);
});
