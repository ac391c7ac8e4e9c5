import { Link } from 'react-router';
import type { StatusClass } from '../util/status';

interface MeterLine {
  label: string;
  /** 0..1 */
  value: number;
  text: string;
  status: StatusClass;
  /** The page that shows what is counted. */
  to?: string;
}

/** Lines that compare: name, bar, figure. */
export const Meters = ({ meters, about }: { meters: MeterLine[]; about: string }) => (
  <ul className="rs-meters" aria-label={about}>
    {meters.map(({ label, value, text, status, to }) => (
      <li key={label} data-status={status}>
        <span className="rs-meters-label" title={label}>
          {to === undefined ? label : <Link className="rs-link" to={to}>{label}</Link>}
        </span>
        <span className="rs-meters-track" aria-hidden="true">
          <span className="rs-meters-fill" style={{ inlineSize: `${Math.max(value > 0 ? 1.5 : 0, value * 100)}%` }} />
        </span>
        <span className="rs-meters-text">{text}</span>
      </li>
    ))}
  </ul>
);
