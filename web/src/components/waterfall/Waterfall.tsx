import '../../styles/waterfall.css';
import Button from '@cloudscape-design/components/button';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { countOf } from '../../util/format';
import { rowsOf, walk, type TraceTree } from '../../util/tree';
import { Axis, GridLines } from './Axis';
import { keyAction } from './keys';
import { rowElementId, WaterfallRow } from './WaterfallRow';

interface WaterfallProps {
  tree: TraceTree;
  selected: string | null;
  onSelect: (id: string) => void;
  /** Enter on a row: go to its details. */
  onDetails: () => void;
}

const rowHeight = 30;

const withChildren = (tree: TraceTree): Set<string> => {
  const ids = new Set<string>();
  walk(tree.roots, (entity) => {
    if (entity.children.length > 0) ids.add(entity.id);
  });
  return ids;
};

const toggled = (set: ReadonlySet<string>, id: string): Set<string> => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};

/** What happened when: all segments and subsegments of a trace as a tree beside a time axis. */
export const Waterfall = ({ tree, selected, onSelect, onDetails }: WaterfallProps) => {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(tree.roots, closed), [tree, closed]);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's own state decides what to draw
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  const index = rows.findIndex((row) => row.entity.id === selected);
  const seconds = tree.end - tree.start;

  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [index, virtual]);

  const toggle = (id: string): void => setClosed((old) => toggled(old, id));
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = keyAction(event.key, rows, selected, closed);
    if (action === null) return;
    event.preventDefault();
    if (action.do === 'select') onSelect(action.id);
    else if (action.do === 'toggle') toggle(action.id);
    else onDetails();
  };

  return (
    <section className="rs-card rs-waterfall" aria-label="Timeline">
      <header className="rs-waterfall-head">
        <h2 className="rs-h2">Timeline</h2>
        <span className="rs-muted rs-small">{countOf(tree.byId.size, 'part')} of the work; arrow keys move</span>
        <span className="rs-waterfall-buttons">
          <Button variant="inline-link" onClick={() => setClosed(new Set())}>
            Open all
          </Button>
          <Button variant="inline-link" onClick={() => setClosed(withChildren(tree))}>
            Close all
          </Button>
        </span>
      </header>
      <div
        className="rs-waterfall-scroll"
        ref={scroller}
        role="treegrid"
        aria-label="Timeline of the trace"
        aria-rowcount={rows.length}
        tabIndex={0}
        {...(index >= 0 ? { 'aria-activedescendant': rowElementId(rows[index]?.entity.id ?? '') } : {})}
        onKeyDown={onKeyDown}
      >
        <Axis seconds={seconds} />
        <div className="rs-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          <GridLines seconds={seconds} />
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <WaterfallRow
                key={item.key}
                row={row}
                tree={tree}
                isSelected={row.entity.id === selected}
                isOpen={!closed.has(row.entity.id)}
                position={item.index}
                style={{ transform: `translateY(${item.start}px)`, height: rowHeight }}
                onSelect={onSelect}
                onToggle={toggle}
              />
            );
          })}
        </div>
      </div>
    </section>
  );
};
