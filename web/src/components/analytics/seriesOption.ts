import type { Figures, Point, TimeSeries } from '../../api/rayscope.gen';
import type { ColourOf, DrawOption } from '../../ui/chart/Chart';
import { countOf, countText, durationText } from '../../util/format';
import { classWords, type CountedClass } from '../../util/status';
import { stepsOf } from './bins';
import { chosenArea, grid, indexOf, stepAxes, tooltip, valueAxis } from './look';
import { clockText } from './words';

/** A stretch of time in epoch seconds; null is open. */
export interface Stretch {
  since: number | null;
  until: number | null;
}

/** From the bottom up. */
const stacked = ['ok', 'error', 'throttle', 'fault'] as const satisfies readonly CountedClass[];

const counts: Record<CountedClass, (figures: Figures) => number> = {
  ok: ({ OkCount }) => OkCount,
  error: ({ ErrorCount }) => ErrorCount,
  throttle: ({ ThrottleCount }) => ThrottleCount,
  fault: ({ FaultCount }) => FaultCount,
};

const countIn = ({ A, B }: Point, name: CountedClass): number => counts[name](A) + (B === null ? 0 : counts[name](B));

const hatch = (colour: ColourOf, rotation: number) => ({ symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation, color: colour('--rs-stripe') });

const rotations: Record<CountedClass, number | null> = { ok: null, error: 0, throttle: Math.PI / 2, fault: -Math.PI / 4 };

const stretchText = (point: Point, period: number): string => `${clockText(point.Time)} to ${clockText(point.Time + period)}`;

/** placeOf is where a moment stands on the axis of periods. */
const placeOf = (epoch: number, { Points, Period }: TimeSeries): number => Math.min(Points.length, Math.max(0, (epoch - (Points[0]?.Time ?? epoch)) / Period));

const areaOf = ({ since, until }: Stretch, series: TimeSeries): object[][] =>
  since === null && until === null ? [] : [[{ xAxis: since === null ? 0 : placeOf(since, series) }, { xAxis: until === null ? series.Points.length : placeOf(until, series) }]];

/** stretchOf is the time of whole periods between two places; null outside of them. */
export const stretchOf = (places: [number, number], { Points, Period }: TimeSeries): Stretch | null => {
  const steps = stepsOf(places, Points.length);
  const start = Points[0]?.Time;
  return steps === null || start === undefined ? null : { since: start + steps.first * Period, until: start + steps.end * Period };
};

const words = ({ Points }: TimeSeries): string[] => Points.map(({ Time }) => clockText(Time));

const spokenCounts = ({ Points, Period }: TimeSeries): string =>
  `Requests over time: ${Points.filter(({ A, B }) => A.Count + (B?.Count ?? 0) > 0)
    .map((point) => `${stretchText(point, Period)}: ${countOf(point.A.Count + (point.B?.Count ?? 0), 'request')}, ${countOf(countIn(point, 'fault'), 'fault')}`)
    .join('; ')}`;

/** requestsOption draws the requests of both sets by class, and with a set B how many of them are in set A. */
export const requestsOption = (series: TimeSeries, chosen: Stretch, split: boolean): DrawOption => (colour) => ({
  animation: false,
  aria: { enabled: true, label: { description: spokenCounts(series) } },
  grid,
  tooltip: {
    ...tooltip(colour),
    trigger: 'axis',
    axisPointer: { type: 'none' },
    formatter: (shown: unknown) => {
      const point = series.Points[indexOf(shown)];
      if (point === undefined) return '';
      const lines = [stretchText(point, series.Period), ...stacked.toReversed().map((name) => `${classWords[name].label}: ${countText(countIn(point, name))}`)];
      return [...lines, ...(split ? [`In A: <b>${countText(point.A.Count)}</b>`] : [])].join('<br/>');
    },
  },
  xAxis: stepAxes(colour, words(series)),
  yAxis: { ...valueAxis(colour, countText), minInterval: 1 },
  series: [
    ...stacked.map((name) => {
      const rotation = rotations[name];
      return {
        type: 'bar',
        stack: 'requests',
        name: classWords[name].label,
        data: series.Points.map((point) => countIn(point, name)),
        barCategoryGap: '8%',
        itemStyle: { color: colour(`--rs-${name}`), ...(rotation === null ? {} : { decal: hatch(colour, rotation) }) },
      };
    }),
    ...(split
      ? [{ type: 'line', name: 'A', step: 'middle', symbol: 'none', data: series.Points.map(({ A }) => A.Count), lineStyle: { color: colour('--rs-text'), width: 1.8 } }]
      : []),
    chosenArea(colour, areaOf(chosen, series)),
  ],
});

const percentiles = [
  { key: 'P50', name: 'p50', dash: 'solid', width: 2.2, colour: '--rs-span-0' },
  { key: 'P95', name: 'p95', dash: 'dashed', width: 1.8, colour: '--rs-span-3' },
  { key: 'P99', name: 'p99', dash: 'dotted', width: 1.8, colour: '--rs-span-2' },
] as const;

const timeText = (seconds: number | null): string => (seconds === null ? 'none' : durationText(seconds));

const spokenTimes = ({ Points, Period }: TimeSeries): string =>
  `Response times over time: ${Points.filter(({ A }) => A.P50 !== null)
    .map((point) => `${stretchText(point, Period)}: ${percentiles.map(({ key, name }) => `${name} ${timeText(point.A[key])}`).join(', ')}`)
    .join('; ')}`;

/** timesOption draws the percentiles of set A over time, and with a set B the middle one of it. */
export const timesOption = (series: TimeSeries, chosen: Stretch, split: boolean): DrawOption => (colour) => ({
  animation: false,
  aria: { enabled: true, label: { description: spokenTimes(series) } },
  grid,
  tooltip: {
    ...tooltip(colour),
    trigger: 'axis',
    formatter: (shown: unknown) => {
      const point = series.Points[indexOf(shown)];
      if (point === undefined) return '';
      const lines = [stretchText(point, series.Period), ...percentiles.map(({ key, name }) => `${split ? 'A, ' : ''}${name}: <b>${timeText(point.A[key])}</b>`)];
      return [...lines, ...(point.B === null ? [] : [`B, p50: ${timeText(point.B.P50)}`])].join('<br/>');
    },
  },
  xAxis: stepAxes(colour, words(series)),
  yAxis: valueAxis(colour, durationText),
  series: [
    ...percentiles.map(({ key, name, dash, width, colour: token }) => ({
      type: 'line',
      name,
      symbol: 'circle',
      symbolSize: 3,
      data: series.Points.map(({ A }) => A[key]),
      itemStyle: { color: colour(token) },
      lineStyle: { color: colour(token), type: dash, width },
    })),
    ...(split
      ? [{ type: 'line', name: 'B, p50', symbol: 'none', data: series.Points.map(({ B }) => B?.P50 ?? null), lineStyle: { color: colour('--rs-muted'), width: 1.4 } }]
      : []),
    chosenArea(colour, areaOf(chosen, series)),
  ],
});
