import '../styles/admin.css';
import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select from '@cloudscape-design/components/select';
import { useInsights } from '../api/adminQueries';
import { useGroups } from '../api/queries';
import type { InsightSummary } from '../api/adminTypes';
import { InsightRow } from '../components/insights/InsightRow';
import { NoInsights } from '../components/insights/NoInsights';
import { Problem } from '../ui/Problem';
import { SkeletonRows } from '../ui/Skeleton';
import { insightDays, insightListCodec } from '../url/adminUrl';
import { useUrlState } from '../url/urlState';
import { useTitle } from '../util/useTitle';
import { useView } from '../url/useView';

const defaultGroup = 'Default';

const daysOptions = insightDays.map((days) => ({ value: String(days), label: days === 1 ? 'The last 24 hours' : `The last ${days} days` }));

const phases = [
  { id: '', text: 'All' },
  { id: 'ACTIVE', text: 'Going on' },
  { id: 'CLOSED', text: 'Over' },
];

/** Chooses whose insights are listed; each group has its own. */
const GroupSelect = ({ group, onChange }: { group: string; onChange: (group: string) => void }) => {
  const names = (useGroups().data ?? []).map(({ GroupName }) => GroupName);
  const options = [...new Set([defaultGroup, ...names, group])].map((value) => ({ value, label: value === defaultGroup ? 'All requests (group Default)' : `Group ${value}` }));
  return (
    <Select
      ariaLabel="Group"
      options={options}
      selectedOption={options.find(({ value }) => value === group) ?? null}
      onChange={({ detail }) => onChange(detail.selectedOption.value === defaultGroup ? '' : (detail.selectedOption.value ?? ''))}
    />
  );
};

const Table = ({ insights }: { insights: InsightSummary[] }) => (
  <section className="rs-card" aria-label="Insights">
    <table className="rs-admin-table">
      <thead>
        <tr>
          <th scope="col">What happened</th>
          <th scope="col">State</th>
          <th scope="col">First service</th>
          <th scope="col">Clients</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        {insights.map((insight) => (
          <InsightRow key={insight.InsightId} insight={insight} />
        ))}
      </tbody>
    </table>
  </section>
);

/** Times in which more requests failed than usual. */
const InsightsPage = () => {
  useTitle('Insights');
  const [view, changeView] = useView();
  const [list, change] = useUrlState(insightListCodec);
  const group = view.group === '' ? defaultGroup : view.group;
  const { data, error, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInsights(group, list.days, list.phase);
  const insights = [...new Map((data?.pages ?? []).flatMap((page) => page.insights).map((insight) => [insight.InsightId, insight])).values()];
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Insights</h1>
          <p className="rs-note">Times in which more requests failed than usual: where it began, and whom it hit.</p>
        </div>
        <div className="rs-controls">
          <GroupSelect group={group} onChange={(next) => changeView({ group: next })} />
          <SegmentedControl label="State" selectedId={list.phase} options={phases} onChange={({ detail }) => change({ phase: phases.find(({ id }) => id === detail.selectedId)?.id as typeof list.phase })} />
          <Select
            ariaLabel="Time range"
            options={daysOptions}
            selectedOption={daysOptions.find(({ value }) => value === String(list.days)) ?? null}
            onChange={({ detail }) => change({ days: Number(detail.selectedOption.value) })}
          />
          <Button iconName="refresh" ariaLabel="Refresh now" loading={isFetching && !isFetchingNextPage} onClick={() => void refetch()} />
        </div>
      </div>
      {error !== null && <Problem what="The insights could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={6} label="Loading insights" />}
      {data !== undefined && insights.length === 0 && (
        <NoInsights narrowed={list.phase !== '' || list.days !== 30} days={list.days} onShowAll={() => change({ phase: '', days: 30 })} />
      )}
      {insights.length > 0 && <Table insights={insights} />}
      {hasNextPage && (
        <div>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Load older insights
          </Button>
        </div>
      )}
    </>
  );
};

export default InsightsPage;
