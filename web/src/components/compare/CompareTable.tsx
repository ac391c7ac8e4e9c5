import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { StatusIcon } from '../../ui/StatusIcon';
import { changedRows, differenceOf, isNotable, type DiffRow } from '../../trace/diff';
import type { Entity } from '../../trace/entity';
import { countOf, durationText } from '../../util/format';
import { shortName } from '../../util/nodeType';
import { paths } from '../../url/paths';
import { classWords } from '../../util/status';
import type { TraceTree } from '../../trace/tree';
import { signedText } from './words';

const rowHeight = 28;

type Change = 'added' | 'removed' | 'slower' | 'faster' | 'same';

const changeOf = (row: DiffRow): Change => {
  if (row.a === null) return 'added';
  if (row.b === null) return 'removed';
  if (!isNotable(row)) return 'same';
  return differenceOf(row) > 0 ? 'slower' : 'faster';
};

/** Each change has its own sign, so that colour is never the only difference. */
const changeWords: Record<Change, { sign: string; word: string }> = {
  added: { sign: '+', word: 'added' },
  removed: { sign: '−', word: 'removed' },
  slower: { sign: '▲', word: 'longer' },
  faster: { sign: '▼', word: 'shorter' },
  same: { sign: '', word: 'about the same' },
};

const Time = ({ entity, seconds, trace }: { entity: Entity | null; seconds: number | null; trace: string }) => {
  if (entity === null || seconds === null) return <span className="rs-muted">–</span>;
  return (
    <Link className="rs-link rs-num rs-diff-time" to={paths.trace(trace, { row: entity.id })}>
      {entity.status !== 'ok' && <StatusIcon status={entity.status} size={12} />}
      {entity.status !== 'ok' && <span className="rs-visually-hidden">{classWords[entity.status].label}</span>}
      {durationText(seconds)}
    </Link>
  );
};

/** Shorter to the left, longer to the right, against the largest difference of the table. */
const DifferenceBar = ({ seconds, most, change }: { seconds: number; most: number; change: Change }) => {
  const share = most > 0 ? (50 * Math.abs(seconds)) / most : 0;
  return (
    <span className="rs-diff-bar" aria-hidden="true">
      <span data-change={change} style={{ left: `${seconds < 0 ? 50 - share : 50}%`, width: `${share}%` }} />
    </span>
  );
};

interface RowProps {
  row: DiffRow;
  a: TraceTree;
  b: TraceTree;
  most: number;
  index: number;
  top: number;
}

const Row = ({ row, a, b, most, index, top }: RowProps) => {
  const change = changeOf(row);
  return (
    <div className="rs-diff-row" role="row" aria-level={row.depth + 1} aria-rowindex={index + 2} data-change={change} style={{ transform: `translateY(${top}px)`, height: rowHeight }}>
      <span role="gridcell" className="rs-diff-name" style={{ ['--rs-depth' as string]: Math.min(row.depth, 12) }} title={`${row.name} in ${row.service}`}>
        <span className="rs-diff-sign" aria-hidden="true">
          {changeWords[change].sign}
        </span>
        <span className="rs-diff-title">{shortName(row.name)}</span>
        {row.service !== row.name && <span className="rs-muted rs-small rs-diff-service">{row.service}</span>}
      </span>
      <span role="gridcell">
        <Time entity={row.a} seconds={row.lengthA} trace={a.id} />
      </span>
      <span role="gridcell">
        <Time entity={row.b} seconds={row.lengthB} trace={b.id} />
      </span>
      <span role="gridcell" className="rs-diff-change">
        <span className="rs-num rs-diff-number">{signedText(differenceOf(row))}</span>
        <span className="rs-visually-hidden">{changeWords[change].word}</span>
        <DifferenceBar seconds={differenceOf(row)} most={most} change={change} />
      </span>
    </div>
  );
};

/** All calls of both traces beside each other, by their place in the tree. */
export const CompareTable = ({ a, b, rows }: { a: TraceTree; b: TraceTree; rows: DiffRow[] }) => {
  const [changesOnly, setChangesOnly] = useState(false);
  const shown = useMemo(() => (changesOnly ? changedRows(rows) : rows), [rows, changesOnly]);
  const most = useMemo(() => rows.reduce((largest, row) => Math.max(largest, Math.abs(differenceOf(row))), 0), [rows]);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's own state decides what to draw
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  return (
    <section className="rs-card rs-compare" aria-label="Calls of both traces">
      <header className="rs-waterfall-head">
        <h2 className="rs-h2">Calls</h2>
        <span className="rs-muted rs-small" role="status">
          {changesOnly ? `${shown.length} of ${countOf(rows.length, 'row')}` : countOf(rows.length, 'row')}
        </span>
        <button type="button" className="rs-tool rs-end" aria-pressed={changesOnly} onClick={() => setChangesOnly(!changesOnly)}>
          Only changes
        </button>
      </header>
      <div className="rs-diff-scroll" ref={scroller} role="treegrid" aria-label="Calls of both traces" aria-rowcount={shown.length + 1} tabIndex={0}>
        <div className="rs-diff-head" role="row" aria-rowindex={1}>
          <span role="columnheader">Call</span>
          <span role="columnheader">A</span>
          <span role="columnheader">B</span>
          <span role="columnheader">Difference</span>
        </div>
        <div className="rs-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = shown[item.index];
            return row === undefined ? null : <Row key={row.key} row={row} a={a} b={b} most={most} index={item.index} top={item.start} />;
          })}
        </div>
      </div>
      {shown.length === 0 && <p className="rs-note rs-pad">Nothing differs by more than a millisecond and a tenth.</p>}
    </section>
  );
};
