import Button from '@cloudscape-design/components/button';
import { ageText } from '../util/format';
import { maxRangeSeconds, relativeSteps, wordsOf, type TimeRange } from '../util/range';
import { useNow } from '../util/useNow';

interface NoDataProps {
  range: TimeRange;
  /** Epoch seconds of the newest trace, if it is known. */
  newest: number | null;
  onRange: (range: TimeRange) => void;
}

const rangeReaching = (then: number, now: number): TimeRange => ({
  kind: 'last',
  seconds: relativeSteps.find((seconds) => now - then < seconds - 30) ?? maxRangeSeconds,
});

/** Says that a window is empty although the system is not, and offers the way to the data. */
export const NoData = ({ range, newest, onRange }: NoDataProps) => {
  const now = useNow();
  return (
    <div className="rs-card rs-empty">
      <h2 className="rs-h2">No requests in {wordsOf(range)}</h2>
      <p>
        {newest === null
          ? 'Choose another time, or check that your services still send traces.'
          : `The latest trace began ${ageText(newest, now)}.`}
      </p>
      {newest !== null && (
        <Button variant="primary" onClick={() => onRange(rangeReaching(newest, now))}>
          Show {wordsOf(rangeReaching(newest, now))}
        </Button>
      )}
    </div>
  );
};
