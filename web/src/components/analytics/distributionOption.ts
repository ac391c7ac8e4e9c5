import type { AnalyzeResponse, Bucket } from '../../api/rayscope.gen';
import type { DrawOption } from '../../ui/chart/Chart';
import { countText, durationText } from '../../util/format';
import { boundsOf, placeOf, type Band } from './bins';
import { chosenArea, grid, indexOf, stepAxes, tooltip, valueAxis } from './look';
import { percentText } from './words';

const bucketText = ({ From, To }: Bucket): string => `${durationText(From)} to ${durationText(To)}`;

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** areaOf is where a band lies on the axis of buckets. */
const areaOf = ({ min, max }: Band, bounds: number[]): object[][] =>
  min === null && max === null ? [] : [[{ xAxis: min === null ? 0 : placeOf(min, bounds) }, { xAxis: max === null ? bounds.length - 1 : placeOf(max, bounds) }]];

/** spokenDistribution says in words what the chart shows. */
export const spokenDistribution = (buckets: Bucket[], { A, B }: AnalyzeResponse): string =>
  `Response times: ${buckets
    .filter((bucket) => bucket.A + bucket.B > 0)
    .map((bucket) => `${bucketText(bucket)}: ${percentText(shareOf(bucket.A, A.Count))}${B === null ? '' : ` of A, ${percentText(shareOf(bucket.B, B.Count))} of B`}`)
    .join('; ')}`;

/** distributionOption draws both sets over each other: as shares of their set, so that their sizes do not matter, or as counts. */
export const distributionOption = (answer: AnalyzeResponse, chosen: Band, counts: boolean): DrawOption => (colour) => {
  const buckets = answer.Histogram?.Buckets ?? [];
  const { A, B } = answer;
  const height = (part: number, whole: number): number => (counts ? part : shareOf(part, whole));
  const said = (name: string, part: number, whole: number): string => `${name}: <b>${countText(part)}</b>, ${percentText(shareOf(part, whole))} of them`;
  return {
    animation: false,
    aria: { enabled: true, label: { description: spokenDistribution(buckets, answer) } },
    grid,
    tooltip: {
      ...tooltip(colour),
      trigger: 'axis',
      axisPointer: { type: 'none' },
      formatter: (shown: unknown) => {
        const bucket = buckets[indexOf(shown)];
        if (bucket === undefined) return '';
        const lines = [bucketText(bucket), said(B === null ? 'Requests' : 'A', bucket.A, A.Count)];
        if (B !== null) lines.push(said('B', bucket.B, B.Count));
        return [...lines, `Faults: ${countText(bucket.Faults)}`].join('<br/>');
      },
    },
    xAxis: stepAxes(colour, buckets.map(({ From }) => durationText(From))),
    yAxis: valueAxis(colour, counts ? countText : percentText),
    series: [
      { type: 'bar', name: 'A', data: buckets.map((bucket) => height(bucket.A, A.Count)), barCategoryGap: '10%', itemStyle: { color: colour('--rs-span-0'), borderRadius: [2, 2, 0, 0] } },
      ...(B === null
        ? []
        : [
            {
              type: 'line',
              name: 'B',
              step: 'middle',
              symbol: 'none',
              data: buckets.map((bucket) => height(bucket.B, B.Count)),
              lineStyle: { color: colour('--rs-text'), width: 1.6, type: 'dashed' },
            },
          ]),
      chosenArea(colour, areaOf(chosen, boundsOf(buckets))),
    ],
  };
};
