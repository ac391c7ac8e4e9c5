import type { Table } from '../api/rayscope.gen';
import { quoted } from './expression';

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

/** With a smaller share of all, or fewer requests, a place is no second cause. */
const leastShare = 0.15;
const leastCount = 3;

/** mainOrigins are the places where much of it began: several, if troubles that have nothing to do with each other are mixed. */
export const mainOrigins = (origins: Origin[], total: number): Origin[] => origins.filter(({ count }, i) => i === 0 || (count >= leastCount && count >= leastShare * total));

/** faultsFrom is the expression for the requests that failed first in a service. */
export const faultsFrom = (service: string): string => `rootcause.fault.service { last and name = ${quoted(service)} }`;
