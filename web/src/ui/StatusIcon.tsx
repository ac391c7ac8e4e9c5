import type { JSX } from 'react';
import { classWords, type StatusClass } from '../util/status';

const shapes: Record<StatusClass, JSX.Element> = {
  ok: <path d="M4 8.4 7 11.2 12.2 5.2" />,
  error: <path d="M8 4.2v4.6M8 11.4v.4" />,
  throttle: <path d="M5 4.5v7M8 4.5v7M11 4.5v7" />,
  fault: <path d="M5 5l6 6M11 5l-6 6" />,
  pending: <path d="M8 4.5V8l2.4 1.6" />,
};

const frames: Record<StatusClass, JSX.Element> = {
  ok: <circle cx="8" cy="8" r="7" />,
  error: <path d="M8 1 15.2 14.6H.8z" strokeLinejoin="round" />,
  throttle: <rect x="1.2" y="1.2" width="13.6" height="13.6" rx="3.5" />,
  fault: <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />,
  pending: <circle cx="8" cy="8" r="7" strokeDasharray="3 2.2" />,
};

/** The mark of a class: every class has its own outline and sign, so that colour is never the only difference. */
export const StatusIcon = ({ status, size = 14 }: { status: StatusClass; size?: number }) => (
  <svg
    className="rs-status-icon"
    data-status={status}
    width={size}
    height={size}
    viewBox="0 0 16 16"
    aria-hidden="true"
  >
    <g className="rs-status-frame">{frames[status]}</g>
    <g className="rs-status-sign">{shapes[status]}</g>
  </svg>
);

/** A class as icon and word. */
export const StatusLabel = ({ status, text }: { status: StatusClass; text?: string }) => (
  <span className="rs-status" data-status={status}>
    <StatusIcon status={status} />
    {text ?? classWords[status].label}
  </span>
);
