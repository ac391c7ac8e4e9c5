import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { TraceSummary } from '../../api/types';
import type { Column } from '../../url/listState';
import { looksOf, type RowContext } from './columns';

/** Height of a row in pixels; the style sheet says the same. */
const rowHeight = 36;

/** When so few rows are left below what is seen, more are asked for. */
const rowsAhead = 12;

interface TraceTableProps {
  traces: TraceSummary[];
  columns: Column[];
  /** Traces that match in all, if that is known. */
  total: number | null;
  /** Called when the end comes near; null if there is no more. */
  onEnd: (() => void) | null;
}

interface BodyRowProps extends RowContext {
  trace: TraceSummary;
  columns: Column[];
  index: number;
}

const BodyRow = ({ trace, columns, index, slowest }: BodyRowProps) => (
  <tr aria-rowindex={index + 2}>
    {columns.map((name) => {
      const content = looksOf(name).cell(trace, { slowest });
      return name === 'request' ? (
        <th key={name} scope="row">
          {content}
        </th>
      ) : (
        <td key={name}>{content}</td>
      );
    })}
  </tr>
);

/** The place of rows that are not drawn. */
const Gap = ({ height }: { height: number }) => (height > 0 ? <tr aria-hidden="true" className="rs-gap" style={{ height }} /> : null);

/** The list of traces: of however many, only the rows in sight are drawn. A click anywhere on a row opens it. */
export const TraceTable = ({ traces, columns, total, onEnd }: TraceTableProps) => {
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's own state decides what to draw
  const virtual = useVirtualizer({ count: traces.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 8, initialRect: { width: 800, height: 600 } });
  const items = virtual.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  const nearEnd = (last?.index ?? 0) >= traces.length - rowsAhead;
  useEffect(() => {
    if (nearEnd && onEnd !== null) onEnd();
  }, [nearEnd, onEnd, traces.length]);
  const slowest = Math.max(0, ...traces.map((trace) => trace.ResponseTime ?? 0));
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
    <div className="rs-listbox" ref={box} tabIndex={0} role="region" aria-label="List of traces, scrollable">
      <table className="rs-list" aria-label="Traces" aria-rowcount={total === null ? -1 : total + 1} style={{ width: columns.reduce((sum, name) => sum + looksOf(name).width, 0) }}>
        <colgroup>
          {columns.map((name) => (
            <col key={name} style={{ width: looksOf(name).width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" title={looksOf(name).header}>
                {looksOf(name).header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={first?.start ?? 0} />
          {items.map(({ index }) => {
            const trace = traces[index];
            return trace === undefined ? null : <BodyRow key={trace.Id} trace={trace} columns={columns} index={index} slowest={slowest} />;
          })}
          <Gap height={virtual.getTotalSize() - (last?.end ?? 0)} />
        </tbody>
      </table>
    </div>
  );
};
