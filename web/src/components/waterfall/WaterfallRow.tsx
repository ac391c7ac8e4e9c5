import { memo } from 'react';
import { NodeIcon } from '../../ui/NodeIcon';
import { StatusIcon } from '../../ui/StatusIcon';
import { describeType, shortName } from '../../util/nodeType';
import { rowHint } from '../../trace/rowHint';
import { durationText, momentText } from '../../util/format';
import { classWords } from '../../util/status';
import { sameMoment, type Timing } from '../../trace/timing';
import type { Row, TraceTree } from '../../trace/tree';
import { Bar } from './Bar';

export interface RowProps {
  row: Row;
  tree: TraceTree;
  timing: Timing;
  /** What the axis shows, in epoch seconds. */
  from: number;
  to: number;
  isSelected: boolean;
  isMatch: boolean;
  isOpen: boolean;
  position: number;
  /** Pixels from the first row. */
  top: number;
  height: number;
  onSelect: (id: string) => void;
  onToggle: (id: string) => void;
}

export const rowElementId = (id: string): string => `rs-row-${id}`;

/** The step of a level of nesting; deep traces use smaller steps so that names stay visible. */
const indentOf = (depth: number): number => Math.min(depth, 8) * 14 + Math.max(0, depth - 8) * 4;

const Result = ({ row }: { row: Row }) => {
  const { status, http } = row.entity;
  const text = status === 'ok' ? (http.status === null ? '' : String(http.status)) : `${classWords[status].label}${http.status === null ? '' : ` ${http.status}`}`;
  return (
    <span className="rs-row-result" data-status={status}>
      <StatusIcon status={status} size={13} />
      {text}
      {status === 'ok' && http.status === null && <span className="rs-visually-hidden">OK</span>}
    </span>
  );
};

const Marks = ({ row }: { row: Row }) => {
  const { entity } = row;
  return (
    <>
      {entity.inferredType !== null && (
        <span className="rs-mark" title={`${describeType(entity.inferredType).words} does not send traces itself: what is known of it comes from this call`}>
          <NodeIcon kind={describeType(entity.inferredType).kind} size={14} />
        </span>
      )}
      {entity.isOrphan && (
        <span className="rs-mark rs-mark-orphan" title="The part that called this has not arrived, so its place is not known">
          parent missing
        </span>
      )}
      {row.hidden > 0 && <span className="rs-mark rs-mark-hidden">+{row.hidden}</span>}
    </>
  );
};

/** hoverText says what a row has no room for: its moments, by this clock and by UTC, and where its time went. */
const hoverText = ({ entity }: Row, tree: TraceTree, timing: Timing): string =>
  [
    entity.name,
    `began ${durationText(entity.start - tree.start)} after the start, ${entity.end === null ? 'still running' : `took ${durationText(timing.total)}`}`,
    ...(timing.total - timing.selfSeconds > sameMoment ? [`worked itself for ${durationText(timing.selfSeconds)}`] : []),
    ...(timing.criticalSeconds > 0 ? [`the request waited for it ${durationText(timing.criticalSeconds)}`] : []),
    momentText(entity.start),
  ].join('\n');

/** One segment or subsegment: name and result on the left, its time on the right. */
export const WaterfallRow = memo(({ row, tree, timing, from, to, isSelected, isMatch, isOpen, position, top, height, onSelect, onToggle }: RowProps) => {
  const { entity, depth } = row;
  const colour = tree.services.indexOf(entity.service);
  const hasChildren = entity.children.length > 0;
  return (
    // The keys are handled by the tree around, which alone has the focus.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={rowElementId(entity.id)}
      className="rs-row"
      role="row"
      aria-level={depth + 1}
      aria-rowindex={position + 2}
      aria-selected={isSelected}
      {...(hasChildren ? { 'aria-expanded': isOpen } : {})}
      data-status={entity.status}
      data-segment={entity.isSegment}
      data-match={isMatch}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={() => onSelect(entity.id)}
      // Formatting times for rows nobody points at would cost more than drawing them.
      onMouseEnter={(event) => {
        event.currentTarget.title = hoverText(row, tree, timing);
      }}
    >
      <span className="rs-row-name" role="gridcell" style={{ paddingInlineStart: indentOf(depth) }}>
        {hasChildren ? (
          <button
            type="button"
            className="rs-toggle"
            tabIndex={-1}
            aria-label={isOpen ? `Close ${entity.name}` : `Open ${entity.name}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(entity.id);
            }}
          >
            <svg width="12" height="12" viewBox="0 0 12 12" data-open={isOpen} aria-hidden="true">
              <path d="M4 2.5 8 6 4 9.5" fill="none" stroke="currentColor" strokeWidth="1.7" />
            </svg>
          </button>
        ) : (
          <span className="rs-toggle" />
        )}
        {entity.isSegment && <span className="rs-dot" style={{ background: `var(--rs-span-${colour % 8})` }} />}
        <span className="rs-row-title">{shortName(entity.name)}</span>
        <Marks row={row} />
        <span className="rs-row-hint">{rowHint(entity)}</span>
      </span>
      <span role="gridcell" className="rs-row-resultcell">
        <Result row={row} />
      </span>
      <span className="rs-row-time" role="gridcell">
        <Bar entity={entity} timing={timing} from={from} to={to} colour={colour} />
      </span>
    </div>
  );
});
WaterfallRow.displayName = 'WaterfallRow';
