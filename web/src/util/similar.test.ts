import { describe, expect, test } from 'vitest';
import type { AnalyzeResponse, PickedTrace } from '../api/rayscope.gen';
import type { Entity } from '../trace/entity';
import { groupsOf, kindOf, sameStart, windowAround } from './similar';

const rootOf = (name: string, method: string | null): Entity => ({ name, http: { method } }) as Entity;
const templates = (text: string, Expression: string | null): AnalyzeResponse => ({ Tables: [{ Rows: [{ Value: { String: text, Number: null, Boolean: null }, Expression }] }] }) as unknown as AnalyzeResponse;
const picked = (Id: string, Class = 'ok'): PickedTrace => ({ Id, Time: 1000, ResponseTime: 0.5, Class, InA: true, InB: false });

describe('the kind of a request', () => {
  test('is its service, method and page', () => {
    const kind = kindOf(rootOf('web "1"', 'GET'), templates('/orders/{id}', 'url.template = "/orders/{id}"'));
    expect(kind).toEqual({ filter: 'service("web \\"1\\"") { root } AND http.method = "GET" AND url.template = "/orders/{id}"', words: 'GET /orders/{id}, answered first by web "1"' });
  });

  test('is its service where it has no URL, or none that an expression finds', () => {
    expect(kindOf(rootOf('job', null), null)).toEqual({ filter: 'service("job") { root }', words: 'requests, answered first by job' });
    expect(kindOf(rootOf('job', null), templates('/long', null)).filter).toBe('service("job") { root }');
    expect(sameStart(rootOf('job', 'PUT'))).toBe('service("job") { root } AND http.method = "PUT"');
  });

  test('is looked for within half an hour', () => {
    expect(windowAround(10_000.7)).toEqual({ start: 8200, end: 11_800 });
  });
});

describe('groupsOf', () => {
  test('offers each trace once, without the one to compare with', () => {
    const groups = groupsOf('a', [
      { title: 'quick', items: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => picked(id)) },
      { title: 'failed', items: [picked('a'), picked('x', 'fault')] },
      { title: 'slow', items: [picked('x', 'fault'), picked('b')] },
    ]);
    expect(groups.map(({ title, items }) => [title, ...items.map(({ id }) => id)])).toEqual([['quick', 'b', 'c', 'd', 'e'], ['failed', 'x']]);
    expect(groups[1]?.items[0]).toEqual({ id: 'x', start: 1000, took: 0.5, status: 'fault' });
  });

  test('offers nothing where there is nothing else', () => {
    expect(groupsOf('a', [{ title: 'quick', items: [picked('a')] }])).toEqual([]);
  });
});
