import type { Statistics } from '../api/types';

/** The classes a request is counted in. `pending` is only for entities that have not finished. */
export const countedClasses = ['fault', 'throttle', 'error', 'ok'] as const;
export type CountedClass = (typeof countedClasses)[number];
export const statusClasses = [...countedClasses, 'pending'] as const;
export type StatusClass = (typeof statusClasses)[number];

export const isStatusClass = (text: string): text is StatusClass => (statusClasses as readonly string[]).includes(text);

interface ClassWords {
  /** For chips and cells. */
  label: string;
  /** For counts: "3 faults". */
  plural: string;
  /** What it means, in plain words. */
  meaning: string;
}

export const classWords: Record<StatusClass, ClassWords> = {
  ok: { label: 'OK', plural: 'OK', meaning: 'answered as it should' },
  error: { label: 'Error', plural: 'errors', meaning: 'the caller asked for something wrong (HTTP 4xx)' },
  throttle: { label: 'Throttled', plural: 'throttled', meaning: 'refused because there were too many requests (HTTP 429)' },
  fault: { label: 'Fault', plural: 'faults', meaning: 'the service itself failed (HTTP 5xx or an exception)' },
  pending: { label: 'In progress', plural: 'in progress', meaning: 'has started and not finished yet' },
};

export type Counts = Record<CountedClass, number>;

export const noCounts: Counts = { fault: 0, throttle: 0, error: 0, ok: 0 };

export const countsOf = (statistics: Statistics | null): Counts => ({
  ok: statistics?.OkCount ?? 0,
  error: statistics?.ErrorStatistics?.OtherCount ?? 0,
  throttle: statistics?.ErrorStatistics?.ThrottleCount ?? 0,
  fault: statistics?.FaultStatistics?.TotalCount ?? 0,
});

export const totalOf = (counts: Counts): number => counts.ok + counts.error + counts.throttle + counts.fault;

/** The class to warn about: the worst one that has a share, faults before throttles before errors. */
export const worstClass = (counts: Counts): CountedClass => countedClasses.find((name) => counts[name] > 0) ?? 'ok';

/** shareText says a part of a whole without ever rounding something to nothing or to everything. */
export const shareText = (part: number, whole: number): string => {
  if (whole <= 0 || part <= 0) return '0 %';
  if (part >= whole) return '100 %';
  const percent = (100 * part) / whole;
  if (percent < 1) return '< 1 %';
  return percent > 99 ? '> 99 %' : `${Math.round(percent)} %`;
};

interface Flags {
  throttle: boolean;
  fault: boolean;
  error: boolean;
}

/** classOf picks the one class an entity counts in, as the server does. */
export const classOf = ({ throttle, fault, error }: Flags): CountedClass => {
  if (throttle) return 'throttle';
  if (fault) return 'fault';
  return error ? 'error' : 'ok';
};
