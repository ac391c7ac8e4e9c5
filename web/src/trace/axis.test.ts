import { expect, test } from 'vitest';
import { ticksBetween } from './axis';

test.each([0, 0.0000001, 0.0042, 0.524, 1, 1.26, 59, 4000])('the ticks of %d seconds are few, rising and inside', (seconds) => {
  const ticks = ticksBetween(0, seconds);
  expect(ticks.length).toBeGreaterThan(0);
  expect(ticks.length).toBeLessThanOrEqual(8);
  expect(ticks[0]?.at).toBe(0);
  for (const [i, tick] of ticks.entries()) {
    expect(tick.at).toBeLessThanOrEqual(1);
    if (i > 0) expect(tick.at).toBeGreaterThan(ticks[i - 1]?.at ?? 1);
  }
});

test.each([
  [0, 0.524, ['0 ms', '100 ms', '200 ms', '300 ms', '400 ms', '500 ms']],
  [1.2344, 1.2351, ['1.2344 s', '1.2346 s', '1.2348 s', '1.2350 s']],
  [0.0101, 0.0109, ['10.2 ms', '10.4 ms', '10.6 ms', '10.8 ms']],
  [70, 190, ['80 s', '100 s', '120 s', '140 s', '160 s', '180 s']],
])('from %d to %d they are round and tell apart', (from, to, want) => {
  const ticks = ticksBetween(from, to);
  expect(ticks.map(({ text }) => text)).toEqual(want);
  for (const { at } of ticks) expect(at >= 0 && at <= 1).toBe(true);
});
