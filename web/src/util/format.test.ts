import { expect, test } from 'vitest';
import { ageText, countOf, durationText, rateText, utcText } from './format';

test.each([
  [0, '0 ms'],
  [-1, '0 ms'],
  [0.0000004, '1 µs'],
  [0.00085, '850 µs'],
  [0.00123, '1.23 ms'],
  [0.0123, '12.3 ms'],
  [0.1, '100 ms'],
  [0.524, '524 ms'],
  [0.9996, '1 s'],
  [1.25, '1.25 s'],
  [10, '10 s'],
  [59.97, '1 min 0 s'],
  [185, '3 min 5 s'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, want) => {
  expect(durationText(seconds)).toBe(want);
});

test.each([
  [0, '0/min'],
  [0.04, '< 0.1/min'],
  [0.5, '0.5/min'],
  [8, '8/min'],
  [10, '10/min'],
  [312.4, '312/min'],
  [12345, '12,345/min'],
])('%d per minute is %s', (rate, want) => {
  expect(rateText(rate)).toBe(want);
});

test.each([
  [0, 'just now'],
  [-3, 'just now'],
  [12, '12 s ago'],
  [200, '3 min ago'],
  [7300, '2 h ago'],
  [400000, '4 days ago'],
])('%d seconds back is %s', (seconds, want) => {
  expect(ageText(1e6 - seconds, 1e6)).toBe(want);
});

test('counts and moments', () => {
  expect([countOf(1, 'trace'), countOf(2000, 'trace')]).toEqual(['1 trace', '2,000 traces']);
  expect(utcText(1758654625.118)).toBe('2025-09-23 19:10:25.118 UTC');
  expect(utcText(Number.NaN)).toBe('unknown time');
});
