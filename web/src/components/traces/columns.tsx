import type { TableProps } from '@cloudscape-design/components/table';
import { Link } from 'react-router';
import type { TraceSummary } from '../../api/types';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { ageText, durationText } from '../../util/format';
import { describeType } from '../../util/nodeType';
import { paths } from '../../util/paths';
import { annotationCount, statusOf, usersOf } from '../../util/summaryRow';
import { useNow } from '../../util/useNow';
import { ResponseBar } from './ResponseBar';

const dash = <span className="rs-muted">–</span>;

const StartCell = ({ trace }: { trace: TraceSummary }) => {
  const now = useNow();
  if (trace.StartTime === null) return dash;
  return <TimeText epoch={trace.StartTime} text={ageText(trace.StartTime, now)} />;
};

const StatusCell = ({ trace }: { trace: TraceSummary }) => (
  <span className="rs-statuscell">
    <StatusLabel status={statusOf(trace)} />
    {trace.IsPartial === true && trace.Duration !== null && (
      <span className="rs-partial" title="Parts of this trace have not arrived">
        partial
      </span>
    )}
  </span>
);

/** What is short in a list: the path tells more than the scheme and host, which follow on hover. */
const urlText = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]+(?=\/)/i, '');

const UrlCell = ({ trace }: { trace: TraceSummary }) => {
  const { Http: http, EntryPoint: entry } = trace;
  return (
    <Link className="rs-link rs-urlcell" to={paths.trace(trace.Id)} title={http?.HttpURL ?? trace.Id}>
      {http?.HttpMethod != null && <span className="rs-method">{http.HttpMethod}</span>}
      {http?.HttpURL == null ? (entry?.Name ?? trace.Id) : urlText(http.HttpURL)}
    </Link>
  );
};

const EntryCell = ({ trace }: { trace: TraceSummary }) =>
  trace.EntryPoint === null ? dash : <span title={describeType(trace.EntryPoint.Type).words}>{trace.EntryPoint.Name}</span>;

type Column = TableProps.ColumnDefinition<TraceSummary>;

/** columnsFor gives the columns of the trace list; `slowest` scales the response bars. */
export const columnsFor = (slowest: number): Column[] => [
  { id: 'status', header: 'Result', width: 144, cell: (trace) => <StatusCell trace={trace} /> },
  { id: 'request', header: 'Request', width: 260, isRowHeader: true, cell: (trace) => <UrlCell trace={trace} /> },
  { id: 'response', header: 'Response time', width: 180, cell: (trace) => <ResponseBar seconds={trace.ResponseTime} slowest={slowest} status={statusOf(trace)} /> },
  { id: 'start', header: 'Started', width: 104, cell: (trace) => <StartCell trace={trace} /> },
  { id: 'http', header: 'HTTP', width: 72, cell: (trace) => trace.Http?.HttpStatus ?? dash },
  { id: 'duration', header: 'Duration', width: 104, cell: (trace) => (trace.Duration === null ? dash : durationText(trace.Duration)) },
  { id: 'entry', header: 'Entry point', width: 130, cell: (trace) => <EntryCell trace={trace} /> },
  { id: 'user', header: 'User', width: 100, cell: (trace) => (usersOf(trace) === '' ? dash : usersOf(trace)) },
  { id: 'client', header: 'Client IP', width: 140, cell: (trace) => trace.Http?.ClientIp ?? dash },
  { id: 'annotations', header: 'Annotations', width: 112, cell: (trace) => annotationCount(trace) },
  {
    id: 'id',
    header: 'Trace id',
    width: 310,
    cell: (trace) => (
      <Link className="rs-link rs-mono" to={paths.trace(trace.Id)}>
        {trace.Id}
      </Link>
    ),
  },
];
