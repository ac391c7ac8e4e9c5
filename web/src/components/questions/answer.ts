import type { AnalyzeResponse, Table, Target } from '../../api/rayscope.gen';
import { paths, scopeOf } from '../../util/paths';
import { wordsOf } from '../../util/range';
import type { StatusClass } from '../../util/status';
import type { View } from '../../util/view';

/** A bar of a chart over time or over response times: `part` of `whole` stands out. */
export interface Column {
  label: string;
  whole: number;
  part: number;
}

/** A line of a chart that compares: how full it is, 0..1, and the figure in words. */
export interface Meter {
  label: string;
  value: number;
  text: string;
  status: StatusClass;
}

export type Drawing =
  | { kind: 'columns'; columns: Column[]; whole: string; part: string; status: StatusClass; about: string }
  | { kind: 'meters'; meters: Meter[]; about: string };

/** An answer to a question: one sentence, its figure, a small chart, and the page that shows it. */
export interface Answer {
  status: StatusClass;
  figure: string;
  sentence: string;
  drawing: Drawing | null;
  link: { to: string; words: string };
}

/** Response times from which on a request counts as slow, in seconds, and whether that is the target or the slowest twentieth. */
export interface SlowLine {
  seconds: number;
  isTarget: boolean;
}

/** What the answers are made of. Of `faults` and `slow`, set A is the requests that failed, or were slow, and B the rest. */
export interface Findings {
  view: View;
  target: Target;
  all: AnalyzeResponse;
  faults: AnalyzeResponse;
  slow: AnalyzeResponse;
  line: SlowLine;
}

const wrapped = (expression: string): string => (/\bor\b/i.test(expression) ? `(${expression})` : expression);

/** filterBy is the page's filter with more conditions. */
export const filterBy = (view: View, ...more: string[]): string => [view.filter, ...more].filter((part) => part.trim() !== '').map(wrapped).join(' AND ');

/** tracesOf links to the traces of the page's scope that match. */
export const tracesOf = (view: View, expressions: string[], more: Partial<View> = {}): string =>
  paths.traces({ ...scopeOf(view), ...more, filter: filterBy(view, ...expressions) });

export const quoted = (text: string): string => JSON.stringify(text);

export const rangeWords = (view: View): string => wordsOf(view.range);

/** Traces that were seen, in words that tell when they were not all. */
export const atLeast = ({ Exact }: AnalyzeResponse): string => (Exact ? '' : 'at least ');

/** Causes are told as the services on the way to them. */
const arrow = ' → ';

export interface Origin {
  service: string;
  /** The services on the way there that most requests took, itself last. */
  path: string[];
  /** Requests that it is a cause of. */
  count: number;
}

/** originsOf sums up a table of root causes by the service at the end of the way: where it began. Most first. */
export const originsOf = (table: Table | undefined): Origin[] => {
  const origins = new Map<string, Origin & { most: number }>();
  for (const { Value, A } of table?.Rows ?? []) {
    const path = (Value?.String ?? '').split(arrow);
    const service = path.at(-1) ?? '';
    if (service === '' || A.Count === 0) continue;
    const had = origins.get(service) ?? { service, path, count: 0, most: 0 };
    origins.set(service, { service, path: A.Count > had.most ? path : had.path, count: had.count + A.Count, most: Math.max(had.most, A.Count) });
  }
  return [...origins.values()].sort((a, b) => b.count - a.count || (a.service < b.service ? -1 : 1));
};

/** As many lines as a small chart has room for. */
const mostMeters = 4;

export const originMeters = (origins: Origin[], total: number, share: (part: number, whole: number) => string, status: StatusClass): Meter[] =>
  origins.slice(0, mostMeters).map(({ service, count }) => ({ label: service, value: Math.min(1, count / Math.max(1, total)), text: share(count, total), status }));
