import type { AnnotationValue, TraceSummary } from '../api/types';
import { statusOf, usersOf } from './summaryRow';
import { classWords } from './status';
import { utcText } from './format';

const valueOf = ({ StringValue, NumberValue, BooleanValue }: AnnotationValue): string => StringValue ?? String(NumberValue ?? BooleanValue ?? '');

/** annotationText is what a trace has under a key, several values joined; empty if it has none. */
export const annotationText = (trace: TraceSummary, key: string): string =>
  [...new Set((trace.Annotations?.[key] ?? []).flatMap(({ AnnotationValue: value }) => (value === null ? [] : [valueOf(value)])))].join(', ');

type Field = [name: string, value: (trace: TraceSummary) => string | number];

const fields: Field[] = [
  ['trace_id', ({ Id }) => Id],
  ['start_utc', ({ StartTime }) => (StartTime === null ? '' : utcText(StartTime))],
  ['result', (trace) => classWords[statusOf(trace)].label],
  ['response_time_seconds', ({ ResponseTime }) => ResponseTime ?? ''],
  ['duration_seconds', ({ Duration }) => Duration ?? ''],
  ['method', ({ Http }) => Http?.HttpMethod ?? ''],
  ['url', ({ Http }) => Http?.HttpURL ?? ''],
  ['http_status', ({ Http }) => Http?.HttpStatus ?? ''],
  ['entry_point', ({ EntryPoint }) => EntryPoint?.Name ?? ''],
  ['users', usersOf],
  ['client_ip', ({ Http }) => Http?.ClientIp ?? ''],
  ['user_agent', ({ Http }) => Http?.UserAgent ?? ''],
  ['partial', ({ IsPartial }) => String(IsPartial === true)],
];

/**
 * csvField quotes a value as RFC 4180 wants it. Text that a spreadsheet would run as a formula gets an apostrophe in front, as
 * what programs and their callers send is in these fields.
 */
export const csvField = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const csvLine = (values: (string | number)[]): string => `${values.map(csvField).join(',')}\r\n`;

/** csvOf writes traces as a table with a column for every annotation key that one of them has. */
export const csvOf = (traces: TraceSummary[]): string => {
  const keys = [...new Set(traces.flatMap(({ Annotations }) => Object.keys(Annotations ?? {})))].sort();
  const head = csvLine([...fields.map(([name]) => name), ...keys.map((key) => `annotation.${key}`)]);
  return head + traces.map((trace) => csvLine([...fields.map(([, value]) => value(trace)), ...keys.map((key) => annotationText(trace, key))])).join('');
};
