import type { AnalyzeResponse, PickedTrace } from '../api/rayscope.gen';
import { joined } from './conditions';
import type { Entity } from '../trace/entity';
import type { Window } from './range';
import { isStatusClass, type StatusClass } from './status';

/** Similar requests are looked for so long before and after a trace, in seconds. */
const around = 1800;

/** windowAround is the time in which requests like one that began at a moment are looked for. */
export const windowAround = (epoch: number): Window => ({ start: Math.floor(epoch) - around, end: Math.floor(epoch) + around });

/** sameStart finds requests that began with the same method in the same service. */
export const sameStart = ({ name, http }: Entity): string => joined([`service(${JSON.stringify(name)}) { root }`, http.method === null ? '' : `http.method = ${JSON.stringify(http.method)}`]);

/** How requests like a given one are found: by the template of its URL, which the server knows, and are called. */
export interface Kind {
  filter: string;
  words: string;
}

/** kindOf reads that from the table of templates of requests with the very URL. */
export const kindOf = (root: Entity, templates: AnalyzeResponse | null): Kind => {
  const row = templates?.Tables[0]?.Rows[0];
  const page = row?.Value?.String ?? null;
  const words = [root.http.method, page ?? 'requests'].filter((word) => word !== null).join(' ');
  return { filter: joined([sameStart(root), page === null ? '' : (row?.Expression ?? '')]), words: `${words}, answered first by ${root.name}` };
};

export interface Similar {
  id: string;
  start: number;
  took: number;
  status: StatusClass;
}

/** Similar requests by why one would compare with them. */
export interface SimilarGroup {
  title: string;
  items: Similar[];
}

/** So many of each kind are offered. */
const offered = 4;

/** One more is asked for than is offered: the trace itself may be among them. */
export const asked = offered + 1;

const similarOf = ({ Id, Time, ResponseTime, Class }: PickedTrace): Similar => ({ id: Id, start: Time, took: ResponseTime, status: isStatusClass(Class) ? Class : 'ok' });

/** groupsOf offers each trace once, in the first group that has it, and never the one to compare with. */
export const groupsOf = (id: string, lists: { title: string; items: PickedTrace[] }[]): SimilarGroup[] => {
  const seen = new Set([id]);
  const groups = lists.map(({ title, items }) => {
    const fresh = items.filter(({ Id }) => !seen.has(Id)).slice(0, offered);
    fresh.forEach(({ Id }) => seen.add(Id));
    return { title, items: fresh.map(similarOf) };
  });
  return groups.filter(({ items }) => items.length > 0);
};
