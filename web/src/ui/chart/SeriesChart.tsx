import { useMemo } from 'react';
import { Chart } from './Chart';
import { seriesOption, type SeriesPoint } from './seriesOption';

/** Requests by result, and half and nearly all response times, over time. */
const SeriesChart = ({ points }: { points: SeriesPoint[] }) => {
  const draw = useMemo(() => seriesOption(points), [points]);
  return <Chart draw={draw} height={208} />;
};

export default SeriesChart;
