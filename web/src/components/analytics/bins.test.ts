import { describe, expect, test } from 'vitest';
import type { Bucket, Cell, HeatMap } from '../../api/rayscope.gen';
import { bandOf, boundsOf, placeOf, quantile, rowsOf, stepsOf } from './bins';
import { largestChange } from './change';
import { next, partOf } from './heatCells';
import { cellText, shadeName, shadesOf } from './heatOption';

const buckets: Bucket[] = [
  { From: 0.1, To: 0.2, A: 10, B: 0, Faults: 0 },
  { From: 0.2, To: 0.4, A: 0, B: 0, Faults: 0 },
  { From: 0.4, To: 0.8, A: 5, B: 5, Faults: 2 },
];
const bounds = [0.1, 0.2, 0.4, 0.8];

test('buckets have one bound more than there are', () => {
  expect(boundsOf(buckets)).toEqual(bounds);
  expect(boundsOf([])).toEqual([]);
});

test.each([
  [0.1, 0],
  [0.2, 1],
  [0.4 / Math.SQRT2, 1.5],
  [0.05, 0],
  [9, 3],
])('%d s stands at %d', (seconds, place) => {
  expect(placeOf(seconds, bounds)).toBeCloseTo(place);
});

test.each<[[number, number], ReturnType<typeof bandOf>]>([
  [[1.2, 1.8], { min: 0.2, max: 0.4 }],
  [[0.3, 1.2], { min: null, max: 0.4 }],
  [[1.5, 7], { min: 0.2, max: null }],
  [[-4, 9], { min: 0.1, max: null }],
  [[4, 9], null],
])('what is dragged over %j is the band %j', (places, want) => {
  expect(bandOf(places, bounds)).toEqual(want);
});

test('steps are whole and within the chart', () => {
  expect(stepsOf([-1, 2.1], 5)).toEqual({ first: 0, end: 3 });
  expect(stepsOf([6, 8], 5)).toBeNull();
});

test('a quantile is read between the bounds of its bucket', () => {
  expect(quantile(buckets, 0.5)).toBe(0.2);
  expect(quantile(buckets, 0.75)).toBeCloseTo(0.566, 3);
  expect(quantile(buckets, 1)).toBe(0.8);
  expect(quantile([], 0.5)).toBeNull();
});

const cell = (Column: number, Row: number, A: number, Faults = 0): Cell => ({ Column, Row, A, B: 1, Faults });
const map = (Cells: Cell[]): HeatMap => ({ Period: 10, StartTime: 1000, Columns: 6, Bounds: [0, 0.1, 0.2, 0.4, 0.8, 1.6], Cells });

describe('the largest change', () => {
  const steady = [0, 1, 2, 3, 4, 5];
  test('there is none in steady traffic, nor in little of it, nor in none', () => {
    expect(largestChange(map(steady.map((column) => cell(column, 2, 100, 2))))).toBeNull();
    expect(largestChange(map(steady.map((column) => cell(column, column < 3 ? 1 : 4, 4))))).toBeNull();
    expect(largestChange(map([]))).toBeNull();
  });
  test.each([
    ['more faults', (column: number) => cell(column, 2, 100, column < 4 ? 1 : 60), 1040],
    ['fewer faults', (column: number) => cell(column, 2, 100, column < 2 ? 60 : 1), 1020],
    ['slower', (column: number) => cell(column, column < 3 ? 1 : 4, 100), 1030],
    ['faster', (column: number) => cell(column, column < 1 ? 4 : 1, 100), 1010],
  ] as const)('%s', (what, at, when) => {
    expect(largestChange(map(steady.map(at)))).toEqual({ what, at: when });
  });
});

describe('the cells of a heat map', () => {
  const cells = [cell(0, 1, 5), cell(0, 3, 5), cell(2, 2, 5), cell(2, 4, 7, 3)];
  const heat = map(cells);
  test.each([
    ['ArrowUp', 0, 1],
    ['ArrowDown', 0, 0],
    ['ArrowRight', 0, 2],
    ['ArrowRight', 1, 2],
    ['ArrowLeft', 3, 1],
    ['ArrowRight', 3, 3],
    ['ArrowUp', 3, 3],
  ])('%s from cell %d goes to cell %d', (key, from, to) => {
    expect(next(cells, cells[from] as Cell, key)).toBe(cells[to]);
  });
  test('only rows that hold something are drawn', () => {
    expect(rowsOf(heat)).toEqual({ first: 1, bounds: [0.1, 0.2, 0.4, 0.8, 1.6] });
    expect(rowsOf(map([]))).toEqual({ first: 0, bounds: [] });
  });
  test('a rectangle selects whole cells', () => {
    expect(partOf({ x: [1.2, 2.5], y: [1.1, 1.4] }, heat)).toEqual({ since: 1010, until: 1030, min: 0.2, max: 0.4 });
    expect(partOf({ x: [9, 10], y: [1, 2] }, heat)).toBeNull();
  });
  test('a cell says its time, its response times and its counts', () => {
    expect(cellText(cells[3] as Cell, heat, true)).toMatch(/, 800 ms to 1.6 s: 8 requests, 7 in A, 3 faults$/);
    expect(cellText(cells[0] as Cell, heat, false)).toMatch(/, 100 ms to 200 ms: 6 requests$/);
  });
  test('shades cover all counts without a gap, the last one strongest', () => {
    expect(shadesOf(1)).toEqual([{ from: 1, to: 1 }]);
    expect(shadesOf(6)).toEqual([{ from: 1, to: 1 }, { from: 2, to: 3 }, { from: 4, to: 6 }]);
    const many = shadesOf(5000);
    expect(many.length).toBeLessThanOrEqual(5);
    expect(many.slice(1).every(({ from }, i) => from === (many[i]?.to ?? 0) + 1)).toBe(true);
    expect(many.at(-1)?.to).toBe(5000);
    expect(shadeName(2, 3)).toBe('--rs-heat-4');
  });
});
