import { Ring } from '../../ui/Ring';
import { StatusIcon } from '../../ui/StatusIcon';
import { classWords, countedClasses, noCounts } from '../../util/status';

/** What the colours and lines of the map mean. */
export const Legend = () => (
  <ul className="rs-legend" aria-label="Legend">
    {countedClasses.map((name) => (
      <li key={name} data-status={name}>
        <Ring counts={{ ...noCounts, [name]: 1 }} size={18} />
        <StatusIcon status={name} />
        <span>
          <strong>{classWords[name].label}</strong> {classWords[name].meaning}
        </span>
      </li>
    ))}
    <li>
      <svg width="34" height="12" aria-hidden="true" className="rs-legend-line">
        <path d="M1 6h13" strokeWidth="1.5" />
        <path d="M18 6h14" strokeWidth="5" />
      </svg>
      <span>
        <strong>Thicker arrow</strong> more calls
      </span>
    </li>
    <li>
      <svg width="34" height="12" aria-hidden="true" className="rs-legend-line">
        <path d="M1 6h32" strokeWidth="2" strokeDasharray="2 6" />
      </svg>
      <span>
        <strong>Dotted arrow</strong> handed on through a queue
      </span>
    </li>
  </ul>
);
