import { expect, test } from 'vitest';
import type { Row, RowSet, Table } from '../../api/rayscope.gen';
import { epochOf, localInput, secondsOf } from './Fields';
import { figureOf, figureOfA, ordered, tablesFor } from './rows';
import { attributeTitle, percentText, pointsText, valueText } from './words';

const set = (Count: number, FaultCount: number, P95: number | null): RowSet => ({
  Share: 0.5, Count, OkCount: Count - FaultCount, ErrorCount: 0, FaultCount, ThrottleCount: 0, OpenCount: 0, Average: P95, P50: P95, P95, P99: P95,
});

const row = (name: string, a: RowSet, b: RowSet | null, Delta: number | null): Row => ({ Value: { String: name, Number: null, Boolean: null }, Expression: null, Missed: 0, A: a, B: b, Delta });

const rows = [row('x', set(10, 1, 0.2), set(1, 0, 0.1), -0.4), row('y', set(3, 3, null), set(9, 2, 5), 0.1), row('z', set(1, 0, 0.9), set(0, 0, null), 0.2)];

test.each([
  ['traces', 'y x z'],
  ['delta', 'x z y'],
  ['faults', 'y x z'],
  ['p95', 'z x y'],
] as const)('ordered by %s the values are %s', (order, want) => {
  expect(ordered(rows, order, figureOf).map(({ Value }) => Value?.String).join(' ')).toBe(want);
});

test('what may be in both sets is counted once', () => {
  expect(figureOf(rows[1] as Row)).toMatchObject({ traces: 12, faults: 5 });
  expect(figureOfA(rows[1] as Row)).toMatchObject({ traces: 3, faults: 3 });
});

const table = (Attribute: string, delta: number): Table => ({ Attribute, Traces: 1, Distinct: 1, Exact: true, Rows: [row('v', set(1, 0, 1), null, delta)], Others: row('', set(0, 0, null), null, null) });

test('annotations that were not chosen by name stand where all of them were chosen, those that differ most first', () => {
  const all = [table('user', 0), table('annotation.a', 0.1), table('annotation.b', -0.7), table('annotation.c', 0.3)];
  expect(tablesFor(all, ['annotation.c', 'annotation.*', 'user']).map(({ Attribute }) => Attribute)).toEqual(['annotation.c', 'annotation.b', 'annotation.a', 'user']);
  expect(tablesFor(all, ['user', 'http.status']).map(({ Attribute }) => Attribute)).toEqual(['user']);
});

test('words', () => {
  expect(['http.status', 'annotation.plan', 'annotation.*', 'new.attribute'].map(attributeTitle)).toEqual(['Status', 'Annotation plan', 'Every annotation', 'New.attribute']);
  expect([0, 0.004, 0.94, 0.996, 1].map(percentText)).toEqual(['0 %', '< 1 %', '94 %', '> 99 %', '100 %']);
  expect([0, 0.001, 0.5, -0.25].map(pointsText)).toEqual(['0', '± < 1', '+50', '−25']);
  const none = { String: null, Number: null, Boolean: null };
  expect([{ ...none, String: '' }, { ...none, Number: 0 }, { ...none, Boolean: false }].map(valueText)).toEqual(['', '0', 'false']);
});

test('fields read what they write', () => {
  expect(epochOf(localInput(1758654600))).toBe(1758654600);
  expect([localInput(null), epochOf(''), epochOf('soon')]).toEqual(['', null, null]);
  expect(['1500', '0', '', '-1', 'x'].map(secondsOf)).toEqual([1.5, 0, null, null, null]);
});
