import Button from '@cloudscape-design/components/button';
import { mostOrdered } from '../../api/traceList';
import { SkeletonRows } from '../../ui/Skeleton';
import { listFilter } from '../../util/conditions';
import { countText } from '../../util/format';
import type { Column } from '../../url/listState';
import type { View } from '../../url/view';
import type { ChangeView } from '../../url/useView';
import { ColumnChooser } from './ColumnChooser';
import { ExportMenu, ExportProgress } from './Exporter';
import { ListBar } from './ListBar';
import { TraceTable } from './TraceTable';
import { useExport } from './useExport';
import type { Findings, TraceList } from './useTraceList';

interface ListCardProps {
  view: View;
  change: ChangeView;
  findings: Findings;
  rows: TraceList;
  columns: Column[];
  /** Annotation keys of the traces that match. */
  keys: string[];
  onColumns: (columns: Column[]) => void;
}

/** What stands below the list: how much of all it is, and the way to the rest. */
const ListFoot = ({ view, findings, rows }: Pick<ListCardProps, 'view' | 'findings' | 'rows'>) => {
  const shown = rows.traces?.length ?? 0;
  const total = findings.data?.answer.A.Count ?? 0;
  if (view.sort !== 'newest') {
    return shown < mostOrdered ? null : (
      <p className="rs-note">
        These are the {countText(shown)} {view.sort} of {countText(total)}. Narrow the filter or the time to see more.
      </p>
    );
  }
  if (!rows.hasMore) return null;
  return (
    <>
      <p className="rs-note">{countText(shown)} loaded; older ones follow as you scroll.</p>
      <Button onClick={rows.more} loading={rows.loadingMore}>
        Load older traces
      </Button>
    </>
  );
};

/** The list with what narrows, orders, shows and exports it. */
export const ListCard = ({ view, change, findings, rows, columns, keys, onColumns }: ListCardProps) => {
  const answer = findings.data?.answer ?? null;
  const exporting = useExport(findings.data?.window ?? null, listFilter(view));
  const goOn = rows.hasMore && !rows.loadingMore && rows.error === null;
  return (
    <div className="rs-card rs-tablecard">
      <ListBar view={view} change={change} answer={answer} figures={findings.figures}>
        <ColumnChooser columns={columns} keys={keys} onChange={onColumns} />
        <ExportMenu {...exporting} />
      </ListBar>
      <ExportProgress {...exporting} total={answer?.A.Count ?? null} />
      {rows.traces === undefined ? (
        <SkeletonRows count={12} label="Loading traces" />
      ) : (
        <TraceTable traces={rows.traces} columns={columns} total={answer?.Exact === true ? answer.A.Count : null} onEnd={goOn ? rows.more : null} />
      )}
      <div className="rs-more">
        <ListFoot view={view} findings={findings} rows={rows} />
      </div>
    </div>
  );
};
