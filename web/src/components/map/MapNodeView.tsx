import { Handle, Position, type NodeProps } from '@xyflow/react';
import { Fragment, memo } from 'react';
import { NodeIcon } from '../../ui/NodeIcon';
import { Ring } from '../../ui/Ring';
import { StatusIcon } from '../../ui/StatusIcon';
import { durationText } from '../../util/format';
import { describeType } from '../../util/nodeType';
import { shareText, worstClass } from '../../util/status';
import { spokenNode, titleOf, type MapNode } from './model';
import { ringSize } from './sizes';

const Trouble = ({ node }: { node: MapNode['data']['node'] }) => {
  const { counts, total } = node.traffic;
  const worst = worstClass(counts);
  if (worst === 'ok') return null;
  return (
    <span className="rs-node-trouble" data-status={worst}>
      <StatusIcon status={worst} size={12} />
      {shareText(counts[worst], total)}
    </span>
  );
};

/** Names break where they have joints, not inside a word. */
const Breakable = ({ text }: { text: string }) =>
  text.split(/(?<=[./:@_-])/).map((part, i) => (
    <Fragment key={i}>
      {part}
      <wbr />
    </Fragment>
  ));

/** Part of the ring that its icon takes. */
const iconPart = 0.41;

/** A node of the map: ring, icon and trouble above, name and numbers below. */
export const MapNodeView = memo(({ data, selected }: NodeProps<MapNode>) => {
  const { node, amount, size, reachable } = data;
  const { kind, words } = describeType(node.type);
  const { average, counts } = node.traffic;
  const icon = size * iconPart;
  const middle = (size - icon) / 2;
  return (
    <button type="button" className="rs-node" data-node={node.key} tabIndex={reachable ? 0 : -1} aria-pressed={selected} aria-label={spokenNode(node, amount)} title={`${node.name}\n${words}`}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="rs-node-ring" style={{ padding: (ringSize - size) / 2 }}>
      <Ring counts={counts} size={size}>
        <NodeIcon kind={kind} size={icon} x={middle} y={middle} />
      </Ring>
      </span>
      <Trouble node={node} />
      <span className="rs-node-caption">
        <span className="rs-node-name"><Breakable text={titleOf(node)} /></span>
        {!node.isClient && (
          <span className="rs-node-numbers">
            {average === null ? 'not finished' : `${durationText(average)} · ${amount}`}
          </span>
        )}
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </button>
  );
});
MapNodeView.displayName = 'MapNodeView';
