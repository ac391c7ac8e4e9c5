import '../../styles/chart.css';
import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { init, use as register, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { useIsDark } from '../theme';
import { areaOf, bandStyle, isDrag, type Area, type Pixel } from './area';

register([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

/** Gives a colour of the page's theme: colourOf('--rs-ok'). */
export type ColourOf = (name: string) => string;

/** Describes a chart. Keep it the same function while the data is the same: each new one draws the chart again. */
export type DrawOption = (colourOf: ColourOf) => EChartsCoreOption;

export interface Selecting {
  /** The axes, by index, whose values the selection is told in. */
  xAxis: number;
  yAxis?: number;
  /** Select a rectangle, not a band of the whole height. */
  both?: boolean;
  onSelect: (area: Area) => void;
}

interface ChartProps {
  draw: DrawOption;
  height: number;
  selecting?: Selecting | undefined;
}

/** Pixels of a pointer event within the chart. */
const pixelOf = (event: PointerEvent<HTMLElement>): Pixel => {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
};

/** useChart keeps an ECharts chart in an element: as large as it, in the colours of the theme. */
const useChart = (draw: DrawOption) => {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const dark = useIsDark();

  useEffect(() => {
    if (element.current === null) return undefined;
    const made = init(element.current, null, { renderer: 'svg' });
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    // The colours are read from the page, so they follow the theme.
    const style = getComputedStyle(document.body);
    chart.current?.setOption(draw((name) => style.getPropertyValue(name).trim()), { notMerge: true });
  }, [draw, dark]);

  return { element, chart };
};

/** A chart. With `selecting`, dragging over it selects a part; whoever uses that offers the same by keyboard. */
export const Chart = ({ draw, height, selecting }: ChartProps) => {
  const { element, chart } = useChart(draw);
  const [drag, setDrag] = useState<{ from: Pixel; to: Pixel } | null>(null);

  const begin = (event: PointerEvent<HTMLDivElement>): void => {
    const at = pixelOf(event);
    if (selecting === undefined || event.button !== 0 || chart.current?.containPixel({ gridIndex: 0 }, [at.x, at.y]) !== true) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
    setDrag({ from: at, to: at });
  };
  const end = (): void => {
    setDrag(null);
    if (drag === null || selecting === undefined || chart.current === null || !isDrag(drag.from, drag.to)) return;
    const finder = { xAxisIndex: selecting.xAxis, yAxisIndex: selecting.yAxis ?? 0 };
    const corner = ({ x, y }: Pixel) => chart.current?.convertFromPixel(finder, [x, y]) as [number, number];
    selecting.onSelect(areaOf(corner(drag.from), corner(drag.to)));
  };
  return (
    <div
      className="rs-chart"
      data-selecting={selecting !== undefined}
      onPointerDownCapture={begin}
      onPointerMove={(event) => {
        if (drag !== null) setDrag({ from: drag.from, to: pixelOf(event) });
      }}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
    >
      <div ref={element} style={{ height }} />
      {drag !== null && <div className="rs-chart-band" style={bandStyle(drag.from, drag.to, selecting?.both === true)} />}
    </div>
  );
};
