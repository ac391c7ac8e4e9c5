import '../../styles/waterfall.css';
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { TraceTiming } from '../../trace/timing';
import type { TraceTree } from '../../trace/tree';
import type { Zoom } from '../../url/view';
import { wholeOf } from '../../trace/zoom';
import type { Rows } from '../trace/useRows';
import { Axis, GridLines } from './Axis';
import { keyAction } from './keys';
import { BarLegend } from './BarLegend';
import { rowElementId, WaterfallRow } from './WaterfallRow';

interface WaterfallProps {
  tree: TraceTree;
  timing: TraceTiming;
  rows: Rows;
  zoom: Zoom | null;
  /** Ids of the rows that a search found. */
  matches: ReadonlySet<string>;
  selected: string | null;
  onSelect: (id: string) => void;
  /** Enter on a row: go to its details. */
  onDetails: () => void;
}

/** The least that a finger or an unsteady hand meets, says WCAG 2.2. */
const rowHeight = 24;

/** The axis above the rows, which stays while they scroll. */
const headHeight = 28;

/** inSight tells from what the virtualizer knows; it would measure the page again for every key. */
const inSight = (index: number, { scrollOffset, scrollRect }: Pick<Virtualizer<HTMLDivElement, Element>, 'scrollOffset' | 'scrollRect'>): boolean => {
  const top = headHeight + index * rowHeight - (scrollOffset ?? 0);
  return scrollRect !== null && top >= headHeight && top + rowHeight <= scrollRect.height - rowHeight;
};

/** What happened when: all segments and subsegments of a trace as a tree beside a time axis. */
export const Waterfall = ({ tree, timing, rows: { rows, closed, toggle }, zoom, matches, selected, onSelect, onDetails }: WaterfallProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's own state decides what to draw
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: rowHeight, scrollPaddingEnd: 2 * rowHeight });
  const index = rows.findIndex((row) => row.entity.id === selected);
  const shown = zoom ?? wholeOf(tree);

  useEffect(() => {
    if (index >= 0 && !inSight(index, virtual)) virtual.scrollToIndex(index, { align: 'auto' });
  }, [index, virtual]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keyAction(event.key, rows, selected, closed);
    if (action === null) return;
    event.preventDefault();
    if (action.do === 'select') onSelect(action.id);
    else if (action.do === 'toggle') toggle(action.id);
    else onDetails();
  };

  return (
    <>
      <div
        className="rs-waterfall-scroll"
        ref={scroller}
        role="treegrid"
        aria-label="Timeline of the trace"
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        {...(index >= 0 ? { 'aria-activedescendant': rowElementId(rows[index]?.entity.id ?? '') } : {})}
        onKeyDown={onKeyDown}
      >
        <Axis zoom={shown} />
        <div className="rs-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          <GridLines zoom={shown} />
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <WaterfallRow
                key={item.key}
                row={row}
                tree={tree}
                timing={timing.of(row.entity)}
                from={tree.start + shown.from}
                to={tree.start + shown.to}
                isSelected={row.entity.id === selected}
                isMatch={matches.has(row.entity.id)}
                isOpen={!closed.has(row.entity.id)}
                position={item.index}
                top={item.start}
                height={rowHeight}
                onSelect={onSelect}
                onToggle={toggle}
              />
            );
          })}
        </div>
      </div>
      <BarLegend />
    </>
  );
};
