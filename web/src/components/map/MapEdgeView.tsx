import { memo } from 'react';
import { StatusIcon } from '../../ui/StatusIcon';
import type { MapEdge } from './model';

/** The words of a call, in the middle of its line: what the keyboard reaches of it. */
export const MapEdgeLabel = memo(({ id, x, y, time, tone, second, spoken, hint, isSelected, isStop }: MapEdge & { isSelected: boolean; isStop: boolean }) => (
  <button
    type="button"
    className="rs-edge-label nopan"
    tabIndex={isStop ? 0 : -1}
    style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
    data-edge={id}
    data-status={tone}
    aria-pressed={isSelected}
    aria-label={spoken}
    title={hint}
  >
    <span>{time}</span>{' '}
    {tone === 'ok' ? (
      <span className="rs-edge-amount">{second}</span>
    ) : (
      <span className="rs-edge-trouble">
        <StatusIcon status={tone} size={11} />
        {second}
      </span>
    )}
  </button>
));
MapEdgeLabel.displayName = 'MapEdgeLabel';

/** How far from a line, in pixels at zoom 1, a click still means it. */
const reach = 10;

/** The line of a call, along the route that the layout found. `arrow` is the marker at its end. */
export const MapEdgeLine = memo(({ id, path, colour, width, isFaint, isLink, isSelected, arrow }: MapEdge & { isSelected: boolean; arrow: string }) => (
  <g data-edge={id} className="rs-edge" data-selected={isSelected}>
    <path d={path} className="rs-edge-reach" strokeWidth={2 * reach} />
    <path d={path} className="rs-edge-line" stroke={colour} strokeWidth={width} strokeOpacity={isFaint ? 0.5 : 1} strokeDasharray={isLink ? '2 6' : undefined} markerEnd={`url(#${arrow})`} />
  </g>
));
MapEdgeLine.displayName = 'MapEdgeLine';
