import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../api/client';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { durationText } from '../../util/format';
import { paths } from '../../url/paths';
import { windowOf } from '../../util/range';
import { classOf } from '../../util/status';
import { lastHour, useShare } from './useShare';

/** Traces that are shown as examples. */
const exampleCount = 5;

const useExamples = (filter: string, enabled: boolean) =>
  useQuery({
    queryKey: ['group examples', filter],
    queryFn: async ({ signal }) => {
      const { start, end } = windowOf(lastHour, Date.now() / 1000);
      const answer = await api.traceSummaries({ StartTime: start, EndTime: end, FilterExpression: filter }, signal);
      return (answer.TraceSummaries ?? []).slice(0, exampleCount);
    },
    enabled,
  });

const Examples = ({ filter }: { filter: string }) => {
  const { data } = useExamples(filter, true);
  if (data === undefined || data.length === 0) return null;
  return (
    <>
      <p className="rs-small rs-muted">The newest of them:</p>
      <ul aria-label="Example traces">
        {data.map((trace) => (
          <li key={trace.Id}>
            <Link className="rs-link rs-mono" to={paths.trace(trace.Id)} target="_blank" aria-label={`Trace ${trace.Id}, opens in a new tab`}>
              {trace.Id}
            </Link>{' '}
            <StatusLabel status={classOf({ throttle: trace.HasThrottle === true, fault: trace.HasFault === true, error: trace.HasError === true })} /> {trace.EntryPoint?.Name ?? ''}{' '}
            {trace.ResponseTime === null ? '' : durationText(trace.ResponseTime)} {trace.StartTime === null ? '' : <TimeText epoch={trace.StartTime} />}
          </li>
        ))}
      </ul>
    </>
  );
};

/** What an expression matches in the last hour: how many traces, which share, and some of them. */
export const Preview = ({ filter, wrong }: { filter: string; wrong: boolean }) => {
  const enabled = filter !== '' && !wrong;
  const { answer, error, settled } = useShare({ filter, group: '' }, enabled);
  const text = (): string => {
    if (filter === '') return 'Write an expression to see what it matches.';
    if (wrong) return 'This expression cannot be read yet: what is wrong stands above.';
    if (error !== null) return error.message;
    return answer === undefined || !settled ? 'Counting…' : `In the last hour it matches ${answer.words}.`;
  };
  return (
    <div className="rs-preview" role="region" aria-label="What it matches">
      <p className="rs-note" role="status">
        {text()}
      </p>
      {enabled && error === null && answer !== undefined && settled && answer.part.Count > 0 && <Examples filter={filter} />}
    </div>
  );
};
