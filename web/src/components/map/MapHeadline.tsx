import { StatusIcon } from '../../ui/StatusIcon';
import { wordsOf, type TimeRange } from '../../util/range';
import type { MapSummary } from '../../graph/summary';

interface MapHeadlineProps {
  summary: MapSummary;
  range: TimeRange;
  onSelect: (node: string) => void;
}

/** The map in one sentence. */
export const MapHeadline = ({ summary, range, onSelect }: MapHeadlineProps) => (
  <p className="rs-headline" aria-live="polite">
    <StatusIcon status={summary.level} size={18} />
    <span>
      {summary.size} in {wordsOf(range)};{' '}
      {summary.about === null ? (
        summary.news
      ) : (
        <button type="button" className="rs-linkbutton rs-headline-news" data-status={summary.level} onClick={() => onSelect(summary.about ?? '')}>
          {summary.news}
        </button>
      )}
    </span>
  </p>
);
