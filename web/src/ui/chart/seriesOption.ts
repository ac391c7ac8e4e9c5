import { countOf, durationText } from '../../util/format';
import { classWords, countedClasses, type Counts } from '../../util/status';
import type { DrawOption } from './Chart';

/** What happened in a period that begins at `time`, in epoch seconds. Times are null where nothing was. */
export interface SeriesPoint {
  time: number;
  counts: Counts;
  p50: number | null;
  p95: number | null;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

const timeText = (epoch: number): string => clock.format(new Date(epoch * 1000));

const spoken = ({ time, counts, p50 }: SeriesPoint): string =>
  `${timeText(time)}: ${countedClasses.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${classWords[name].plural}`).join(', ')}${p50 === null ? '' : `, p50 ${durationText(p50)}`}`;

/** seriesText says a series in words. */
export const seriesText = (points: SeriesPoint[]): string => points.filter(({ counts }) => countedClasses.some((name) => counts[name] > 0)).map(spoken).join('; ');

/** seriesOption describes requests by result as bars, and response times as lines above the same times. */
export const seriesOption = (points: SeriesPoint[]): DrawOption => (colour) => {
  const category = (gridIndex: number, show: boolean) => ({
    type: 'category',
    gridIndex,
    data: points.map(({ time }) => timeText(time)),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour('--rs-line-strong') } },
    axisLabel: { show, color: colour('--rs-muted'), fontSize: 11, hideOverlap: true },
  });
  const value = (gridIndex: number, formatter?: (n: number) => string) => ({
    type: 'value',
    gridIndex,
    splitNumber: 2,
    ...(formatter === undefined ? { minInterval: 1 } : {}),
    splitLine: { lineStyle: { color: colour('--rs-grid') } },
    axisLabel: { color: colour('--rs-muted'), fontSize: 11, ...(formatter === undefined ? {} : { formatter }) },
  });
  const line = (name: string, key: 'p50' | 'p95', type: string) => ({
    name,
    type: 'line',
    xAxisIndex: 1,
    yAxisIndex: 1,
    symbol: 'circle',
    symbolSize: 4,
    showSymbol: points.length < 20,
    connectNulls: false,
    data: points.map((point) => point[key]),
    lineStyle: { type, width: 1.8 },
    color: colour('--rs-span-0'),
  });
  return {
    animation: false,
    aria: { enabled: true, label: { description: `Over time: ${seriesText(points)}` } },
    grid: [
      { left: 48, right: 10, top: 10, height: 74 },
      { left: 48, right: 10, top: 118, height: 62 },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: colour('--rs-raised'),
      borderColor: colour('--rs-line'),
      textStyle: { color: colour('--rs-text'), fontSize: 12 },
      formatter: (shown: unknown) => {
        const point = points[(shown as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        if (point === undefined) return '';
        const total = countedClasses.reduce((sum, name) => sum + point.counts[name], 0);
        const times = point.p50 === null || point.p95 === null ? '' : `<br/>p50 ${durationText(point.p50)}, p95 ${durationText(point.p95)}`;
        const classes = countedClasses.filter((name) => point.counts[name] > 0).map((name) => `<br/>${classWords[name].label}: ${point.counts[name]}`);
        return `${timeText(point.time)}<br/><b>${countOf(total, 'request')}</b>${classes.join('')}${times}`;
      },
    },
    xAxis: [category(0, false), category(1, true)],
    yAxis: [value(0), value(1, durationText)],
    series: [
      ...[...countedClasses].reverse().map((name) => ({ name: classWords[name].label, type: 'bar', stack: 'requests', barCategoryGap: '15%', itemStyle: { color: colour(`--rs-${name}`) }, data: points.map(({ counts }) => counts[name]) })),
      line('p50', 'p50', 'solid'),
      line('p95', 'p95', 'dashed'),
    ],
  };
};
