import { expect, test } from 'vitest';
import { areaOf, bandStyle, isDrag } from './area';
import { bandOf } from './histogramOption';

test('a selection reads the same whichever way it was dragged', () => {
  const want = { x: [1, 4], y: [0.2, 3] };
  expect(areaOf([1, 3], [4, 0.2])).toEqual(want);
  expect(areaOf([4, 0.2], [1, 3])).toEqual(want);
});

test('a click is no selection', () => {
  expect(isDrag({ x: 10, y: 10 }, { x: 12, y: 11 })).toBe(false);
  expect(isDrag({ x: 10, y: 10 }, { x: 10, y: 15 })).toBe(true);
});

test('a band is as high as the chart, a rectangle is not', () => {
  expect(bandStyle({ x: 30, y: 9 }, { x: 10, y: 4 }, false)).toEqual({ left: 10, width: 20, top: 0, height: '100%' });
  expect(bandStyle({ x: 30, y: 9 }, { x: 10, y: 4 }, true)).toEqual({ left: 10, width: 20, top: 4, height: 5 });
});

test('places on the axis of bins become response times', () => {
  const entries = [
    { Value: 0.05, Count: 995 },
    { Value: 0.1, Count: 5 },
  ];
  const { from, to } = bandOf(entries, [2, 4.5]);
  expect(to - from).toBeCloseTo(2.5 * (from / 2));
  expect(bandOf(entries, [-1, 999])).toEqual({ from: 0, to: Infinity });
});
