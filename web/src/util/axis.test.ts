import { expect, test } from 'vitest';
import { ticksOf } from './axis';

test.each([0, 0.0000001, 0.0042, 0.524, 1, 1.26, 59, 4000])('the ticks of %d seconds are few, rising and inside', (seconds) => {
  const ticks = ticksOf(seconds);
  expect(ticks.length).toBeGreaterThan(0);
  expect(ticks.length).toBeLessThanOrEqual(8);
  expect(ticks[0]?.at).toBe(0);
  for (const [i, tick] of ticks.entries()) {
    expect(tick.at).toBeLessThanOrEqual(1);
    if (i > 0) expect(tick.at).toBeGreaterThan(ticks[i - 1]?.at ?? 1);
  }
});

test('steps are round', () => {
  expect(ticksOf(0.524).map(({ text }) => text)).toEqual(['0 ms', '100 ms', '200 ms', '300 ms', '400 ms', '500 ms']);
});
