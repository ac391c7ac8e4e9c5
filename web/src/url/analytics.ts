import type { Selection } from '../api/rayscope.gen';
import type { Codec } from './urlState';

/** Columns that the tables of values can be ordered by. */
export const orders = ['traces', 'delta', 'faults', 'p50', 'p95'] as const;
export type Order = (typeof orders)[number];

/** What is chosen on the page for analytics, beside the scope. */
export interface Analytics {
  /** A filter expression: the requests that set A has; empty for all. */
  select: string;
  /** The stretch of time that set A has, in epoch seconds; null is open. */
  since: number | null;
  until: number | null;
  /** The response times that set A has, in seconds, `max` not among them; null is open. */
  min: number | null;
  max: number | null;
  /** A filter expression: the requests that set B has; empty for those that are not in A. */
  compare: string;
  /** Whether the distribution shows counts instead of shares. */
  counts: boolean;
  /** Attributes whose values have a table. */
  tables: string[];
  /** Attribute whose values' percentiles are shown. */
  by: string;
  order: Order;
}

export const allAnnotations = 'annotation.*';

export const noSelection = { select: '', since: null, until: null, min: null, max: null } as const;

export const defaultAnalytics: Analytics = {
  ...noSelection,
  compare: '',
  counts: false,
  tables: ['http.status', 'url.template', 'service', 'http.method', 'user', 'rootcause.fault', allAnnotations],
  by: 'url.template',
  order: 'traces',
};

/** As many tables as the server makes at once, less the one for percentiles. */
const mostTables = 39;

const numberOf = (text: string | null): number | null => {
  const value = Number(text ?? Number.NaN);
  return text !== null && text !== '' && Number.isFinite(value) && value >= 0 ? value : null;
};

/** Names of attributes may have any character, so the comma between them is escaped in them. */
const listText = (names: string[]): string => names.map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(',');

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const listOf = (text: string): string[] => [...new Set(text.split(',').filter((name) => name !== '').map(unescaped))].slice(0, mostTables);

const read = (query: URLSearchParams): Analytics => {
  const tables = query.get('tables');
  return {
    select: query.get('select') ?? '',
    since: numberOf(query.get('since')),
    until: numberOf(query.get('until')),
    min: numberOf(query.get('min')),
    max: numberOf(query.get('max')),
    compare: query.get('compare') ?? '',
    counts: query.get('scale') === 'counts',
    tables: tables === null ? defaultAnalytics.tables : listOf(tables),
    by: query.get('by') ?? defaultAnalytics.by,
    order: orders.find((order) => order === query.get('order')) ?? defaultAnalytics.order,
  };
};

const write = (state: Analytics, query: URLSearchParams): void => {
  for (const key of ['select', 'compare'] as const) if (state[key] !== '') query.set(key, state[key]);
  for (const key of ['since', 'until', 'min', 'max'] as const) if (state[key] !== null) query.set(key, String(state[key]));
  if (state.counts) query.set('scale', 'counts');
  if (listText(state.tables) !== listText(defaultAnalytics.tables)) query.set('tables', listText(state.tables));
  if (state.by !== defaultAnalytics.by) query.set('by', state.by);
  if (state.order !== defaultAnalytics.order) query.set('order', state.order);
};

export const analyticsCodec: Codec<Analytics> = {
  keys: ['select', 'since', 'until', 'min', 'max', 'compare', 'scale', 'tables', 'by', 'order'],
  read,
  write,
};

/** selectionOf is set A as the server is asked for it; null if nothing is selected. */
export const selectionOf = ({ select, since, until, min, max }: Analytics): Selection | null => {
  const selection: Selection = {
    ...(select === '' ? {} : { FilterExpression: select }),
    ...(since === null ? {} : { StartTime: since }),
    ...(until === null ? {} : { EndTime: until }),
    ...(min === null ? {} : { MinResponseTime: min }),
    ...(max === null ? {} : { MaxResponseTime: max }),
  };
  return Object.keys(selection).length === 0 ? null : selection;
};

/** queryOf is what a link needs to say of a state. */
export const queryOf = (state: Partial<Analytics>): Record<string, string> => {
  const query = new URLSearchParams();
  write({ ...defaultAnalytics, ...state }, query);
  return Object.fromEntries(query);
};
