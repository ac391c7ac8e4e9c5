import type { HistogramEntry } from '../../api/types';
import { countOf, durationText } from '../../util/format';
import { binsOf, percentile, type Bin } from '../../graph/stats';
import type { DrawOption } from './Chart';

const binText = ({ from, to }: Bin): string =>
  to === Infinity ? `slower than ${durationText(from)}` : `${durationText(from)} to ${durationText(to)}`;

/** The place of a value on the axis of bins; bar i spans i to i + 1. */
const placeOf = (value: number, bins: Bin[]): number => {
  const i = bins.findIndex((bin) => value < bin.to);
  const bin = bins[i];
  if (bin === undefined) return bins.length - 0.5;
  return bin.to === Infinity ? i + 0.5 : i + (value - bin.from) / (bin.to - bin.from);
};

/** valueAt is the value at a place on the axis of bins; at the very end of an open last bin, Infinity. */
const valueAt = (place: number, bins: Bin[]): number => {
  const i = Math.min(Math.max(Math.floor(place), 0), bins.length - 1);
  const bin = bins[i];
  if (bin === undefined) return 0;
  if (bin.to === Infinity) return place > i + 0.5 ? Infinity : bin.from;
  return bin.from + (bin.to - bin.from) * Math.min(Math.max(place - i, 0), 1);
};

/** A band of response times in seconds; `to` may be Infinity. */
export interface Band {
  from: number;
  to: number;
}

/** bandOf is what was selected between two places on the axis of bins of a histogram. */
export const bandOf = (entries: HistogramEntry[], [from, to]: [number, number]): Band => {
  const bins = binsOf(entries);
  return { from: valueAt(from, bins), to: valueAt(to, bins) };
};

/** The axis of bins, for selecting: bar i spans i to i + 1. */
export const binAxis = 1;

/** Name, share, and how high above the chart the name stands: neighbours are often close. */
const marks = [
  ['p50', 0.5, 2],
  ['p90', 0.9, 13],
  ['p99', 0.99, 2],
] as const;

/** histogramOption describes the chart; the chosen band is shaded. */
export const histogramOption = (entries: HistogramEntry[], chosen: Band | null): DrawOption => (colour) => {
  const bins = binsOf(entries);
  const lines = marks.map(([name, p, distance]) => ({
    name,
    label: { distance },
    xAxis: placeOf(percentile(entries, p) ?? 0, bins),
  }));
  return {
    animation: false,
    aria: { enabled: true, label: { description: `Response times: ${bins.filter((bin) => bin.count > 0).map((bin) => `${binText(bin)}: ${bin.count}`).join('; ')}` } },
    grid: { left: 4, right: 10, top: 32, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'none' },
      confine: true,
      backgroundColor: colour('--rs-raised'),
      borderColor: colour('--rs-line'),
      textStyle: { color: colour('--rs-text'), fontSize: 12 },
      formatter: (shown: unknown) => {
        const bin = bins[(shown as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        return bin === undefined ? '' : `${binText(bin)}<br/><b>${countOf(bin.count, 'request')}</b>`;
      },
    },
    xAxis: [
      {
        type: 'category',
        data: bins.map((bin) => (bin.to === Infinity ? `> ${durationText(bin.from)}` : durationText(bin.from))),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour('--rs-line-strong') } },
        axisLabel: { color: colour('--rs-muted'), fontSize: 11, hideOverlap: true },
      },
      { type: 'value', min: 0, max: bins.length, show: false },
    ],
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      splitLine: { lineStyle: { color: colour('--rs-grid') } },
      axisLabel: { color: colour('--rs-muted'), fontSize: 11 },
    },
    series: [
      { type: 'bar', data: bins.map((bin) => bin.count), barCategoryGap: '12%', itemStyle: { color: colour('--rs-span-0'), borderRadius: [2, 2, 0, 0] } },
      {
        type: 'bar',
        xAxisIndex: 1,
        data: [],
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: colour('--rs-line-strong'), type: 'dashed' },
          label: { formatter: '{b}', color: colour('--rs-muted'), fontSize: 10 },
          data: lines,
        },
        markArea: {
          silent: true,
          itemStyle: { color: colour('--rs-accent'), opacity: 0.14 },
          data: chosen === null ? [] : [[{ xAxis: placeOf(chosen.from, bins) }, { xAxis: chosen.to === Infinity ? bins.length : placeOf(chosen.to, bins) }]],
        },
      },
    ],
  };
};
