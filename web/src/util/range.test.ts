import { expect, test } from 'vitest';
import { formatLast, liveSecondsOf, parseLast, validBetween, windowOf, wordsOf } from './range';

test.each([
  ['15m', 900],
  ['1h', 3600],
  ['90s', 90],
  ['6h', 21600],
])('%s is %d seconds and back', (text, seconds) => {
  expect(parseLast(text)).toBe(seconds);
  expect(formatLast(seconds)).toBe(text);
});

test.each(['', '7h', '0s', '-5m', '5', 'm', '5 m', '999999s'])('%j is refused', (text) => {
  expect(parseLast(text)).toBeNull();
});

test('a relative window ends after now and is as long as asked, plus that second', () => {
  expect(windowOf({ kind: 'last', seconds: 60 }, 1000.7)).toEqual({ start: 940, end: 1001 });
});

test('a fixed window stays', () => {
  expect(windowOf({ kind: 'between', start: 5, end: 9 }, 1000)).toEqual({ start: 5, end: 9 });
});

test.each([
  [0, 3600, true],
  [0, 21600, true],
  [0, 21601, false],
  [10, 10, false],
  [10, 5, false],
  [-1, 5, false],
  [Number.NaN, 5, false],
])('from %d to %d is allowed: %s', (start, end, want) => {
  expect(validBetween(start, end)).toBe(want);
});

test('long windows refresh less often', () => {
  const waits = [300, 3600, 21600].map((seconds) => liveSecondsOf({ kind: 'last', seconds }));
  expect(waits).toEqual([5, 15, 60]);
});

test('ranges in words', () => {
  expect([300, 3600, 10800].map((seconds) => wordsOf({ kind: 'last', seconds }))).toEqual(['the last 5 minutes', 'the last hour', 'the last 3 hours']);
});
