import { lazy, Suspense, useMemo } from 'react';
import { useTimeSeries } from '../../api/mapQueries';
import { Problem } from '../../ui/Problem';
import { Skeleton } from '../../ui/Skeleton';
import type { MapView } from '../../graph/mapView';
import { pointsOf } from '../../graph/seriesPoints';

const SeriesChart = lazy(() => import('../../ui/chart/SeriesChart'));

const height = 208;

/** How a node or an edge did over the range. X-Ray's time series know groups, no filters: with one there is nothing true to draw. */
export const SeriesSection = ({ view, selector }: { view: MapView; selector: string }) => {
  const filtered = view.filter !== '';
  const { data, error, refetch } = useTimeSeries(view, selector, !filtered);
  const points = useMemo(() => (data === undefined ? [] : pointsOf(data)), [data]);
  return (
    <section aria-label="Over time">
      <h3 className="rs-h3">Over time</h3>
      {filtered && <p className="rs-note">Shown without a filter only: figures over time are kept for all traces together.</p>}
      {!filtered && error !== null && <Problem what="The figures over time could not be loaded" error={error} retry={refetch} />}
      {!filtered && error === null && data === undefined && <Skeleton height={height} label="Loading figures over time" />}
      {!filtered && data !== undefined && (
        <>
          <Suspense fallback={<Skeleton height={height} label="Loading the chart" />}>
            <SeriesChart points={points} />
          </Suspense>
          <p className="rs-note rs-small">Above requests by result, below response times: half take at most the line (p50), 95 of 100 the dashed one (p95).</p>
        </>
      )}
    </section>
  );
};
