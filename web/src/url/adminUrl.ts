import type { InsightPhase } from '../api/adminTypes';
import type { Codec } from './urlState';

/** Which insights are listed. */
export interface InsightList {
  phase: InsightPhase | '';
  days: number;
}

/** The steps that the page offers; insights are kept for 30 days. */
export const insightDays = [1, 7, 30] as const;

export const insightListCodec: Codec<InsightList> = {
  keys: ['phase', 'days'],
  read: (query) => {
    const phase = query.get('phase');
    return {
      phase: phase === 'active' ? 'ACTIVE' : phase === 'closed' ? 'CLOSED' : '',
      days: insightDays.find((days) => String(days) === query.get('days')) ?? 7,
    };
  },
  write: ({ phase, days }, query) => {
    if (phase !== '') query.set('phase', phase.toLowerCase());
    if (days !== 7) query.set('days', String(days));
  },
};

/** What a page of named things is editing: a new one, the one with a name, or nothing. */
export interface Editing {
  edit: { name: string } | 'new' | null;
}

export const editingCodec: Codec<Editing> = {
  keys: ['new', 'edit'],
  read: (query) => {
    const name = query.get('edit');
    if (name !== null && name !== '') return { edit: { name } };
    return { edit: query.has('new') ? 'new' : null };
  },
  write: ({ edit }, query) => {
    if (edit === 'new') query.set('new', '1');
    else if (edit !== null) query.set('edit', edit.name);
  },
};

/** The request that the page for sampling asks the rules about. */
export interface Tested {
  host: string;
  method: string;
  path: string;
  service: string;
  type: string;
  /** Requests a second, as it was written. */
  rate: string;
}

export const noTested: Tested = { host: '', method: '', path: '', service: '', type: '', rate: '' };

const testedKeys = ['host', 'method', 'path', 'service', 'type', 'rate'] as const;

export const testedCodec: Codec<Tested> = {
  keys: testedKeys,
  read: (query) => Object.fromEntries(testedKeys.map((key) => [key, query.get(key) ?? ''])) as unknown as Tested,
  write: (tested, query) => {
    for (const key of testedKeys) if (tested[key] !== '') query.set(key, tested[key]);
  },
};
