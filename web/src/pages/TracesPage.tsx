import '../styles/traces.css';
import Button from '@cloudscape-design/components/button';
import { useMemo } from 'react';
import { Link, Navigate } from 'react-router';
import { livePages, useNewestTrace, useTraceSummaries } from '../api/queries';
import type { TraceSummary } from '../api/types';
import { NoData } from '../components/NoData';
import { TimeControls } from '../components/TimeControls';
import { ListBar } from '../components/traces/ListBar';
import { TraceTable } from '../components/traces/TraceTable';
import { Problem } from '../ui/Problem';
import { SkeletonRows } from '../ui/Skeleton';
import { paths } from '../util/paths';
import { shownOf } from '../util/summaryRow';
import { useTitle } from '../util/useTitle';
import { useView, type ChangeView } from '../util/useView';
import type { View } from '../util/view';

const EmptyList = ({ view, change }: { view: View; change: ChangeView }) => {
  const newest = useNewestTrace(null);
  if (newest.isPending) return <SkeletonRows count={6} label="Looking for traces" />;
  if (newest.error !== null) return <Problem what="Rayscope could not be asked for its traces" error={newest.error} retry={newest.refetch} />;
  if (newest.data === null) return <Navigate to={paths.start()} replace />;
  return <NoData range={view.range} newest={newest.data.StartTime} onRange={(range) => change({ range })} />;
};

/** A page may begin where live refresh moved the one before it: a trace is listed once. */
const unique = (summaries: TraceSummary[]): TraceSummary[] => [...new Map(summaries.map((summary) => [summary.Id, summary])).values()];

/** Says what the server was asked for, and offers all. */
const FilterNote = ({ filter, none, onRemove }: { filter: string; none: boolean; onRemove: () => void }) => (
  <p className="rs-note">
    {none ? 'No traces of this time match' : 'Only traces that match'} <code className="rs-mono">{filter}</code>.{' '}
    <button type="button" className="rs-linkbutton" onClick={onRemove}>
      Show all traces
    </button>
  </p>
);

interface ListProps {
  view: View;
  change: ChangeView;
  loaded: TraceSummary[];
  hasMore: boolean;
  more: () => unknown;
  loadingMore: boolean;
}

const TraceList = ({ view, change, loaded, hasMore, more, loadingMore }: ListProps) => {
  const shown = useMemo(() => shownOf(loaded, view.classes, view.via, view.sort), [loaded, view.classes, view.via, view.sort]);
  const slowest = Math.max(0, ...loaded.map((summary) => summary.ResponseTime ?? 0));
  return (
    <div className="rs-card rs-tablecard">
      <ListBar view={view} change={change} loaded={loaded} shown={shown.length} hasMore={hasMore} />
      {shown.length > 0 && <TraceTable traces={shown} slowest={slowest} />}
      <div className="rs-more">
        {shown.length === 0 && <p className="rs-note">None of the loaded traces match{hasMore ? '; older ones may' : ''}.</p>}
        {hasMore && (
          <Button onClick={() => void more()} loading={loadingMore}>
            Load older traces
          </Button>
        )}
        {shown.length === 0 && (
          <Button variant="inline-link" onClick={() => change({ classes: [], via: [] })}>
            Show all results
          </Button>
        )}
      </div>
    </div>
  );
};

/** The list of traces, newest first. */
const TracesPage = () => {
  useTitle('Traces');
  const [view, change] = useView();
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useTraceSummaries(view.range, view.live, view.filter);
  const loaded = useMemo(() => unique(data?.pages.flatMap((page) => page.summaries) ?? []), [data]);
  const rests = (data?.pages.length ?? 0) > livePages ? 'Live refresh rests while more than 300 traces are loaded, so that the list stays put.' : undefined;
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Traces</h1>
          <p className="rs-note">Each line is one request and all that happened because of it. You can also <Link className="rs-link" to={paths.traceFile()}>open a trace from a file</Link>.</p>
        </div>
        <TimeControls view={view} change={change} refresh={refetch} refreshing={isFetching} {...(rests === undefined ? {} : { liveRests: rests })} />
      </div>
      {error !== null && <Problem what="The traces could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={12} label="Loading traces" />}
      {view.filter !== '' && <FilterNote filter={view.filter} none={data !== undefined && loaded.length === 0} onRemove={() => change({ filter: '' })} />}
      {data !== undefined && loaded.length === 0 && !hasNextPage && view.filter === '' && <EmptyList view={view} change={change} />}
      {(loaded.length > 0 || hasNextPage) && (
        <TraceList view={view} change={change} loaded={loaded} hasMore={hasNextPage} more={fetchNextPage} loadingMore={isFetchingNextPage} />
      )}
    </>
  );
};

export default TracesPage;
