import '../../styles/flame.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { ticksBetween } from '../../trace/axis';
import type { Entity } from '../../trace/entity';
import { byLane, drawnOf, flameOf, neighbourOf, type DrawnBox, type FlameMove } from '../../trace/flame';
import { countOf, durationText } from '../../util/format';
import { shortName } from '../../util/nodeType';
import { classWords } from '../../util/status';
import type { TraceTiming } from '../../trace/timing';
import type { TraceTree } from '../../trace/tree';
import type { Zoom } from '../../url/view';
import { clampZoom, lengthOf, wholeOf } from '../../trace/zoom';

interface FlameGraphProps {
  tree: TraceTree;
  timing: TraceTiming;
  zoom: Zoom | null;
  matches: ReadonlySet<string>;
  selected: Entity | undefined;
  onSelect: (id: string) => void;
  onZoom: (zoom: Zoom | null) => void;
  /** Both at once. */
  onEnter: (id: string, zoom: Zoom | null) => void;
}

const laneHeight = 24;
/** Boxes narrower than this cannot be told apart; pixels. */
const leastBox = 4;

const boxId = (entity: Entity): string => `rs-flame-${entity.id}`;

const moves: Record<string, FlameMove> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };

const spoken = ({ box, more }: DrawnBox, tree: TraceTree): string => {
  const { entity } = box;
  const state = entity.status === 'ok' ? '' : `, ${classWords[entity.status].label}`;
  return `${shortName(entity.name)} ${durationText(box.to - box.from)}, of ${entity.service}, begins after ${durationText(entity.start - tree.start)}${state}${more > 0 ? `, and ${countOf(more, 'short call')} more` : ''}`;
};

const useWidth = () => {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(100, entry?.contentRect.width ?? 100)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
};

interface BoxProps {
  drawn: DrawnBox;
  tree: TraceTree;
  width: number;
  isSelected: boolean;
  isMatch: boolean;
  isCritical: boolean;
  onPick: (entity: Entity) => void;
}

const Box = memo(({ drawn, tree, width, isSelected, isMatch, isCritical, onPick }: BoxProps) => {
  const { entity } = drawn.box;
  const pixels = drawn.width * width;
  return (
    // The keys are handled by the tree around, which alone has the focus.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={boxId(entity)}
      className="rs-flame-box"
      role="treeitem"
      aria-level={drawn.box.lane + 1}
      aria-selected={isSelected}
      aria-label={spoken(drawn, tree)}
      title={spoken(drawn, tree)}
      data-status={entity.status}
      data-match={isMatch}
      data-critical={isCritical}
      data-more={drawn.more > 0}
      style={{ left: `${drawn.left * 100}%`, width: Math.max(leastBox - 1, pixels - 1), ['--rs-span' as string]: `var(--rs-span-${tree.services.indexOf(entity.service) % 8})` }}
      onClick={() => onPick(entity)}
    >
      {pixels > 34 && <span className="rs-flame-text">{shortName(entity.name)}</span>}{' '}
      {pixels > 150 && <span className="rs-flame-time">{durationText(drawn.box.to - drawn.box.from)}</span>}
    </div>
  );
});
Box.displayName = 'Box';

/** The same tree as boxes: what a call waited for stands below it. A click on a box fills the width with it. */
const FlameGraph = ({ tree, timing, zoom, matches, selected, onSelect, onZoom, onEnter }: FlameGraphProps) => {
  const { element, width } = useWidth();
  const shown = zoom ?? wholeOf(tree);
  const boxes = useMemo(() => flameOf(tree), [tree]);
  const lanes = useMemo(() => byLane(drawnOf(boxes, tree.start + shown.from, tree.start + shown.to, leastBox / width)), [boxes, tree, shown.from, shown.to, width]);
  const count = Math.max(0, ...lanes.keys()) + 1;
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's own state decides what to draw
  const virtual = useVirtualizer({ count, getScrollElement: () => element.current, estimateSize: () => laneHeight, overscan: 4 });
  const lane = boxes.find(({ entity }) => entity === selected)?.lane;
  useEffect(() => {
    if (lane !== undefined && lane < count) virtual.scrollToIndex(lane, { align: 'auto' });
  }, [lane, count, virtual]);

  const enter = useCallback(
    (entity: Entity): void => {
      const from = entity.start - tree.start;
      onEnter(entity.id, clampZoom({ from, to: from + timing.of(entity).total }, lengthOf(tree)));
    },
    [tree, timing, onEnter],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = moves[event.key];
    if (move !== undefined) {
      const next = selected === undefined ? tree.roots[0] : neighbourOf(tree, selected, move);
      if (next !== undefined) onSelect(next.id);
    } else if (event.key === 'Enter' && selected !== undefined) enter(selected);
    else if (event.key === 'Escape') onZoom(null);
    else return;
    event.preventDefault();
  };
  const active = selected !== undefined && lane !== undefined && lanes.get(lane)?.some(({ box }) => box.entity === selected) === true;
  return (
    <div className="rs-flame">
      <div className="rs-flame-axis" aria-hidden="true">
        {ticksBetween(shown.from, shown.to).map(({ at, text }) => (
          <span key={text} className="rs-tick" data-last={at > 0.93} style={{ left: `${at * 100}%` }}>
            {text}
          </span>
        ))}
      </div>
      <div className="rs-flame-scroll" ref={element} role="tree" aria-label="Flame graph of the trace" tabIndex={0} onKeyDown={onKeyDown} {...(active ? { 'aria-activedescendant': boxId(selected) } : {})}>
        <div className="rs-flame-lanes" role="none" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div key={item.key} className="rs-flame-lane" role="none" style={{ transform: `translateY(${item.start}px)` }}>
              {(lanes.get(item.index) ?? []).map((drawn) => (
                <Box
                  key={drawn.box.entity.id}
                  drawn={drawn}
                  tree={tree}
                  width={width}
                  isSelected={drawn.box.entity === selected}
                  isMatch={matches.has(drawn.box.entity.id)}
                  isCritical={timing.of(drawn.box.entity).criticalSeconds > 0}
                  onPick={enter}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
      <p className="rs-note rs-flame-note">A click on a box zooms to it; Escape or “Whole trace” shows all again. Boxes with a thick lower edge are on the critical path.</p>
    </div>
  );
};

export default FlameGraph;
