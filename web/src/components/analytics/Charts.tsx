import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { useMemo } from 'react';
import type { Analysis } from '../../api/queries';
import { Chart } from '../../ui/chart/Chart';
import { StatusIcon } from '../../ui/StatusIcon';
import { bandOf, boundsOf } from './bins';
import { ChartCard, Key } from './ChartCard';
import { distributionOption } from './distributionOption';
import { HeatMap } from './HeatMap';
import { placeAxis } from './look';
import { requestsOption, stretchOf, timesOption } from './seriesOption';
import type { AnalyticsPlace } from './useAnalytics';

const scales = [
  { id: 'shares', text: 'Shares' },
  { id: 'counts', text: 'Counts' },
];

const Distribution = ({ place: { state, change }, data: { answer } }: PartProps) => {
  const { counts, min, max } = state;
  const draw = useMemo(() => distributionOption(answer, { min, max }, counts), [answer, min, max, counts]);
  const bounds = boundsOf(answer.Histogram?.Buckets ?? []);
  const scale = (
    <SegmentedControl label="Scale of the distribution" selectedId={counts ? 'counts' : 'shares'} options={scales} onChange={({ detail }) => change({ counts: detail.selectedId === 'counts' }, { replace: true })} />
  );
  return (
    <ChartCard
      title="How long requests took"
      end={scale}
      note={
        answer.B === null ? (
          'Drag over bars to select them.'
        ) : (
          <>
            <Key look="a">A, the selection</Key> <Key look="b">B</Key> Drag over bars to select them.
          </>
        )
      }
    >
      <Chart draw={draw} height={210} selecting={{ xAxis: placeAxis, onSelect: ({ x }) => change(bandOf(x, bounds) ?? {}) }} />
    </ChartCard>
  );
};

const Series = ({ place: { state, change }, data: { answer } }: PartProps) => {
  const { since, until } = state;
  const { TimeSeries: series, B } = answer;
  const split = B !== null;
  const requests = useMemo(() => (series === null ? null : requestsOption(series, { since, until }, split)), [series, since, until, split]);
  const times = useMemo(() => (series === null ? null : timesOption(series, { since, until }, split)), [series, since, until, split]);
  if (series === null || requests === null || times === null) return null;
  const selecting = { xAxis: placeAxis, onSelect: ({ x }: { x: [number, number] }) => change(stretchOf(x, series) ?? {}) };
  return (
    <>
      <ChartCard
        title="Requests over time"
        note={
          <>
            <StatusIcon status="fault" /> fault <StatusIcon status="throttle" /> throttled <StatusIcon status="error" /> error <StatusIcon status="ok" /> OK. {split && <Key look="line">in A</Key>} Drag to select a time.
          </>
        }
      >
        <Chart draw={requests} height={180} selecting={selecting} />
      </ChartCard>
      <ChartCard
        title={split ? 'Response times of the selection over time' : 'Response times over time'}
        note={
          <>
            <Key look="p50">p50: half take at most</Key> <Key look="p95">p95</Key> <Key look="p99">p99</Key> {split && <Key look="bp50">p50 of B</Key>}
          </>
        }
      >
        <Chart draw={times} height={180} selecting={selecting} />
      </ChartCard>
    </>
  );
};

export interface PartProps {
  place: AnalyticsPlace;
  data: Analysis;
}

/** Everything that can be dragged over. */
export const Charts = ({ place, data }: PartProps) => (
  <div className="rs-charts">
    <Distribution place={place} data={data} />
    {data.answer.HeatMap !== null && <HeatMap place={place} map={data.answer.HeatMap} split={data.answer.B !== null} />}
    <Series place={place} data={data} />
  </div>
);
