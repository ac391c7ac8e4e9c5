import type { Codec } from './urlState';

/** Columns of the trace list that every trace has. */
export const fixedColumns = ['status', 'request', 'response', 'start', 'http', 'entry', 'user', 'duration', 'client', 'agent', 'services', 'annotations', 'id'] as const;
export type FixedColumn = (typeof fixedColumns)[number];

/** A column by its name: a fixed one, or `annotation.` and a key. */
export type Column = FixedColumn | `annotation.${string}`;

export const defaultColumns: Column[] = ['status', 'request', 'response', 'start', 'http', 'user', 'entry', 'id'];

/** Attributes whose values are shown when nobody chose. */
export const defaultOpen = ['service', 'http.status'];

/** What the trace list keeps in the URL beside the view. */
export interface ListState {
  columns: Column[];
  /** Attributes whose values are shown. */
  open: string[];
  /** On narrow screens: show the charts and values, which stand beside the list on wide ones. */
  tools: boolean;
}

const isColumn = (text: string): text is Column => (fixedColumns as readonly string[]).includes(text) || (text.startsWith('annotation.') && text.length > 'annotation.'.length);

/** Names are percent-encoded each, as keys of annotations may hold commas. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
};

const listIn = (text: string): string[] => text.split(',').map(decode).filter((part) => part !== '');

const textOf = (list: string[]): string => list.map(encodeURIComponent).join(',');

const same = (a: string[], b: string[]): boolean => a.length === b.length && a.every((part, i) => part === b[i]);

export const listCodec: Codec<ListState> = {
  keys: ['cols', 'open', 'tools'],
  read: (query) => {
    const columns = [...new Set(listIn(query.get('cols') ?? '').filter(isColumn))];
    const open = query.get('open');
    return { columns: columns.length === 0 ? defaultColumns : columns, open: open === null ? defaultOpen : listIn(open), tools: query.get('tools') === 'shown' };
  },
  write: ({ columns, open, tools }, query) => {
    if (!same(columns, defaultColumns)) query.set('cols', textOf(columns));
    if (!same(open, defaultOpen)) query.set('open', textOf(open));
    if (tools) query.set('tools', 'shown');
  },
};
