import type { Bucket, HeatMap, PickedTrace } from '../../api/rayscope.gen';
import type { Area } from '../../ui/chart/area';
import type { ColourOf, DrawOption } from '../../ui/chart/Chart';
import type { Band } from '../../util/conditions';
import { countOf, durationText, localText } from '../../util/format';
import type { Window } from '../../util/range';
import { classWords, countedClasses, type CountedClass } from '../../util/status';

/** Three digits are as exact as a pointer is. */
const rounded = (value: number): number => (value <= 0 ? 0 : Number(value.toPrecision(3)));

const tooltip = (colour: ColourOf) => ({
  confine: true,
  backgroundColor: colour('--rs-raised'),
  borderColor: colour('--rs-line'),
  textStyle: { color: colour('--rs-text'), fontSize: 12 },
});

const labels = (colour: ColourOf) => ({ color: colour('--rs-muted'), fontSize: 11, hideOverlap: true });

const grid = { left: 4, right: 12, top: 10, bottom: 4, containLabel: true };

/** A hidden axis that numbers the places of a category axis, for selecting. */
const places = (count: number) => ({ type: 'value', min: 0, max: count, show: false });

/** The hidden axes of bucketOption and heatOption. */
export const placeAxis = 1;

const bucketText = ({ From, To }: Bucket): string => `${durationText(From)} to ${durationText(To)}`;

/** bandAt is the band of response times between two places on the axis of buckets, which are steps of equal ratio. */
export const bandAt = (buckets: Bucket[], [from, to]: [number, number]): Band | null => {
  const valueAt = (place: number): number => {
    const bucket = buckets[Math.min(Math.max(Math.floor(place), 0), buckets.length - 1)];
    if (bucket === undefined) return 0;
    const part = Math.min(Math.max(place - buckets.indexOf(bucket), 0), 1);
    return bucket.From === 0 ? bucket.To * part : bucket.From * (bucket.To / bucket.From) ** part;
  };
  const band = { from: rounded(valueAt(from)), to: rounded(valueAt(to)) };
  return band.to > band.from ? band : null;
};

/** bucketOption draws response times as bars on a logarithmic scale; faults stand on top, in a pattern. */
export const bucketOption = (buckets: Bucket[]): DrawOption => (colour) => ({
  animation: false,
  aria: { enabled: true, label: { description: `Response times: ${buckets.filter(({ A }) => A > 0).map((bucket) => `${bucketText(bucket)}: ${countOf(bucket.A, 'trace')}`).join('; ')}` } },
  grid,
  tooltip: {
    ...tooltip(colour),
    trigger: 'axis',
    axisPointer: { type: 'none' },
    formatter: (shown: unknown) => {
      const bucket = buckets[(shown as { dataIndex: number }[])[0]?.dataIndex ?? 0];
      return bucket === undefined ? '' : `${bucketText(bucket)}<br/><b>${countOf(bucket.A, 'trace')}</b>${bucket.Faults > 0 ? `, ${countOf(bucket.Faults, 'fault')}` : ''}`;
    },
  },
  xAxis: [
    { type: 'category', data: buckets.map(({ From }) => durationText(From)), axisTick: { show: false }, axisLine: { lineStyle: { color: colour('--rs-line-strong') } }, axisLabel: labels(colour) },
    places(buckets.length),
  ],
  yAxis: { type: 'value', minInterval: 1, splitNumber: 3, splitLine: { lineStyle: { color: colour('--rs-grid') } }, axisLabel: labels(colour) },
  series: [
    { type: 'bar', stack: 'all', data: buckets.map(({ A, Faults }) => A - Faults), barCategoryGap: '8%', itemStyle: { color: colour('--rs-span-0') } },
    { type: 'bar', stack: 'all', data: buckets.map(({ Faults }) => Faults), itemStyle: { color: colour('--rs-fault'), decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -0.8, color: colour('--rs-stripe') } } },
    { type: 'bar', xAxisIndex: placeAxis, data: [] },
  ],
});

/** The rows of a heat map that hold something, from the first to the last. */
const usedRows = ({ Cells }: HeatMap): { first: number; count: number } => {
  const rows = Cells.map(({ Row }) => Row);
  const first = Math.min(...rows);
  return rows.length === 0 ? { first: 0, count: 0 } : { first, count: Math.max(...rows) - first + 1 };
};

/** heatAreaAt is the time and the band of a rectangle between places of a heat map. */
export const heatAreaAt = (heat: HeatMap, { x, y }: Area): { window: Window; band: Band | null } => {
  const { first, count } = usedRows(heat);
  const boundAt = (place: number): number => heat.Bounds[first + Math.min(Math.max(place, 0), count)] ?? 0;
  const band = { from: boundAt(Math.floor(y[0])), to: boundAt(Math.ceil(y[1])) };
  const at = (place: number): number => heat.StartTime + Math.min(Math.max(place, 0), heat.Columns) * heat.Period;
  return { window: { start: Math.floor(at(x[0])), end: Math.ceil(at(x[1])) }, band: band.to > band.from ? band : null };
};

const clockOf = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockText = (epoch: number): string => clockOf.format(new Date(epoch * 1000));

/** Labels of rows that stand clear of each other in a chart of this height. */
const mostRowLabels = 8;

/** heatOption draws how many traces took how long when: the fuller the colour, the more. Cells with faults have a frame. */
export const heatOption = (heat: HeatMap): DrawOption => (colour) => {
  const { first, count } = usedRows(heat);
  const most = Math.max(1, ...heat.Cells.map(({ A }) => A));
  return {
    animation: false,
    aria: { enabled: true, label: { description: `How many traces took how long, over time. The fullest of ${heat.Cells.length} cells has ${countOf(most, 'trace')}; ${countOf(heat.Cells.filter(({ Faults }) => Faults > 0).length, 'cell')} with faults.` } },
    grid,
    tooltip: {
      ...tooltip(colour),
      formatter: (shown: unknown) => {
        const cell = heat.Cells[(shown as { dataIndex: number }).dataIndex];
        if (cell === undefined) return '';
        const took = `${durationText(heat.Bounds[cell.Row] ?? 0)} to ${durationText(heat.Bounds[cell.Row + 1] ?? 0)}`;
        return `${localText(heat.StartTime + cell.Column * heat.Period)}<br/>${took}<br/><b>${countOf(cell.A, 'trace')}</b>${cell.Faults > 0 ? `, ${countOf(cell.Faults, 'fault')}` : ''}`;
      },
    },
    visualMap: { show: false, min: 0, max: Math.log1p(most), seriesIndex: 0, inRange: { color: [colour('--rs-selected'), colour('--rs-accent')] } },
    xAxis: [
      { type: 'category', data: Array.from({ length: heat.Columns }, (_, i) => clockText(heat.StartTime + i * heat.Period)), axisTick: { show: false }, axisLine: { lineStyle: { color: colour('--rs-line-strong') } }, axisLabel: labels(colour) },
      places(heat.Columns),
    ],
    yAxis: [
      { type: 'category', data: Array.from({ length: count }, (_, i) => durationText(heat.Bounds[first + i] ?? 0)), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...labels(colour), interval: Math.ceil(count / mostRowLabels) - 1 } },
      places(count),
    ],
    series: [
      {
        type: 'heatmap',
        data: heat.Cells.map(({ Column, Row, A, Faults }) => ({
          value: [Column, Row - first, Math.log1p(A)],
          itemStyle: Faults > 0 ? { borderColor: colour('--rs-fault'), borderWidth: 1.5 } : {},
        })),
      },
      { type: 'scatter', xAxisIndex: placeAxis, yAxisIndex: placeAxis, data: [] },
    ],
  };
};

const shapes: Record<CountedClass, { symbol: string; size: number }> = {
  ok: { symbol: 'circle', size: 6 },
  error: { symbol: 'triangle', size: 9 },
  throttle: { symbol: 'rect', size: 8 },
  fault: { symbol: 'diamond', size: 10 },
};

/** There is no logarithm of zero: what took less than a tenth of a millisecond stands there. */
const leastTime = 1e-4;

const placeOf = (seconds: number): number => Math.log10(Math.max(seconds, leastTime));

/** pointAreaAt is the time and the band of a rectangle of pointOption: its times are milliseconds, its response times logarithms. */
export const pointAreaAt = ({ x, y }: Area): { window: Window; band: Band | null } => {
  const band = { from: y[0] <= placeOf(0) ? 0 : rounded(10 ** y[0]), to: rounded(10 ** y[1]) };
  return { window: { start: Math.floor(x[0] / 1000), end: Math.ceil(x[1] / 1000) }, band: band.to > band.from ? band : null };
};

/** pointOption draws a point for each trace: when, how long, and its class by colour and shape. */
export const pointOption = (traces: PickedTrace[], { start, end }: Window): DrawOption => (colour) => {
  const byClass = (name: CountedClass): PickedTrace[] => traces.filter(({ Class }) => Class === name);
  const present = countedClasses.filter((name) => byClass(name).length > 0).reverse();
  return {
    animation: false,
    aria: { enabled: true, label: { description: `A point for each trace: ${present.map((name) => `${byClass(name).length} ${classWords[name].plural}`).join(', ')}` } },
    grid: { ...grid, top: 30 },
    legend: { top: 0, right: 8, itemWidth: 10, itemHeight: 10, itemGap: 14, selectedMode: false, textStyle: { color: colour('--rs-text'), fontSize: 11 }, data: present.map((name) => classWords[name].label) },
    tooltip: {
      ...tooltip(colour),
      formatter: (shown: unknown) => {
        const { seriesName, value } = shown as { seriesName: string; value: [number, number] };
        return `${localText(value[0] / 1000)}<br/><b>${durationText(10 ** value[1])}</b>, ${seriesName}`;
      },
    },
    xAxis: { type: 'time', min: start * 1000, max: end * 1000, axisLine: { lineStyle: { color: colour('--rs-line-strong') } }, splitLine: { show: false }, axisLabel: { ...labels(colour), formatter: (ms: number) => clockText(ms / 1000) } },
    yAxis: {
      type: 'value',
      scale: true,
      splitNumber: 4,
      splitLine: { lineStyle: { color: colour('--rs-grid') } },
      axisLabel: { ...labels(colour), formatter: (place: number) => durationText(10 ** place) },
    },
    series: present.map((name) => ({
      type: 'scatter',
      name: classWords[name].label,
      symbol: shapes[name].symbol,
      symbolSize: shapes[name].size,
      itemStyle: { color: colour(`--rs-${name}`), opacity: 0.8 },
      data: byClass(name).map(({ Time, ResponseTime }) => [Time * 1000, placeOf(ResponseTime)]),
    })),
  };
};
