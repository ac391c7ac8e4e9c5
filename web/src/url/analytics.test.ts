import { describe, expect, test } from 'vitest';
import { analyticsCodec, defaultAnalytics, queryOf, selectionOf, type Analytics } from './analytics';
import { scopeOfA, scopeOfB } from './analyticsLinks';
import { patched } from './urlState';
import { defaultView } from './view';

const read = (query: string): Analytics => analyticsCodec.read(new URLSearchParams(query));

describe('the codec of analytics', () => {
  test.each<[string, Partial<Analytics>]>([
    ['', {}],
    ['select=fault+AND+user+%3D+%22a%26b%22', { select: 'fault AND user = "a&b"' }],
    ['since=1758654600&until=1758654660&min=0.1&max=2.5', { since: 1758654600, until: 1758654660, min: 0.1, max: 2.5 }],
    ['select=fault&compare=ok', { select: 'fault', compare: 'ok' }],
    ['scale=counts', { counts: true }],
    ['tables=', { tables: [] }],
    ['tables=user%2Cannotation.a%252Cb', { tables: ['user', 'annotation.a,b'] }],
    ['by=annotation.plan&order=delta', { by: 'annotation.plan', order: 'delta' }],
  ])('%j is read, and written the same', (query, change) => {
    expect(read(query)).toEqual({ ...defaultAnalytics, ...change });
    expect(new URLSearchParams(queryOf(read(query))).toString()).toBe(query);
  });

  test.each(['since=x', 'min=-1', 'max=', 'order=up', 'scale=shares'])('%j is as if it were not there', (query) => {
    expect(read(query)).toEqual(defaultAnalytics);
  });

  test('a damaged list of tables is no crash, and it is no longer than the server allows', () => {
    expect(read('tables=%25zz').tables).toEqual(['%zz']);
    expect(read(`tables=${Array.from({ length: 60 }, (_, i) => `annotation.k${i}`).join(',')}`).tables).toHaveLength(39);
  });

  test('the scope of the page is left alone', () => {
    expect(patched(analyticsCodec, new URLSearchParams('from=1&to=2&select=ok'), { select: 'fault' }).toString()).toBe('from=1&to=2&select=fault');
  });
});

test('a selection has only what was chosen', () => {
  expect(selectionOf(defaultAnalytics)).toBeNull();
  expect(selectionOf(read('select=fault&min=0'))).toEqual({ FilterExpression: 'fault', MinResponseTime: 0 });
  expect(selectionOf(read('since=10&until=20'))).toEqual({ StartTime: 10, EndTime: 20 });
});

describe('the lists behind both sets', () => {
  const window = { start: 1000, end: 2000 };
  const view = { ...defaultView, filter: 'ok OR error', group: 'g' };
  const base = { live: true, group: 'g' };
  const time = (start: number, end: number) => ({ kind: 'between', start, end });
  test.each<[string, object, object | null]>([
    ['select=fault', { filter: '(ok OR error) AND fault', range: view.range }, { filter: '(ok OR error) AND !(fault)', range: view.range }],
    ['min=1&max=2', { filter: '(ok OR error) AND responsetime >= 1 AND responsetime < 2', range: view.range }, { filter: '(ok OR error) AND !(responsetime >= 1 AND responsetime < 2)', range: view.range }],
    ['since=1500', { filter: 'ok OR error', range: time(1500, 2000) }, { filter: 'ok OR error', range: time(1000, 1500) }],
    ['since=500&until=1500', { filter: 'ok OR error', range: time(1000, 1500) }, { filter: 'ok OR error', range: time(1500, 2000) }],
    ['since=1200&until=1500', { filter: 'ok OR error', range: time(1200, 1500) }, null],
    ['select=fault&since=1500', { filter: '(ok OR error) AND fault', range: time(1500, 2000) }, null],
    ['select=fault&compare=throttle&since=1500', { filter: '(ok OR error) AND fault', range: time(1500, 2000) }, { filter: '(ok OR error) AND throttle', range: view.range }],
  ])('%s', (query, a, b) => {
    expect(scopeOfA(view, read(query), window)).toEqual({ ...base, ...a });
    expect(scopeOfB(view, read(query), window)).toEqual(b === null ? null : { ...base, ...b });
  });

  test('a stretch of time outside of the window has no list', () => {
    expect(scopeOfA(view, read('since=3000'), window)).toBeNull();
    expect(scopeOfB(view, defaultAnalytics, window)).toBeNull();
  });
});
