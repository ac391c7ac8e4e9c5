import { expect, test } from 'vitest';
import type { Figures } from '../api/rayscope.gen';
import { likelyShare, partsOf, trendOf, type Part, type Trend } from './trend';

const part = (bad: number, count: number): Part => ({ bad, count });

test.each<[string, Part, Part, Trend]>([
  ['nothing at all', part(0, 0), part(0, 0), 'unknown'],
  ['too few to tell', part(4, 4), part(0, 500), 'unknown'],
  ['all is well', part(0, 100), part(0, 400), 'fine'],
  ['two failures are chance', part(2, 5), part(0, 400), 'fine'],
  ['three of five are not', part(3, 5), part(0, 400), 'worse'],
  ['it became bad', part(30, 100), part(2, 400), 'worse'],
  ['it became worse', part(60, 100), part(40, 400), 'worse'],
  ['it is as bad as before', part(11, 100), part(40, 400), 'still'],
  ['a little more is not worse', part(14, 100), part(40, 400), 'still'],
  ['it was bad', part(0, 100), part(40, 400), 'over'],
  ['a few stragglers do not count', part(2, 100), part(40, 400), 'over'],
  ['there was nothing before', part(50, 100), part(0, 0), 'worse'],
  ['as many as are tolerated', part(5, 1000), part(20, 4000), 'fine'],
])('%s', (_, newest, before, want) => {
  expect(trendOf({ newest, before, seconds: 60 }, 0.005)).toBe(want);
});

test('the likely share is about the share, and wide for few', () => {
  expect(likelyShare(part(0, 0))).toEqual([0, 1]);
  const [low, high] = likelyShare(part(10, 100));
  expect(low).toBeCloseTo(0.055, 2);
  expect(high).toBeCloseTo(0.174, 2);
  expect(likelyShare(part(0, 10))[0]).toBe(0);
  expect(likelyShare(part(1, 10))[1]).toBeGreaterThan(0.4);
});

const figures = (Count: number): Figures => ({ Count, OkCount: 0, ErrorCount: 0, FaultCount: 0, ThrottleCount: 0, OpenCount: 0, Average: null, P50: null, P95: null, P99: null });

test('the newest fifth of the range is now', () => {
  const Points = Array.from({ length: 10 }, (_, i) => ({ Time: i * 30, A: figures(i), B: figures(10) }));
  expect(partsOf({ Period: 30, Points })).toEqual({ newest: part(17, 37), before: part(28, 108), seconds: 60 });
  expect(partsOf({ Period: 30, Points: Points.slice(0, 1) })).toEqual({ newest: part(0, 10), before: part(0, 0), seconds: 30 });
});
