import type { AnalyzeResponse, Target } from '../../api/rayscope.gen';
import { allOf } from '../../util/expression';
import type { Origin } from '../../util/origins';
import { paths, scopeOf } from '../../url/paths';
import { wordsOf } from '../../util/range';
import type { StatusClass } from '../../util/status';
import type { View } from '../../url/view';

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
  /** The page that shows what the line counts. */
  to?: string;
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

/** filterBy is the page's filter with more conditions. */
export const filterBy = (view: View, ...more: string[]): string => allOf(view.filter, ...more);

/** tracesOf links to the traces of the page's scope that match. */
export const tracesOf = (view: View, expressions: string[], more: Partial<View> = {}): string =>
  paths.traces({ ...scopeOf(view), ...more, filter: filterBy(view, ...expressions) });

export const rangeWords = (view: View): string => wordsOf(view.range);

/** Traces that were seen, in words that tell when they were not all. */
export const atLeast = ({ Exact }: AnalyzeResponse): string => (Exact ? '' : 'at least ');

/** As many lines as a small chart has room for. */
const mostMeters = 4;

export const originMeters = (origins: Origin[], total: number, share: (part: number, whole: number) => string, status: StatusClass, to: (origin: Origin) => string): Meter[] =>
  origins.slice(0, mostMeters).map((origin) => ({ label: origin.service, value: Math.min(1, origin.count / Math.max(1, total)), text: share(origin.count, total), status, to: to(origin) }));
