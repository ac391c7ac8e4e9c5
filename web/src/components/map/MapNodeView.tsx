import { Fragment, memo } from 'react';
import { NodeIcon } from '../../ui/NodeIcon';
import { Ring } from '../../ui/Ring';
import { StatusIcon } from '../../ui/StatusIcon';
import { describeType } from '../../util/nodeType';
import { shareText, totalOf, worstClass, type Counts } from '../../util/status';
import type { MapNode } from './model';
import { ringSize } from './sizes';

const Trouble = ({ counts }: { counts: Counts }) => {
  const worst = worstClass(counts);
  if (worst === 'ok') return null;
  return (
    <span className="rs-node-trouble" data-status={worst}>
      <StatusIcon status={worst} size={12} />
      {shareText(counts[worst], totalOf(counts))}
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

interface MapNodeViewProps {
  drawn: MapNode;
  isSelected: boolean;
  /** Whether the Tab key stops here. */
  isStop: boolean;
}

/** A node of the map: ring, icon and trouble above, name and numbers below. */
export const MapNodeView = memo(({ drawn, isSelected, isStop }: MapNodeViewProps) => {
  const { id, x, y, size, title, numbers, name, counts, spoken } = drawn;
  const { kind, words } = describeType(drawn.type);
  const icon = size * iconPart;
  const middle = (size - icon) / 2;
  return (
    <button type="button" className="rs-node" style={{ left: x, top: y }} data-node={id} tabIndex={isStop ? 0 : -1} aria-pressed={isSelected} aria-label={spoken} title={`${name}\n${words}`}>
      <span className="rs-node-ring" style={{ padding: (ringSize - size) / 2 }}>
        <Ring counts={counts} size={size}>
          <NodeIcon kind={kind} size={icon} x={middle} y={middle} />
        </Ring>
      </span>
      <span className="rs-node-caption">
        <span className="rs-node-name">
          <Breakable text={title} />
        </span>{' '}
        {numbers !== '' && <span className="rs-node-numbers">{numbers}</span>}
      </span>{' '}
      <Trouble counts={counts} />
    </button>
  );
});
MapNodeView.displayName = 'MapNodeView';
