import { Link } from 'react-router';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { diffTotals, sizeOf, type DiffRow } from '../../trace/diff';
import { countOf, durationText } from '../../util/format';
import { paths } from '../../url/paths';
import { failingRows, mainRoot, type TraceTree } from '../../trace/tree';
import { changeText } from './words';

const Side = ({ letter, tree }: { letter: string; tree: TraceTree }) => {
  const root = mainRoot(tree);
  const failures = failingRows(tree).size;
  return (
    <div>
      <h3 className="rs-h3">
        {letter}: {root?.name ?? 'unnamed'}
      </h3>
      <Link className="rs-link rs-mono" to={paths.trace(tree.id)}>
        {tree.id}
      </Link>
      <p className="rs-side-facts">
        {root !== undefined && <StatusLabel status={root.status} />}
        <strong className="rs-num">{durationText(tree.end - tree.start)}</strong>
        <span>{countOf(sizeOf(tree), 'call')}</span>
        {failures > 0 && <span>{failures} failing</span>}
        <TimeText epoch={tree.start} />
      </p>
    </div>
  );
};

/** Both traces and the difference in one sentence. */
export const CompareTotals = ({ a, b, rows }: { a: TraceTree; b: TraceTree; rows: DiffRow[] }) => {
  const { added, removed, slower, faster } = diffTotals(rows);
  const change = b.end - b.start - (a.end - a.start);
  return (
    <section className="rs-card rs-pad rs-compare-totals" aria-label="Totals">
      <p className="rs-story-result">
        <span>
          B took <strong>{changeText(change)}</strong> than A. In it {countOf(added, 'call')} {added === 1 ? 'was' : 'were'} added, {removed} removed, {slower} took longer and {faster} shorter.
        </span>
      </p>
      <div className="rs-sides">
        <Side letter="A" tree={a} />
        <Side letter="B" tree={b} />
      </div>
    </section>
  );
};
