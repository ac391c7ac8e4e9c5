import { expect, test } from 'vitest';
import { drawnOf, flameOf, neighbourOf } from './flame';
import { treeOf, type TraceTree } from './tree';

type Doc = Record<string, unknown>;
const step = (id: string, start_time: number, end_time: number, ...subsegments: Doc[]): Doc => ({ id, name: id, start_time, end_time, subsegments });
const traceOf = (...docs: Doc[]): TraceTree => treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: docs.map((doc, i) => ({ Id: String(i), Document: JSON.stringify(doc) })) });
const lanesOf = (tree: TraceTree): Record<string, number> => Object.fromEntries(flameOf(tree).map(({ entity, lane }) => [entity.id, lane]));

test('children stand below, and beside each other when they do not overlap', () => {
  expect(lanesOf(traceOf(step('a', 0, 10, step('b', 1, 4, step('c', 2, 3)), step('d', 4, 9))))).toEqual({ a: 0, b: 1, c: 2, d: 1 });
});

test('what ran at once stands in lanes of its own', () => {
  expect(lanesOf(traceOf(step('a', 0, 10, step('b', 1, 5), step('c', 2, 6), step('d', 3, 4), step('e', 7, 8))))).toEqual({ a: 0, b: 1, c: 2, d: 3, e: 1 });
});

test('no two boxes of a lane overlap, in any trace', () => {
  let seed = 3;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const grow = (from: number, to: number, depth: number, id: string): Doc =>
    step(id, from, to, ...Array.from({ length: depth === 0 ? 0 : 4 }, (_, i) => grow(from + random() * 5, to + random() * 5, depth - 1, `${id}${i}`)));
  const boxes = flameOf(traceOf(grow(0, 10, 3, 'r')));
  for (const one of boxes) for (const other of boxes) if (one !== other && one.lane === other.lane) expect(one.from >= other.to - 1e-6 || other.from >= one.to - 1e-6).toBe(true);
});

test('the zoom cuts, and what is too small is gathered', () => {
  const many = Array.from({ length: 100 }, (_, i) => step(`s${i}`, 5 + i / 1000, 5 + (i + 1) / 1000));
  const boxes = flameOf(traceOf(step('a', 0, 10, step('b', 0, 2), ...many)));
  expect(drawnOf(boxes, 4, 8, 0.05).map(({ box, left, width, more }) => [box.entity.id, left, width, more])).toEqual([
    ['a', 0, 1, 0],
    ['s0', 0.25, 0.05, 99],
  ]);
  expect(drawnOf(boxes, 3, 3, 0.05)).toEqual([]);
});

test('moves', () => {
  const tree = traceOf(step('a', 0, 10, step('b', 0, 2), step('c', 2, 9, step('d', 3, 4))));
  const at = (id: string) => tree.byId.get(id) ?? (() => { throw new Error(id); })();
  expect((['up', 'down', 'left', 'right'] as const).map((move) => neighbourOf(tree, at('c'), move)?.id)).toEqual(['a', 'd', 'b', undefined]);
  expect(neighbourOf(tree, at('a'), 'down')?.id).toBe('c');
  expect(neighbourOf(tree, at('a'), 'up')).toBeUndefined();
});
