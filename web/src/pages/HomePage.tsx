import '../styles/home.css';
import Button from '@cloudscape-design/components/button';
import { Navigate } from 'react-router';
import { ApiError } from '../api/client';
import { useServiceGraph } from '../api/mapQueries';
import { useNewestTrace } from '../api/queries';
import { FilterBar } from '../components/filter/FilterBar';
import type { Findings } from '../components/questions/answer';
import { whatDepends, whereThrottled } from '../components/questions/graphAnswers';
import { QuestionCard } from '../components/questions/QuestionCard';
import { TargetsForm } from '../components/questions/TargetsForm';
import { targetsMet, whatFailed, whereSlow, whoAffected, wrongNow } from '../components/questions/trafficAnswers';
import { useFindings } from '../components/questions/useFindings';
import { NoData } from '../components/NoData';
import { TimeControls } from '../components/TimeControls';
import { Problem } from '../ui/Problem';
import { Skeleton } from '../ui/Skeleton';
import type { Graph } from '../graph/graph';
import { paths } from '../url/paths';
import { useTitle } from '../util/useTitle';
import { useView, type ChangeView } from '../url/useView';
import type { View } from '../url/view';

interface QuestionsProps {
  found: Findings | null;
  graph: Graph | null;
  view: View;
  from: 'own' | 'all' | 'default';
}

const Questions = ({ found, graph, view, from }: QuestionsProps) => {
  const ask = <T,>(material: T | null, answer: (material: T) => ReturnType<typeof wrongNow>) => (material === null ? null : answer(material));
  return (
    <div className="rs-questions">
      <QuestionCard first question="Is anything wrong now?" answer={ask(found, wrongNow)} />
      <QuestionCard question="What failed, and where first?" answer={ask(found, whatFailed)} />
      <QuestionCard question="Who is affected?" answer={ask(found, whoAffected)} />
      <QuestionCard question="Where is it slow?" answer={ask(found, whereSlow)} />
      <QuestionCard question="Where are we throttled?" answer={ask(graph, (known) => whereThrottled(known, view))} />
      <QuestionCard question="Do we meet our targets?" answer={ask(found, targetsMet)}>
        {found !== null && <TargetsForm target={found.target} from={from} group={view.group} />}
      </QuestionCard>
      <QuestionCard question="What depends on what?" answer={ask(graph, (known) => whatDepends(known, view))} />
    </div>
  );
};

/** Why there is nothing to answer from, and the way on. */
const Nothing = ({ view, change }: { view: View; change: ChangeView }) => {
  const newest = useNewestTrace(null);
  if (view.filter !== '' || view.group !== '') {
    return (
      <div className="rs-card rs-empty">
        <h2 className="rs-h2">No request fits</h2>
        <p>In this time no request matches what you narrowed the page to.</p>
        <Button variant="primary" onClick={() => change({ filter: '', group: '' })}>
          Look at all requests
        </Button>
      </div>
    );
  }
  if (newest.isPending) return <Skeleton height={320} label="Looking for traces" />;
  if (newest.error !== null) return <Problem what="Rayscope could not be asked for its traces" error={newest.error} retry={newest.refetch} />;
  if (newest.data === null) return <Navigate to={paths.start()} replace />;
  return <NoData range={view.range} newest={newest.data.StartTime} onRange={(range) => change({ range })} />;
};

/** Plain questions about the system, each answered in a sentence that leads to the evidence. */
const HomePage = () => {
  useTitle('Home');
  const [view, change] = useView();
  const { findings, from, error, isFetching, refetch } = useFindings(view);
  const map = useServiceGraph(view);
  const refused = error instanceof ApiError && error.kind === 'refused' && view.filter !== '';
  const isEmpty = findings?.all.A.Count === 0;
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">How is it going?</h1>
          <p className="rs-note">Each answer leads to the requests that it is about.</p>
        </div>
        <TimeControls view={view} change={change} refresh={() => Promise.all([refetch(), map.refetch()])} refreshing={isFetching} />
      </div>
      <FilterBar view={view} change={change} refused={refused ? error.message : undefined} />
      {error !== null && !refused && <Problem what="The questions could not be answered" error={error} retry={refetch} />}
      {map.error !== null && <Problem what="The service map could not be loaded" error={map.error} retry={map.refetch} />}
      {isEmpty ? <Nothing view={view} change={change} /> : <Questions found={findings} graph={map.data?.graph ?? null} view={view} from={from} />}
    </>
  );
};

export default HomePage;
