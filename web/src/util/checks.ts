import type { Check, ChecksResponse } from '../api/rayscope.gen';
import type { StatusClass } from './status';
import { countOf } from './format';
import type { Codec } from '../url/urlState';

export const checkStates = ['problem', 'attention', 'ok', 'unknown'] as const;
export type CheckState = (typeof checkStates)[number];

/** The state of a check; a word that a newer server has counts as unknown. */
export const stateOf = ({ State }: Pick<Check, 'State'>): CheckState => checkStates.find((state) => state === State) ?? 'unknown';

interface StateWords {
  label: string;
  icon: StatusClass;
}

export const stateWords: Record<CheckState, StateWords> = {
  problem: { label: 'Problem', icon: 'fault' },
  attention: { label: 'Look at it', icon: 'error' },
  ok: { label: 'Good', icon: 'ok' },
  unknown: { label: 'Nothing to tell by', icon: 'pending' },
};

/** Which checks the page shows. */
export interface CheckView {
  wrongOnly: boolean;
}

export const checkCodec: Codec<CheckView> = {
  keys: ['show'],
  read: (query) => ({ wrongOnly: query.get('show') === 'wrong' }),
  write: ({ wrongOnly }, query) => {
    if (wrongOnly) query.set('show', 'wrong');
  },
};

export const isWrong = (check: Check): boolean => stateOf(check) === 'problem' || stateOf(check) === 'attention';

/** What the page says first. */
export const verdictOf = ({ Checks }: Pick<ChecksResponse, 'Checks'>): { state: CheckState; text: string } => {
  const problems = Checks.filter((check) => stateOf(check) === 'problem').length;
  const looks = Checks.filter((check) => stateOf(check) === 'attention').length;
  if (problems > 0) return { state: 'problem', text: `${countOf(problems, 'problem')}${looks > 0 ? ` and ${countOf(looks, 'more thing')} to look at` : ''}` };
  if (looks > 0) return { state: 'attention', text: `${countOf(looks, 'thing')} to look at` };
  return { state: 'ok', text: 'Everything that can be checked from here is good' };
};

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** sizeText writes bytes in the unit that people would use. */
export const sizeText = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value).toString() : value.toFixed(1)} ${units[unit] ?? ''}`;
};

export const kindWords: Record<string, string> = {
  documents: 'Segments as they came',
  digests: 'What lists and maps read',
  index: 'Index by time and id',
  rollups: 'Sealed minutes',
  settings: 'Settings',
  log: 'Log, and what is not sorted yet',
};
