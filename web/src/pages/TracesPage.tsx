import '../styles/traces.css';
import { lazy, Suspense } from 'react';
import { Link, Navigate } from 'react-router';
import { ApiError } from '../api/client';
import { useNewestTrace } from '../api/queries';
import { FilterBar } from '../components/filter/FilterBar';
import { NoData } from '../components/NoData';
import { TimeControls } from '../components/TimeControls';
import { keyOf } from '../components/traces/attributes';
import { ListCard } from '../components/traces/ListCard';
import { NoneMatch } from '../components/traces/NoneMatch';
import { Refiners } from '../components/traces/Refiners';
import { Tools } from '../components/traces/Tools';
import { useFindings, useTraceList, type Findings } from '../components/traces/useTraceList';
import { Problem } from '../ui/Problem';
import { Skeleton, SkeletonRows } from '../ui/Skeleton';
import { bandIn, listFilter, withBand } from '../util/conditions';
import { listCodec, type ListState } from '../url/listState';
import { paths } from '../url/paths';
import { useUrlState, type Change } from '../url/urlState';
import { useTitle } from '../util/useTitle';
import { useView, type ChangeView } from '../url/useView';
import type { View } from '../url/view';

const Plots = lazy(() => import('../components/traces/Plots'));

interface PartProps {
  view: View;
  change: ChangeView;
  findings: Findings;
}

const EmptyList = ({ view, change, findings }: PartProps) => {
  const newest = useNewestTrace(null);
  const { data } = findings;
  if (newest.isPending || data === undefined) return <SkeletonRows count={6} label="Looking for traces" />;
  if (newest.error !== null) return <Problem what="Rayscope could not be asked for its traces" error={newest.error} retry={newest.refetch} />;
  if (newest.data === null) return <Navigate to={paths.start()} replace />;
  const noData = <NoData range={view.range} newest={newest.data.StartTime} onRange={(range) => change({ range })} />;
  return listFilter(view) === '' ? noData : <NoneMatch view={view} change={change} window={data.window} otherwise={noData} />;
};

const TracePlots = ({ view, change, findings: { data } }: PartProps) => {
  if (data === undefined) return <Skeleton height={290} label="Counting response times" />;
  const { filter } = view;
  return (
    <Suspense fallback={<Skeleton height={290} label="Loading the charts" />}>
      <Plots
        answer={data.answer}
        window={data.window}
        band={bandIn(filter)}
        onBand={(band) => change({ filter: withBand(filter, band) })}
        onArea={({ start, end }, band) => change({ range: { kind: 'between', start, end }, ...(band === null ? {} : { filter: withBand(filter, band) }) })}
      />
    </Suspense>
  );
};

const TraceRefiners = ({ view, change, findings, list, changeList }: PartProps & { list: ListState; changeList: Change<ListState> }) => {
  const { data, error } = findings;
  if (data === undefined) return error === null ? <Skeleton height={300} label="Counting values" /> : null;
  return <Refiners tables={data.answer.Tables} filter={view.filter} onFilter={(filter) => change({ filter })} open={list.open} onOpen={(open) => changeList({ open }, { replace: true })} />;
};

/** What the server says of an expression that it cannot read. */
const refusalOf = (error: Error | null): string | undefined =>
  error instanceof ApiError && error.kind === 'refused' && /expression/i.test(error.message) ? error.message : undefined;

/** The list of traces, and what they have in common. */
const TracesPage = () => {
  useTitle('Traces');
  const [view, change] = useView();
  const [list, changeList] = useUrlState(listCodec);
  const findings = useFindings(view);
  const rows = useTraceList(view, findings);
  const part = { view, change, findings };
  const refused = refusalOf(rows.error);
  const refresh = () => Promise.all([findings.refetch(), rows.refetch()]);
  const rests = rows.rests ? 'Live refresh rests while more than 300 traces are loaded, so that the list stays put.' : undefined;
  const empty = rows.traces?.length === 0 && !rows.hasMore;
  const keys = (findings.data?.answer.Tables ?? []).flatMap(({ Attribute }) => keyOf(Attribute) ?? []);
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Traces</h1>
          <p className="rs-note">
            Each line is one request and all that happened because of it. You can also{' '}
            <Link className="rs-link" to={paths.traceFile()}>
              open a trace from a file
            </Link>
            .
          </p>
        </div>
        <TimeControls view={view} change={change} refresh={refresh} refreshing={rows.isFetching} {...(rests === undefined ? {} : { liveRests: rests })} />
      </div>
      <FilterBar view={view} change={change} refused={refused} />
      {rows.error !== null && refused === undefined && <Problem what="The traces could not be loaded" error={rows.error} retry={rows.refetch} />}
      {rows.error === null && findings.error !== null && <Problem what="The traces could not be counted" error={findings.error} retry={findings.refetch} />}
      {rows.error === null && empty && <EmptyList {...part} />}
      {rows.error === null && !empty && (
        <div className="rs-tracespage">
          <Tools open={list.tools} onOpen={(tools) => changeList({ tools }, { replace: true })}>
            <div className="rs-tracesplots">
              <TracePlots {...part} />
            </div>
            <div className="rs-tracesrefiners">
              <TraceRefiners {...part} list={list} changeList={changeList} />
            </div>
          </Tools>
          <ListCard {...part} rows={rows} columns={list.columns} keys={keys} onColumns={(columns) => changeList({ columns }, { replace: true })} />
        </div>
      )}
    </>
  );
};

export default TracesPage;
