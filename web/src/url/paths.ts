import { queryOf, type Analytics } from './analytics';
import { defaultView, writeView, type View } from './view';

/** withView is a path with the view in it, and with keys of the page's own codec. */
export const withView = (path: string, view: Partial<View>, more: Record<string, string> = {}): string => {
  const query = writeView({ ...defaultView, ...view });
  for (const [key, value] of Object.entries(more)) query.set(key, value);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
};

/** All links of the console are built here. */
export const paths = {
  home: (view: Partial<View> = {}) => withView('/', view),
  map: (view: Partial<View> = {}) => withView('/map', view),
  traces: (view: Partial<View> = {}) => withView('/traces', view),
  trace: (id: string, view: Partial<View> = {}) => withView(`/trace/${encodeURIComponent(id)}`, view),
  analytics: (view: Partial<View> = {}, state: Partial<Analytics> = {}) => withView('/analytics', view, queryOf(state)),
  traceFile: () => '/trace-file',
  compare: (a: string, b = '') => `/compare?${new URLSearchParams({ a, ...(b === '' ? {} : { b }) }).toString()}`,
  check: () => '/check',
  insights: (view: Partial<View> = {}) => withView('/insights', view),
  insight: (id: string) => `/insights/${encodeURIComponent(id)}`,
  groups: () => '/groups',
  sampling: () => '/sampling',
  settings: () => '/settings',
  start: () => '/start',
};

/** What a link to another page keeps of the present view: which data it looks at. */
export const scopeOf = ({ range, live, filter, group }: View): Partial<View> => ({ range, live, filter, group });
