import { useMemo } from 'react';
import type { HistogramEntry } from '../../api/types';
import { Chart, type Selecting } from './Chart';
import { bandOf, binAxis, histogramOption, type Band } from './histogramOption';

interface HistogramProps {
  entries: HistogramEntry[];
  chosen?: Band | null;
  /** Dragging selects a band of response times. */
  onBand?: (band: Band) => void;
}

/** The distribution of response times as bars, with the 50th, 90th and 99th percentile marked. */
const Histogram = ({ entries, chosen = null, onBand }: HistogramProps) => {
  const draw = useMemo(() => histogramOption(entries, chosen), [entries, chosen]);
  const selecting: Selecting | undefined = onBand && { xAxis: binAxis, onSelect: (area) => onBand(bandOf(entries, area.x)) };
  return (
    <div className="rs-histogram">
      <Chart draw={draw} height={170} selecting={selecting} />
    </div>
  );
};

export default Histogram;
