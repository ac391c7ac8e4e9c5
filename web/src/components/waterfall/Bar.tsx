import type { CSSProperties } from 'react';
import type { Entity } from '../../trace/entity';
import { durationText } from '../../util/format';
import { barUnits, pathOf } from '../../trace/shapes';
import type { Piece, Timing } from '../../trace/timing';

interface BarProps {
  entity: Entity;
  timing: Timing;
  /** What the axis shows, in epoch seconds. */
  from: number;
  to: number;
  colour: number;
}

/** placeOf finds room for the text: behind the bar, for which the last column is kept free; at the edge, of a bar that is not seen. */
const placeOf = (to: number): CSSProperties => ({ left: `calc(${Math.max(0, Math.min(1, to)) * 100}% + 6px)` });

const Pieces = ({ pieces, from, to, className }: { pieces: Piece[]; from: number; to: number; className: string }) => (
  <svg className={className} viewBox={`0 0 ${barUnits} 1`} preserveAspectRatio="none" aria-hidden="true">
    <path d={pathOf(pieces, from, to)} />
  </svg>
);

/**
 * The time of one row on the axis: strong where it worked itself, light where it waited for the rows below it or the service that was called, underlined
 * where the whole request waited for it.
 */
export const Bar = ({ entity, timing, from, to, colour }: BarProps) => {
  const length = to - from;
  const share = (at: number): number => (length > 0 ? (at - from) / length : 0);
  const end = entity.start + timing.total;
  const [left, right] = [share(entity.start), entity.end === null || length === 0 ? 1 : share(end)];
  const text = entity.end === null ? 'still running' : durationText(timing.total);
  const outside = right < 0 || left > 1;
  const [start, stop] = [Math.max(from, entity.start), Math.min(to, end)];
  const css = { left: `${Math.max(0, left) * 100}%`, width: `${Math.max(0, Math.min(1, right) - Math.max(0, left)) * 100}%` };
  return (
    <>
      {!outside && (
        <span className="rs-bar" data-status={entity.status} data-segment={entity.isSegment} data-running={entity.end === null} style={{ ...css, ['--rs-span' as string]: `var(--rs-span-${colour % 8})` }}>
          {timing.self.length > 0 && stop > start && <Pieces pieces={timing.self} from={start} to={stop} className="rs-bar-self" />}
        </span>
      )}
      {!outside && timing.critical.length > 0 && stop > start && (
        <span className="rs-bar-critical" style={css}>
          <Pieces pieces={timing.critical} from={start} to={stop} className="rs-bar-criticalpieces" />
        </span>
      )}
      <span className="rs-bar-text" data-outside={outside} style={placeOf(right)}>
        {right < 0 ? '◂ ' : ''}
        {text}
        {left > 1 ? ' ▸' : ''}
      </span>
    </>
  );
};
