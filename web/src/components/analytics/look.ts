import type { ColourOf } from '../../ui/chart/Chart';

/** What all charts of the page have in common. */

export const tooltip = (colour: ColourOf) => ({
  confine: true,
  backgroundColor: colour('--rs-raised'),
  borderColor: colour('--rs-line'),
  textStyle: { color: colour('--rs-text'), fontSize: 12 },
});

/** An axis of steps with words below them, and one of numbers beside it, on which step i spans i to i + 1. */
export const stepAxes = (colour: ColourOf, words: string[]) => [
  {
    type: 'category',
    data: words,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour('--rs-line-strong') } },
    axisLabel: { color: colour('--rs-muted'), fontSize: 11, hideOverlap: true },
  },
  { type: 'value', min: 0, max: Math.max(1, words.length), show: false },
];

export const valueAxis = (colour: ColourOf, formatter: (value: number) => string) => ({
  type: 'value',
  splitNumber: 3,
  splitLine: { lineStyle: { color: colour('--rs-grid') } },
  axisLabel: { color: colour('--rs-muted'), fontSize: 11, formatter },
});

export const grid = { left: 4, right: 12, top: 12, bottom: 4, containLabel: true };

/** The index of the axis on which parts are selected. */
export const placeAxis = 1;

/** A series that draws nothing but the chosen part, which is given as pairs of corners. */
export const chosenArea = (colour: ColourOf, data: object[][]) => ({
  type: 'bar',
  xAxisIndex: placeAxis,
  data: [],
  markArea: { silent: true, itemStyle: { color: colour('--rs-accent'), opacity: 0.16, borderColor: colour('--rs-accent'), borderWidth: 1 }, data },
});

/** indexOf is the step that a tooltip is asked for. */
export const indexOf = (shown: unknown): number => {
  const first: unknown = Array.isArray(shown) ? shown[0] : shown;
  return typeof first === 'object' && first !== null && 'dataIndex' in first && typeof first.dataIndex === 'number' ? first.dataIndex : 0;
};
