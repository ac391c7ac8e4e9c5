import type { CSSProperties } from 'react';
import { durationText } from '../../util/format';
import type { Entity } from '../../util/entity';

interface BarProps {
  entity: Entity;
  /** Start and length of the whole trace. */
  start: number;
  length: number;
  colour: number;
}

/** Past this share of the axis the text goes to the left of the bar. */
const textTurns = 0.72;

interface Place {
  css: CSSProperties;
  /** Written over the bar for want of room. */
  over: boolean;
}

/** placeOf finds room for the text: behind the bar, before it, or on it when it fills the axis. */
const placeOf = (from: number, to: number): Place => {
  if (to <= textTurns) return { css: { left: `calc(${to * 100}% + 6px)` }, over: false };
  if (from > 1 - textTurns) return { css: { right: `calc(${(1 - from) * 100}% + 6px)` }, over: false };
  return { css: { right: 6 }, over: true };
};

/** The time of one row on the axis. */
export const Bar = ({ entity, start, length, colour }: BarProps) => {
  const from = length > 0 ? Math.max(0, (entity.start - start) / length) : 0;
  const to = entity.end === null || length === 0 ? 1 : Math.min(1, (entity.end - start) / length);
  const text = entity.end === null ? 'still running' : durationText(entity.end - entity.start);
  const place = placeOf(from, to);
  return (
    <>
      <span
        className="rs-bar"
        data-status={entity.status}
        data-segment={entity.isSegment}
        data-running={entity.end === null}
        style={{ left: `${from * 100}%`, width: `${Math.max(0, to - from) * 100}%`, ['--rs-span' as string]: `var(--rs-span-${colour % 8})` }}
      />
      <span className="rs-bar-text" data-inbar={place.over} style={place.css}>
        {text}
      </span>
    </>
  );
};
