import { defaultView, writeView, type View } from './view';

const withView = (path: string, view: Partial<View>): string => {
  const query = writeView({ ...defaultView, ...view }).toString();
  return query === '' ? path : `${path}?${query}`;
};

/** All links of the console are built here. */
export const paths = {
  map: (view: Partial<View> = {}) => withView('/map', view),
  traces: (view: Partial<View> = {}) => withView('/traces', view),
  trace: (id: string, view: Partial<View> = {}) => withView(`/trace/${encodeURIComponent(id)}`, view),
  traceFile: () => '/trace-file',
  compare: (a: string, b = '') => `/compare?${new URLSearchParams({ a, ...(b === '' ? {} : { b }) }).toString()}`,
  start: () => '/start',
};

/** What a link to another page keeps of the present view. */
export const rangeOnly = ({ range, live }: View): Partial<View> => ({ range, live });
