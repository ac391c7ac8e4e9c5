import type { InsightEvent } from '../../api/adminTypes';
import type { ColourOf, DrawOption } from '../../ui/chart/Chart';
import { localText } from '../../util/format';
import { faultShare, oldestFirst } from '../../util/insight';

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

const line = (name: string, colour: string, dashed: boolean, data: [number, number][]) => ({
  type: 'line',
  name,
  data,
  showSymbol: data.length < 60,
  symbol: dashed ? 'rect' : 'circle',
  symbolSize: 6,
  lineStyle: { color: colour, type: dashed ? 'dashed' : 'solid', width: 2 },
  itemStyle: { color: colour },
});

const axes = (colour: ColourOf, most: number) => ({
  xAxis: { type: 'time', axisLine: { lineStyle: { color: colour('--rs-line-strong') } }, axisLabel: { color: colour('--rs-muted'), fontSize: 11, hideOverlap: true } },
  yAxis: {
    type: 'value',
    min: 0,
    splitNumber: 3,
    // Left to itself, the axis of large shares ends at a round number beyond all of them.
    ...(most > 0.5 ? { max: 1, interval: 0.25 } : {}),
    axisLabel: { color: colour('--rs-muted'), fontSize: 11, formatter: percent },
    splitLine: { lineStyle: { color: colour('--rs-grid') } },
  },
});

/** eventsOption draws the share of faults over the events, of clients' requests and of those to the root cause. */
export const eventsOption = (events: InsightEvent[], rootCause: string): DrawOption => (colour) => {
  const all = oldestFirst(events);
  const toClients = all.map(({ EventTime, ClientRequestImpactStatistics }): [number, number] => [EventTime * 1000, faultShare(ClientRequestImpactStatistics)]);
  const toService = all.map(({ EventTime, RootCauseServiceRequestImpactStatistics }): [number, number] => [EventTime * 1000, faultShare(RootCauseServiceRequestImpactStatistics)]);
  return {
    animation: false,
    aria: { enabled: true, label: { description: `Share of faults at each event: ${all.map((event) => `${localText(event.EventTime)}: clients ${percent(faultShare(event.ClientRequestImpactStatistics))}, ${rootCause} ${percent(faultShare(event.RootCauseServiceRequestImpactStatistics))}`).join('; ')}` } },
    grid: { left: 4, right: 16, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: colour('--rs-text'), fontSize: 12 }, inactiveColor: colour('--rs-muted') },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: colour('--rs-raised'),
      borderColor: colour('--rs-line'),
      textStyle: { color: colour('--rs-text'), fontSize: 12 },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? percent(value) : ''),
    },
    ...axes(colour, Math.max(...[...toClients, ...toService].map(([, share]) => share))),
    series: [line('Requests of clients', colour('--rs-fault'), false, toClients), line(`Requests to ${rootCause}`, colour('--rs-throttle'), true, toService)],
  };
};
