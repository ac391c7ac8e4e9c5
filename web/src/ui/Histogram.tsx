import { BarChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as register, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { HistogramEntry } from '../api/types';
import { histogramOption } from './histogramOption';
import { useIsDark } from './theme';

register([BarChart, AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

/** The distribution of response times as bars, with the 50th, 90th and 99th percentile marked. */
const Histogram = ({ entries }: { entries: HistogramEntry[] }) => {
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
    chart.current?.setOption(histogramOption(entries, getComputedStyle(document.body)), { notMerge: true });
  }, [entries, dark]);

  return <div ref={element} className="rs-histogram" />;
};

export default Histogram;
