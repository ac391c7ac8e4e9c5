import type { EChartsCoreOption } from 'echarts/core';
import type { HistogramEntry } from '../api/types';
import { countOf, durationText } from '../util/format';
import { binsOf, percentile, type Bin } from '../util/stats';

const binText = ({ from, to }: Bin): string =>
  to === Infinity ? `slower than ${durationText(from)}` : `${durationText(from)} to ${durationText(to)}`;

/** The place of a value on the axis of bins; bar i spans i to i + 1. */
const placeOf = (value: number, bins: Bin[]): number => {
  const i = bins.findIndex((bin) => value < bin.to);
  const bin = bins[i];
  if (bin === undefined) return bins.length - 0.5;
  return bin.to === Infinity ? i + 0.5 : i + (value - bin.from) / (bin.to - bin.from);
};

/** Name, share, and how high above the chart the name stands: neighbours are often close. */
const marks = [
  ['p50', 0.5, 2],
  ['p90', 0.9, 13],
  ['p99', 0.99, 2],
] as const;

/** histogramOption describes the chart; `style` gives the colours of the page's theme. */
export const histogramOption = (entries: HistogramEntry[], style: CSSStyleDeclaration): EChartsCoreOption => {
  const bins = binsOf(entries);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
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
      },
    ],
  };
};
