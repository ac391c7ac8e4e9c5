import { expect, test } from 'vitest';
import type { Statistics } from '../api/types';
import { seriesText } from '../ui/chart/seriesOption';
import { pointsOf } from './seriesPoints';

const statistics: Statistics = {
  OkCount: 3,
  ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
  FaultStatistics: { OtherCount: 1, TotalCount: 1 },
  TotalCount: 4,
  TotalResponseTime: 2,
};

test('a bucket stands at its beginning, and empty periods are there', () => {
  const histogram = [{ Value: 0.1, Count: 3 }, { Value: 2, Count: 1 }];
  const bucket = { Timestamp: 180, EdgeSummaryStatistics: statistics, ServiceSummaryStatistics: null, ResponseTimeHistogram: histogram };
  const points = pointsOf({ window: { start: 70, end: 200 }, period: 60, buckets: [bucket] });
  expect(points.map(({ time, p50, p95 }) => [time, p50, p95])).toEqual([[60, null, null], [120, 0.1, 2], [180, null, null]]);
  expect(points[1]?.counts).toEqual({ ok: 3, fault: 1, error: 0, throttle: 0 });
  expect(seriesText(points)).toMatch(/^\S.*: 1 faults, 3 OK, p50 100 ms$/);
});
