import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo, useContext } from 'react';
import { StatusIcon } from '../../ui/StatusIcon';
import { durationText } from '../../util/format';
import { shareText } from '../../util/status';
import type { MapEdge } from './model';
import { toneOf } from './model';
import { roundedPath } from './path';
import { SelectEdge } from './selectEdge';

const EdgeLabel = ({ data, selected }: { data: NonNullable<MapEdge['data']>; selected: boolean }) => {
  const { edge, amount, label, spoken } = data;
  const select = useContext(SelectEdge);
  const tone = toneOf(edge.traffic);
  const { average, counts, total } = edge.traffic;
  return (
    <button
      type="button"
      className="rs-edge-label nopan"
      tabIndex={-1}
      style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
      data-status={tone}
      aria-pressed={selected}
      aria-label={spoken}
      title={edge.aliases.length > 0 ? `${spoken}\ncalled as ${edge.aliases.join(', ')}` : spoken}
      onClick={() => select(edge.key)}
    >
      <span>{average === null ? '–' : durationText(average)}</span>
      {tone === 'ok' ? (
        <span className="rs-edge-amount">{amount}</span>
      ) : (
        <span className="rs-edge-trouble">
          <StatusIcon status={tone} size={11} />
          {shareText(counts[tone], total)}
        </span>
      )}
    </button>
  );
};

/** A call between two nodes, along the route that the layout found. */
export const MapEdgeView = memo(({ id, data, selected = false, markerEnd, style }: EdgeProps<MapEdge>) => {
  if (data === undefined) return null;
  return (
    <>
      <BaseEdge id={id} path={roundedPath(data.points)} {...(markerEnd === undefined ? {} : { markerEnd })} {...(style === undefined ? {} : { style })} />
      {!data.quiet && (
        <EdgeLabelRenderer>
          <EdgeLabel data={data} selected={selected} />
        </EdgeLabelRenderer>
      )}
    </>
  );
});
MapEdgeView.displayName = 'MapEdgeView';
