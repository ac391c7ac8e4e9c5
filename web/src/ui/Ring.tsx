import type { ReactNode } from 'react';
import { countedClasses, totalOf, type Counts } from '../util/status';
import { fillOf } from './Patterns';

/** A part of a ring, in shares of the whole. */
export interface Arc {
  name: (typeof countedClasses)[number];
  from: number;
  length: number;
}

/** Shares below this would be invisible; they are drawn this large, at the cost of the largest. */
const leastArc = 0.03;

/** arcsOf divides a ring among the classes, faults first. */
export const arcsOf = (counts: Counts): Arc[] => {
  const total = totalOf(counts);
  if (total === 0) return [];
  const shares = countedClasses.map((name) => ({ name, share: counts[name] === 0 ? 0 : Math.max(leastArc, counts[name] / total) }));
  const sum = shares.reduce((all, { share }) => all + share, 0);
  let from = 0;
  return shares.flatMap(({ name, share }) => {
    if (share === 0) return [];
    const arc = { name, from, length: share / sum };
    from += arc.length;
    return [arc];
  });
};

interface RingProps {
  counts: Counts;
  size: number;
  children?: ReactNode;
}

/** The shares of the four classes as a ring, faults first from twelve o'clock. Decoration: say the shares beside it. */
export const Ring = ({ counts, size, children }: RingProps) => {
  const width = size / 8;
  const radius = (size - width) / 2 - 1;
  const around = 2 * Math.PI * radius;
  const centre = size / 2;
  return (
    <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} className="rs-ring" aria-hidden="true">
      <circle cx={centre} cy={centre} r={radius} className="rs-ring-track" strokeWidth={width} />
      <g transform={`rotate(-90 ${centre} ${centre})`}>
        {arcsOf(counts).map(({ name, from, length }) => (
          <circle
            key={name}
            cx={centre}
            cy={centre}
            r={radius}
            fill="none"
            stroke={fillOf(name)}
            strokeWidth={width}
            strokeDasharray={`${length * around} ${around}`}
            strokeDashoffset={-from * around}
          />
        ))}
      </g>
      {children}
    </svg>
  );
};
