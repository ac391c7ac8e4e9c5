import { expect, test } from 'vitest';
import { binsOf, percentile } from './stats';

const entries = [
  { Value: 0.3, Count: 1 },
  { Value: 0.1, Count: 8 },
  { Value: 0.2, Count: 1 },
];

test.each([
  [0, 0.1],
  [0.5, 0.1],
  [0.8, 0.1],
  [0.81, 0.2],
  [0.9, 0.2],
  [0.99, 0.3],
  [1, 0.3],
])('percentile %d is %d', (p, want) => {
  expect(percentile(entries, p)).toBe(want);
});

test('nothing has no percentile and no bins', () => {
  expect(percentile([], 0.5)).toBeNull();
  expect(percentile([{ Value: 1, Count: 0 }], 0.5)).toBeNull();
  expect(binsOf([])).toEqual([]);
});

const spread = Array.from({ length: 300 }, (_, i) => ({ Value: (i * 7919) % 1000 / 1000, Count: 1 + (i % 5) }));

test.each([
  ['three values', entries],
  ['one value', [{ Value: 0.25, Count: 4 }]],
  ['only zero', [{ Value: 0, Count: 4 }]],
  ['a value below zero', [{ Value: -0.001, Count: 1 }, ...entries]],
  ['an outlier', [...entries, { Value: 0.1, Count: 1000 }, { Value: 90, Count: 1 }]],
  ['a spread', spread],
])('bins of %s hold every count once, in equal steps', (_, histogram) => {
  const bins = binsOf(histogram);
  expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(histogram.reduce((sum, entry) => sum + entry.Count, 0));
  expect(bins.length).toBeLessThanOrEqual(22);
  const steps = bins.filter((bin) => bin.to !== Infinity).map((bin) => bin.to - bin.from);
  for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? 0, 9);
});

test('an outlier goes to the last, open bin', () => {
  const bins = binsOf([{ Value: 0.1, Count: 1000 }, { Value: 90, Count: 1 }]);
  expect(bins.at(-1)).toMatchObject({ to: Infinity, count: 1 });
});
