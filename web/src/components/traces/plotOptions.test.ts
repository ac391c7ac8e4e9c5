import { expect, test } from 'vitest';
import type { HeatMap } from '../../api/rayscope.gen';
import { bandAt, heatAreaAt, pointAreaAt } from './plotOptions';

const buckets = [0.01, 0.1, 1].map((From) => ({ From, To: From * 10, A: 1, B: 0, Faults: 0 }));

test('places between bars are steps of equal ratio', () => {
  expect(bandAt(buckets, [1, 2])).toEqual({ from: 0.1, to: 1 });
  expect(bandAt(buckets, [0.5, 9])).toEqual({ from: 0.0316, to: 10 });
  expect(bandAt([{ From: 0, To: 0.0001, A: 1, B: 0, Faults: 0 }, ...buckets], [-3, 0.5])).toEqual({ from: 0, to: 0.00005 });
  expect(bandAt([], [0, 1])).toBe(null);
});

test('a rectangle of a heat map takes whole cells of time and band', () => {
  const heat: HeatMap = { Period: 10, StartTime: 1000, Columns: 6, Bounds: [0, 0.01, 0.1, 1, 10], Cells: [{ Column: 0, Row: 1, A: 1, B: 0, Faults: 0 }, { Column: 5, Row: 3, A: 2, B: 0, Faults: 0 }] };
  expect(heatAreaAt(heat, { x: [1.5, 3], y: [0.2, 1.5] })).toEqual({ window: { start: 1015, end: 1030 }, band: { from: 0.01, to: 1 } });
  expect(heatAreaAt(heat, { x: [-1, 99], y: [-1, 99] })).toEqual({ window: { start: 1000, end: 1060 }, band: { from: 0.01, to: 10 } });
});

test('a rectangle among points is told in seconds', () => {
  expect(pointAreaAt({ x: [1_000_400, 1_002_100], y: [Math.log10(0.01234567), Math.log10(0.5)] })).toEqual({ window: { start: 1000, end: 1003 }, band: { from: 0.0123, to: 0.5 } });
});
