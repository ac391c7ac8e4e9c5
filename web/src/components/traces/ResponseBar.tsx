import { durationText } from '../../util/format';
import type { StatusClass } from '../../util/status';

interface ResponseBarProps {
  seconds: number | null;
  /** The longest of the list, which fills the bar. */
  slowest: number;
  status: StatusClass;
}

/** A response time as number and length, so that slow ones stand out in a list. */
export const ResponseBar = ({ seconds, slowest, status }: ResponseBarProps) => {
  if (seconds === null) return <span className="rs-muted">still running</span>;
  const share = slowest > 0 ? Math.max(1, (100 * seconds) / slowest) : 0;
  return (
    <span className="rs-response">
      <span className="rs-num">{durationText(seconds)}</span>
      <span className="rs-response-track" aria-hidden="true">
        <span className="rs-response-bar" data-status={status} style={{ width: `${share}%` }} />
      </span>
    </span>
  );
};
