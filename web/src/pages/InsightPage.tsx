import '../styles/admin.css';
import { Link, useParams } from 'react-router';
import { useInsight } from '../api/adminQueries';
import type { Insight } from '../api/adminTypes';
import type { ServiceId } from '../api/types';
import { Events } from '../components/insights/Events';
import { ImpactCard } from '../components/insights/ImpactCard';
import { ImpactMap } from '../components/insights/ImpactMap';
import { PhaseLabel } from '../components/insights/PhaseLabel';
import { Facts } from '../ui/Facts';
import { Problem } from '../ui/Problem';
import { Skeleton } from '../ui/Skeleton';
import { TimeText } from '../ui/TimeText';
import { durationText } from '../util/format';
import { nodeKey } from '../graph/graph';
import { impactWindowOf, serviceExpression, serviceText } from '../util/insight';
import { paths } from '../url/paths';
import type { TimeRange } from '../util/range';
import { useNow } from '../util/useNow';
import { useTitle } from '../util/useTitle';

const rangeOf = (insight: Insight): TimeRange => ({ kind: 'between', ...impactWindowOf(insight, Math.floor(Date.now() / 1000)) });

const ServiceLinks = ({ id, insight }: { id: ServiceId; insight: Insight }) => {
  const name = serviceText(id);
  return (
    <li>
      <strong>{name}</strong>:{' '}
      <Link className="rs-link" to={paths.map({ range: rangeOf(insight), node: nodeKey(id) })}>
        on the map of that time
      </Link>
      ,{' '}
      <Link className="rs-link" to={paths.traces({ range: rangeOf(insight), filter: `fault AND ${serviceExpression(name)}` })}>
        its traces with a fault
      </Link>
    </li>
  );
};

const Causes = ({ insight }: { insight: Insight }) => {
  const others = (insight.TopAnomalousServices ?? []).flatMap(({ ServiceId }) => (ServiceId === null || ServiceId.Name === insight.RootCauseServiceId?.Name ? [] : [ServiceId]));
  return (
    <section className="rs-card rs-pad rs-stack" aria-labelledby="rs-causes">
      <h2 className="rs-h2" id="rs-causes">
        Where to look
      </h2>
      <ul aria-label="Root cause">
        {insight.RootCauseServiceId !== null && <ServiceLinks id={insight.RootCauseServiceId} insight={insight} />}
        {others.map((id) => (
          <ServiceLinks key={nodeKey(id)} id={id} insight={insight} />
        ))}
      </ul>
      <p className="rs-note">{others.length === 0 ? 'It is the service in which it began; no other one failed more than usual by itself.' : 'The first is the service in which it began; the others failed more than usual too.'}</p>
    </section>
  );
};

const Body = ({ insight }: { insight: Insight }) => {
  const now = useNow();
  const rootCause = serviceText(insight.RootCauseServiceId);
  return (
    <>
      <div className="rs-card rs-pad">
        <Facts
          facts={[
            { label: 'State', value: <PhaseLabel phase={insight.State} /> },
            { label: 'Began', value: <TimeText epoch={insight.StartTime} /> },
            { label: insight.EndTime === null ? 'Goes on' : 'Ended', value: insight.EndTime === null ? `for ${durationText(now - insight.StartTime)} now` : <TimeText epoch={insight.EndTime} /> },
            { label: 'Group', value: insight.GroupName ?? '–' },
            { label: 'First service', value: rootCause },
          ]}
        />
      </div>
      <div className="rs-insight-grid">
        <ImpactCard title="Requests of clients" impact={insight.ClientRequestImpactStatistics} />
        <ImpactCard title={`Requests to ${rootCause}`} impact={insight.RootCauseServiceRequestImpactStatistics} />
      </div>
      <ImpactMap insight={insight} />
      <div className="rs-insight-grid">
        <Causes insight={insight} />
        <Events id={insight.InsightId} rootCause={rootCause} />
      </div>
    </>
  );
};

/** One insight: whom it hit, where it began, and how it went on. */
const InsightPage = () => {
  const id = useParams()['id'] ?? '';
  const { data, error, refetch } = useInsight(id);
  useTitle(data?.Summary ?? 'Insight');
  return (
    <>
      <p className="rs-note">
        <Link className="rs-link" to={paths.insights()}>
          All insights
        </Link>
      </p>
      <h1 className="rs-h1">{data?.Summary ?? 'Insight'}</h1>
      {error !== null && <Problem what="The insight could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <Skeleton height={420} label="Loading the insight" />}
      {data !== undefined && <Body insight={data} />}
    </>
  );
};

export default InsightPage;
