import { useMemo } from 'react';
import type { AnalyzeResponse } from '../../api/rayscope.gen';
import { mostPoints } from '../../api/traceList';
import { Chart } from '../../ui/chart/Chart';
import type { Band } from '../../util/conditions';
import { countText, durationText } from '../../util/format';
import { validBetween, type Window } from '../../util/range';
import { BandFields } from './BandFields';
import { bandAt, bucketOption, heatAreaAt, heatOption, placeAxis, pointAreaAt, pointOption } from './plotOptions';

export interface PlotsProps {
  answer: AnalyzeResponse;
  window: Window;
  /** The band that the filter asks for. */
  band: Band | null;
  onBand: (band: Band | null) => void;
  /** A part of the time and, unless it is null, of the response times. */
  onArea: (window: Window, band: Band | null) => void;
}

const height = 150;

const timesText = ({ A }: AnalyzeResponse): string =>
  A.P50 === null || A.P95 === null || A.Max === null
    ? 'None of these traces has ended.'
    : `Half took at most ${durationText(A.P50)}, 95 % at most ${durationText(A.P95)}, the slowest ${durationText(A.Max)}.`;

const Distribution = ({ answer, band, onBand }: PlotsProps) => {
  const buckets = useMemo(() => answer.Histogram?.Buckets ?? [], [answer]);
  const draw = useMemo(() => bucketOption(buckets), [buckets]);
  return (
    <section className="rs-card rs-plot" aria-label="Response times">
      <h2 className="rs-h3">How long they took</h2>
      <p className="rs-note">{timesText(answer)} Drag over the bars to keep a part.</p>
      <Chart
        draw={draw}
        height={height}
        selecting={{
          xAxis: placeAxis,
          onSelect: ({ x }) => {
            const chosen = bandAt(buckets, x);
            if (chosen !== null) onBand(chosen);
          },
        }}
      />
      <BandFields key={`${band?.from ?? 0} ${band?.to ?? Infinity}`} band={band} onBand={onBand} />
    </section>
  );
};

const OverTime = ({ answer, window, onArea }: PlotsProps) => {
  const traces = answer.Traces?.Items ?? [];
  const points = traces.length > 0 && traces.length < mostPoints;
  const heat = answer.HeatMap;
  const draw = useMemo(() => {
    if (answer.Traces !== null && points) return pointOption(answer.Traces.Items, window);
    return heat === null ? null : heatOption(heat);
  }, [answer, points, heat, window]);
  const select = (area: ReturnType<typeof pointAreaAt>): void => {
    if (validBetween(area.window.start, area.window.end)) onArea(area.window, area.band);
  };
  if (draw === null) return null;
  return (
    <section className="rs-card rs-plot" aria-label="Response times over time">
      <h2 className="rs-h3">When, and how long</h2>
      <p className="rs-note">
        {points ? 'Each point is a trace.' : `The fuller a cell, the more of the ${countText(answer.A.Count)} traces are in it; a frame means faults.`} Drag a rectangle to
        keep its time and response times; the time range above and the fields beside do the same.
      </p>
      <Chart
        draw={draw}
        height={height + 36}
        selecting={
          points
            ? { xAxis: 0, yAxis: 0, both: true, onSelect: (area) => select(pointAreaAt(area)) }
            : { xAxis: placeAxis, yAxis: placeAxis, both: true, onSelect: (area) => heat !== null && select(heatAreaAt(heat, area)) }
        }
      />
    </section>
  );
};

/** The response times of all traces that match: how they spread, and over time. */
const Plots = (props: PlotsProps) => (
  <div className="rs-plots">
    <Distribution {...props} />
    <OverTime {...props} />
  </div>
);

export default Plots;
