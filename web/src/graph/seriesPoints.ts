import type { Series } from '../api/mapQueries';
import type { SeriesPoint } from '../ui/chart/seriesOption';
import { percentile } from './stats';
import { countsOf, noCounts } from '../util/status';

/** pointsOf fills the range with a point for each period, also where nothing was. */
export const pointsOf = ({ window, period, buckets }: Series): SeriesPoint[] => {
  const byStart = new Map(buckets.map((bucket) => [bucket.Timestamp - period, bucket]));
  const points: SeriesPoint[] = [];
  for (let time = Math.floor(window.start / period) * period; time < window.end; time += period) {
    const bucket = byStart.get(time);
    const histogram = bucket?.ResponseTimeHistogram ?? [];
    const counts = bucket === undefined ? noCounts : countsOf(bucket.ServiceSummaryStatistics ?? bucket.EdgeSummaryStatistics);
    points.push({ time, counts, p50: percentile(histogram, 0.5), p95: percentile(histogram, 0.95) });
  }
  return points;
};
