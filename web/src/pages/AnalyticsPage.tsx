import '../styles/traces.css';
import '../styles/analytics.css';
import Alert from '@cloudscape-design/components/alert';
import { useMemo } from 'react';
import { Navigate } from 'react-router';
import { useAnalysis, useNewestTrace, type Analysis } from '../api/queries';
import type { Views } from '../api/rayscope.gen';
import { causesTable } from '../components/analytics/Causes';
import { Charts } from '../components/analytics/Charts';
import { Percentiles } from '../components/analytics/Percentiles';
import { Ranking } from '../components/analytics/Ranking';
import { SelectionCard } from '../components/analytics/SelectionCard';
import { Sets } from '../components/analytics/Sets';
import { Tables } from '../components/analytics/Tables';
import { useAnalytics, type AnalyticsPlace } from '../components/analytics/useAnalytics';
import { FilterBar } from '../components/filter/FilterBar';
import { NoData } from '../components/NoData';
import { TimeControls } from '../components/TimeControls';
import { Problem } from '../ui/Problem';
import { Skeleton } from '../ui/Skeleton';
import { selectionOf, type Analytics } from '../url/analytics';
import { localText } from '../util/format';
import { paths } from '../url/paths';
import { useTitle } from '../util/useTitle';

/** What the page shows of a state, in one question to the server. Only with a selection is there something to rank. */
const viewsOf = ({ tables, by }: Analytics, selected: boolean): Views => ({
  Histogram: {},
  TimeSeries: {},
  HeatMap: {},
  Tables: [...new Set([...tables, by, ...(selected ? [causesTable] : [])])].map((Attribute) => ({ Attribute, Limit: 20 })),
  // More than are shown: an exception is often passed on several times, which is told as one.
  ...(selected ? { Ranking: { Limit: 30 } } : {}),
});

const Empty = ({ place: { view, changeView } }: { place: AnalyticsPlace }) => {
  const newest = useNewestTrace(null);
  if (newest.isPending) return <Skeleton height={420} label="Looking for traces" />;
  if (newest.error !== null) return <Problem what="Rayscope could not be asked for its traces" error={newest.error} retry={newest.refetch} />;
  if (newest.data === null) return <Navigate to={paths.start()} replace />;
  if (view.filter === '' && view.group === '') return <NoData range={view.range} newest={newest.data.StartTime} onRange={(range) => changeView({ range })} />;
  return (
    <div className="rs-card rs-empty">
      <h2 className="rs-h2">No request matches the filter in this time</h2>
      <p>Change the expression or the group above, or choose a longer time.</p>
    </div>
  );
};

/** Says when the server could not look at everything, and why. */
const AtLeast = ({ answer }: Analysis) =>
  answer.Exact ? null : (
    <Alert type="warning" header={`All counts are "at least": only requests since ${localText(answer.ReachedTime)} were looked at`}>
      {answer.StoppedBecause}
    </Alert>
  );

const Body = ({ place, data, stale }: { place: AnalyticsPlace; data: Analysis; stale: boolean }) => (
  <div className="rs-analytics" aria-busy={stale} data-stale={stale}>
    <AtLeast {...data} />
    <Ranking place={place} data={data} />
    <Sets place={place} data={data} />
    <Charts place={place} data={data} />
    <Percentiles place={place} data={data} />
    <Tables place={place} data={data} />
  </div>
);

const isEmpty = ({ answer: { A, B }, compared }: Analysis): boolean => !compared && A.Count + (B?.Count ?? 0) === 0;

/** Analytics: what do the requests that puzzle me have in common? */
const AnalyticsPage = () => {
  useTitle('Analytics');
  const place = useAnalytics();
  const { view, changeView, state } = place;
  const selection = selectionOf(state);
  const views = useMemo(() => viewsOf(state, selection !== null), [state, selection]);
  const split = selection === null ? {} : { selection, compare: state.compare };
  const { data, error, isFetching, isPlaceholderData, refetch } = useAnalysis(view, views, split);
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Analytics</h1>
          <p className="rs-note">Select some requests, and see what sets them apart from the others.</p>
        </div>
        <TimeControls view={view} change={changeView} refresh={refetch} refreshing={isFetching} />
      </div>
      <FilterBar view={view} change={changeView} />
      <SelectionCard place={place} data={data} />
      {error !== null && <Problem what="The requests could not be analyzed" error={error} retry={refetch} />}
      {data === undefined && error === null && <Skeleton height={600} label="Analyzing requests" />}
      {data !== undefined && error === null && (isEmpty(data) ? <Empty place={place} /> : <Body place={place} data={data} stale={isPlaceholderData} />)}
    </>
  );
};

export default AnalyticsPage;
