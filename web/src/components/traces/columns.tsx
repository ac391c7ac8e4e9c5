import type { JSX } from 'react';
import { Link } from 'react-router';
import type { TraceSummary } from '../../api/types';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { ageText, durationText } from '../../util/format';
import type { Column, FixedColumn } from '../../url/listState';
import { describeType } from '../../util/nodeType';
import { paths } from '../../url/paths';
import { annotationCount, statusOf, usersOf } from '../../util/summaryRow';
import { annotationText } from '../../util/traceRecord';
import { useNow } from '../../util/useNow';
import { ResponseBar } from './ResponseBar';

const dash = <span className="rs-muted">–</span>;

/** Text that may be cut off; it is there in full on hover. */
const Cut = ({ text }: { text: string | null | undefined }) => (text == null || text === '' ? dash : <span title={text}>{text}</span>);

const StartCell = ({ trace }: { trace: TraceSummary }) => {
  const now = useNow();
  if (trace.StartTime === null) return dash;
  return <TimeText epoch={trace.StartTime} text={ageText(trace.StartTime, now)} />;
};

const StatusCell = ({ trace }: { trace: TraceSummary }) => (
  <span className="rs-statuscell">
    <StatusLabel status={statusOf(trace)} />
    {trace.IsPartial === true && trace.Duration !== null && statusOf(trace) !== 'pending' && (
      <span className="rs-partial" title="Parts of this trace have not arrived">
        partial
      </span>
    )}
  </span>
);

/** What is short in a list: the path tells more than the scheme and host, which follow on hover. */
const urlText = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]+(?=\/)/i, '');

/** The link of this cell reaches over the whole row. */
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

/** What a cell is drawn with beside its trace. */
export interface RowContext {
  /** The longest response time of the list, which fills a bar. */
  slowest: number;
}

interface ColumnLooks {
  header: string;
  /** Pixels. */
  width: number;
  cell: (trace: TraceSummary, context: RowContext) => JSX.Element | string | number;
}

const looks: Record<FixedColumn, ColumnLooks> = {
  status: { header: 'Result', width: 128, cell: (trace) => <StatusCell trace={trace} /> },
  request: { header: 'Request', width: 232, cell: (trace) => <UrlCell trace={trace} /> },
  response: { header: 'Response time', width: 150, cell: (trace, { slowest }) => <ResponseBar seconds={trace.ResponseTime} slowest={slowest} status={statusOf(trace)} /> },
  start: { header: 'Started', width: 92, cell: (trace) => <StartCell trace={trace} /> },
  http: { header: 'HTTP', width: 58, cell: (trace) => trace.Http?.HttpStatus ?? dash },
  entry: { header: 'Entry point', width: 130, cell: (trace) => <EntryCell trace={trace} /> },
  user: { header: 'User', width: 96, cell: (trace) => <Cut text={usersOf(trace)} /> },
  duration: { header: 'Duration', width: 96, cell: (trace) => (trace.Duration === null ? dash : durationText(trace.Duration)) },
  client: { header: 'Client IP', width: 140, cell: (trace) => <Cut text={trace.Http?.ClientIp} /> },
  agent: { header: 'User agent', width: 180, cell: (trace) => <Cut text={trace.Http?.UserAgent} /> },
  services: { header: 'Services', width: 88, cell: (trace) => trace.ServiceIds?.length ?? dash },
  annotations: { header: 'Annotations', width: 104, cell: (trace) => annotationCount(trace) },
  id: {
    header: 'Trace id',
    width: 310,
    cell: (trace) => (
      <Link className="rs-link rs-mono rs-idcell" to={paths.trace(trace.Id)}>
        {trace.Id}
      </Link>
    ),
  },
};

const isFixed = (name: Column): name is FixedColumn => name in looks;

/** looksOf says how a column looks. */
export const looksOf = (name: Column): ColumnLooks => {
  if (isFixed(name)) return looks[name];
  const key = name.slice('annotation.'.length);
  return { header: key, width: 130, cell: (trace) => <Cut text={annotationText(trace, key)} /> };
};
