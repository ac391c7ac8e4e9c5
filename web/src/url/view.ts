import { defaultRange, formatLast, parseLast, validBetween, type TimeRange } from '../util/range';
import { isStatusClass, statusClasses, type StatusClass } from '../util/status';
import type { Codec } from './urlState';

export const detailTabs = ['overview', 'resources', 'annotations', 'metadata', 'exceptions', 'sql', 'raw'] as const;
export type DetailTab = (typeof detailTabs)[number];

export const tracePanes = ['timeline', 'flame', 'calls'] as const;
export type TracePane = (typeof tracePanes)[number];

/** A part of a trace, in seconds since its start. */
export interface Zoom {
  from: number;
  to: number;
}

export const traceSorts = ['newest', 'slowest', 'fastest'] as const;
export type TraceSort = (typeof traceSorts)[number];

/** Everything a page shows that is not data. It lives in the URL and nowhere else. */
export interface View {
  range: TimeRange;
  /** Refresh by itself. An absolute range never does. */
  live: boolean;
  /** A filter expression: only traces that match it; empty for all. */
  filter: string;
  /** Name of a group: only its traces; empty for all. */
  group: string;
  /** Key of the selected map node or edge; at most one of both. */
  node: string | null;
  edge: string | null;
  /** Trace list: show these classes only; empty means all. */
  classes: StatusClass[];
  /** Trace list: only traces that pass through all of these nodes. */
  via: string[];
  sort: TraceSort;
  /** Trace: id of the selected entity and the tab of its details. */
  row: string | null;
  tab: DetailTab;
  /** Trace: how its rows are drawn. */
  pane: TracePane;
  /** Trace: words to look for among the rows. */
  find: string;
  /** Trace: only rows that failed, with what is above them. */
  failuresOnly: boolean;
  zoom: Zoom | null;
}

export const defaultView: View = {
  range: defaultRange,
  live: true,
  filter: '',
  group: '',
  node: null,
  edge: null,
  classes: [],
  via: [],
  sort: 'newest',
  row: null,
  tab: 'overview',
  pane: 'timeline',
  find: '',
  failuresOnly: false,
  zoom: null,
};

const oneOf = <T extends string>(options: readonly T[], text: string | null, otherwise: T): T =>
  options.find((option) => option === text) ?? otherwise;

const readRange = (query: URLSearchParams): TimeRange => {
  const start = Number(query.get('from') ?? Number.NaN);
  const end = Number(query.get('to') ?? Number.NaN);
  if (validBetween(start, end)) return { kind: 'between', start, end };
  const seconds = parseLast(query.get('last') ?? '');
  return seconds === null ? defaultRange : { kind: 'last', seconds };
};

const readZoom = (text: string | null): Zoom | null => {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? '');
  if (match === null) return null;
  const [from, to] = [Number(match[1]), Number(match[2])];
  return to > from && Number.isFinite(to) ? { from, to } : null;
};

/** Whole microseconds, which is what documents hold. */
const secondsText = (seconds: number): string => seconds.toFixed(6).replace(/\.?0+$/, '');

export const readView = (query: URLSearchParams): View => {
  const chosen = new Set((query.get('class') ?? '').split(',').filter(isStatusClass));
  const node = query.get('node');
  return {
    range: readRange(query),
    live: query.get('live') !== 'off',
    filter: query.get('filter') ?? '',
    group: query.get('group') ?? '',
    node,
    edge: node === null ? query.get('edge') : null,
    classes: statusClasses.filter((name) => chosen.has(name)),
    via: query.getAll('via'),
    sort: oneOf(traceSorts, query.get('sort'), defaultView.sort),
    row: query.get('row'),
    tab: oneOf(detailTabs, query.get('tab'), defaultView.tab),
    pane: oneOf(tracePanes, query.get('show'), defaultView.pane),
    find: query.get('find') ?? '',
    failuresOnly: query.get('only') === 'failures',
    zoom: readZoom(query.get('zoom')),
  };
};

const writeRange = (range: TimeRange, query: URLSearchParams): void => {
  if (range.kind === 'between') {
    query.set('from', String(range.start));
    query.set('to', String(range.end));
  } else if (range.seconds !== (defaultRange.kind === 'last' ? defaultRange.seconds : 0)) {
    query.set('last', formatLast(range.seconds));
  }
};

const write = (view: View, query: URLSearchParams): void => {
  writeRange(view.range, query);
  if (!view.live) query.set('live', 'off');
  if (view.filter !== '') query.set('filter', view.filter);
  if (view.group !== '') query.set('group', view.group);
  if (view.node !== null) query.set('node', view.node);
  else if (view.edge !== null) query.set('edge', view.edge);
  if (view.classes.length > 0) query.set('class', view.classes.join(','));
  for (const node of view.via) query.append('via', node);
  if (view.sort !== defaultView.sort) query.set('sort', view.sort);
  if (view.row !== null) query.set('row', view.row);
  if (view.tab !== defaultView.tab) query.set('tab', view.tab);
  if (view.pane !== defaultView.pane) query.set('show', view.pane);
  if (view.find !== '') query.set('find', view.find);
  if (view.failuresOnly) query.set('only', 'failures');
  if (view.zoom !== null) query.set('zoom', `${secondsText(view.zoom.from)}-${secondsText(view.zoom.to)}`);
};

export const viewCodec: Codec<View> = {
  keys: ['from', 'to', 'last', 'live', 'filter', 'group', 'node', 'edge', 'class', 'via', 'sort', 'row', 'tab', 'show', 'find', 'only', 'zoom'],
  read: readView,
  write,
};

/** writeView leaves out what is as by default. */
export const writeView = (view: View): URLSearchParams => {
  const query = new URLSearchParams();
  write(view, query);
  return query;
};
