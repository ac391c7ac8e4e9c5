import type { Cell, HeatMap } from '../../api/rayscope.gen';
import type { DrawOption } from '../../ui/chart/Chart';
import { countOf, durationText } from '../../util/format';
import { placeOf, rowsOf, type Band } from './bins';
import { chosenArea, indexOf, placeAxis, stepAxes, tooltip } from './look';
import type { Stretch } from './seriesOption';
import { clockText } from './words';

const columnsOf = ({ Columns, StartTime, Period }: HeatMap): number[] => Array.from({ length: Columns }, (_, i) => StartTime + i * Period);

/** cellText says what a cell holds: the time, the response times, and how many. */
export const cellText = (cell: Cell, map: HeatMap, split: boolean): string => {
  const from = map.StartTime + cell.Column * map.Period;
  const times = `${durationText(map.Bounds[cell.Row] ?? 0)} to ${durationText(map.Bounds[cell.Row + 1] ?? 0)}`;
  const counts = [countOf(cell.A + cell.B, 'request'), ...(split ? [`${cell.A} in A`] : []), ...(cell.Faults > 0 ? [countOf(cell.Faults, 'fault')] : [])];
  return `${clockText(from)} to ${clockText(from + map.Period)}, ${times}: ${counts.join(', ')}`;
};

const columnOf = (epoch: number, { StartTime, Period, Columns }: HeatMap): number => Math.min(Columns, Math.max(0, (epoch - StartTime) / Period));

const areaOf = ({ since, until }: Stretch, { min, max }: Band, map: HeatMap, bounds: number[]): object[][] => {
  if (since === null && until === null && min === null && max === null) return [];
  const top = bounds.length - 1;
  const from = { xAxis: since === null ? 0 : columnOf(since, map), yAxis: min === null ? 0 : placeOf(min, bounds) };
  return [[from, { xAxis: until === null ? map.Columns : columnOf(until, map), yAxis: max === null ? top : placeOf(max, bounds) }]];
};

/** A stroke across a cell: faults, whatever the colour. */
const stroke = 'path://M0,10L10,0L11,1L1,11Z';

/** The shades are steps, so that each can be told in the legend: 1, 2-3, 4-7, ... */
export const shadesOf = (most: number): { from: number; to: number }[] => {
  const steps = Math.max(1, Math.floor(Math.log2(Math.max(1, most))) + 1);
  const width = Math.max(1, Math.ceil(steps / 5));
  return Array.from({ length: Math.ceil(steps / width) }, (_, i) => ({ from: 2 ** (i * width), to: Math.min(most, 2 ** ((i + 1) * width) - 1) }));
};

export const shadeNames = ['--rs-heat-0', '--rs-heat-1', '--rs-heat-2', '--rs-heat-3', '--rs-heat-4'];

/** shadeName is the colour of one of so many shades: the last one is always the strongest. */
export const shadeName = (i: number, of: number): string => shadeNames[of === 1 ? 2 : Math.round((i * (shadeNames.length - 1)) / (of - 1))] ?? '--rs-heat-4';

export const mostOf = ({ Cells }: HeatMap): number => Math.max(1, ...Cells.map(({ A, B }) => A + B));

/** heatOption draws requests by time and response time. `at` is the cell that is being read from the keyboard. */
export const heatOption = (map: HeatMap, stretch: Stretch, band: Band, split: boolean, at: Cell | null): DrawOption => (colour) => {
  const { first, bounds } = rowsOf(map);
  const shades = shadesOf(mostOf(map));
  const faulty = map.Cells.filter(({ Faults }) => Faults > 0);
  return {
    animation: false,
    aria: { enabled: true, label: { description: `Requests by time and response time, in ${map.Cells.length} cells. The button below the map reads them out.` } },
    grid: { left: 4, right: 12, top: 8, bottom: 4, containLabel: true },
    tooltip: {
      ...tooltip(colour),
      trigger: 'item',
      formatter: (shown: unknown) => {
        const cell = map.Cells[indexOf(shown)];
        return cell === undefined ? '' : cellText(cell, map, split);
      },
    },
    visualMap: {
      show: false,
      type: 'piecewise',
      seriesIndex: 0,
      dimension: 2,
      pieces: shades.map(({ from, to }, i) => ({ min: from, max: to, color: colour(shadeName(i, shades.length)) })),
    },
    xAxis: stepAxes(colour, columnsOf(map).map(clockText)),
    yAxis: stepAxes(colour, bounds.slice(0, -1).map(durationText)),
    series: [
      { type: 'heatmap', data: map.Cells.map(({ Column, Row, A, B }) => [Column, Row - first, A + B]), itemStyle: { borderColor: colour('--rs-surface'), borderWidth: 1 } },
      { type: 'scatter', silent: true, symbol: stroke, symbolSize: 8, data: faulty.map(({ Column, Row }) => [Column, Row - first]), itemStyle: { color: colour('--rs-fault'), borderColor: colour('--rs-surface'), borderWidth: 0.6 } },
      { type: 'scatter', silent: true, symbol: 'rect', symbolSize: 13, data: at === null ? [] : [[at.Column, at.Row - first]], itemStyle: { color: 'transparent', borderColor: colour('--rs-text'), borderWidth: 2 } },
      { ...chosenArea(colour, areaOf(stretch, band, map, bounds)), yAxisIndex: placeAxis },
    ],
  };
};
