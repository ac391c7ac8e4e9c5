import { expect, test } from 'vitest';
import { changedRows, differenceOf, diffOf, diffTotals } from './diff';
import { treeOf, type TraceTree } from './tree';

type Doc = Record<string, unknown>;
const step = (name: string, start_time: number, end_time: number, ...subsegments: Doc[]): Doc => ({ id: `${name}${start_time}`, name, start_time, end_time, subsegments });
const traceOf = (...docs: Doc[]): TraceTree => treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: docs.map((doc, i) => ({ Id: String(i), Document: JSON.stringify(doc) })) });
const outline = (a: TraceTree, b: TraceTree): string[] => diffOf(a, b).map((row) => `${' '.repeat(row.depth)}${row.a === null ? '+' : row.b === null ? '-' : '='}${row.name}`);

const before = traceOf(step('web', 0, 10, step('auth', 0, 1), step('db', 1, 2), step('db', 2, 3, step('net', 2, 3)), step('render', 5, 9)));
const after = traceOf(step('web', 100, 118, step('auth', 100, 101), step('cache', 101, 102), step('db', 102, 108), step('render', 110, 114), step('audit', 115, 116)));

test('calls are aligned by the path of their names', () => {
  expect(outline(before, after)).toEqual(['=web', ' =auth', ' +cache', ' =db', ' -db', '  -net', ' =render', ' +audit']);
  expect(outline(after, before)).toEqual(['=web', ' =auth', ' -cache', ' =db', ' +db', '  +net', ' =render', ' -audit']);
});

test('a trace against itself has no difference', () => {
  const rows = diffOf(before, before);
  expect(diffTotals(rows)).toEqual({ added: 0, removed: 0, slower: 0, faster: 0 });
  expect(changedRows(rows)).toEqual([]);
});

test('totals, differences, and what changed with the path to it', () => {
  const rows = diffOf(before, after);
  expect(diffTotals(rows)).toEqual({ added: 2, removed: 2, slower: 2, faster: 0 });
  expect(rows.map(differenceOf).map((seconds) => Math.round(seconds))).toEqual([8, 0, 1, 5, -1, -1, 0, 1]);
  expect(changedRows(rows).map(({ name }) => name)).toEqual(['web', 'cache', 'db', 'db', 'net', 'audit']);
});

test('different roots stand beside each other', () => expect(outline(traceOf(step('a', 0, 1)), traceOf(step('b', 0, 1)))).toEqual(['+b', '-a']));
