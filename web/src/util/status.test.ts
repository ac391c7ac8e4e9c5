import { expect, test } from 'vitest';
import { classOf, countsOf, shareText, totalOf, worstClass } from './status';

test.each([
  [0, 10, '0 %'],
  [1, 1000, '< 1 %'],
  [12, 100, '12 %'],
  [999, 1000, '> 99 %'],
  [10, 10, '100 %'],
  [1, 0, '0 %'],
])('%d of %d is %s', (part, whole, want) => {
  expect(shareText(part, whole)).toBe(want);
});

test('an entity counts in one class: throttle before fault before error', () => {
  expect(classOf({ throttle: true, fault: true, error: true })).toBe('throttle');
  expect(classOf({ throttle: false, fault: true, error: true })).toBe('fault');
  expect(classOf({ throttle: false, fault: false, error: true })).toBe('error');
  expect(classOf({ throttle: false, fault: false, error: false })).toBe('ok');
});

test('statistics are read with all their nulls', () => {
  expect(totalOf(countsOf(null))).toBe(0);
  const counts = countsOf({
    OkCount: 5,
    ErrorStatistics: { ThrottleCount: 1, OtherCount: 2, TotalCount: 3 },
    FaultStatistics: { OtherCount: null, TotalCount: 4 },
    TotalCount: 12,
    TotalResponseTime: null,
  });
  expect(counts).toEqual({ ok: 5, error: 2, throttle: 1, fault: 4 });
  expect(worstClass(counts)).toBe('fault');
});
