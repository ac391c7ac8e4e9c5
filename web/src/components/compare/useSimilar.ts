import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Views } from '../../api/rayscope.gen';
import type { Entity } from '../../trace/entity';
import { joined } from '../../util/conditions';
import { asked, groupsOf, kindOf, sameStart, windowAround, type SimilarGroup } from '../../util/similar';

/** What is worth comparing with, the suggestion first. */
const reasons = [
  { title: 'Quickest that went well', condition: 'ok', order: 'fastest' },
  { title: 'Failed last', condition: 'fault OR error OR throttle', order: 'newest' },
  { title: 'Slowest', condition: '', order: 'slowest' },
];

export interface SimilarAnswer {
  words: string;
  groups: SimilarGroup[];
}

/** Requests of the same kind as a trace, from the time around it. */
export const useSimilar = (id: string, root: Entity) =>
  useQuery({
    queryKey: ['similar', id],
    queryFn: async ({ signal }): Promise<SimilarAnswer> => {
      const { start: StartTime, end: EndTime } = windowAround(root.start);
      const analyze = (FilterExpression: string, Views: Views) => api.analyze({ StartTime, EndTime, FilterExpression, Views }, signal);
      const { url } = root.http;
      const templates = url === null ? null : await analyze(joined([sameStart(root), `http.url = ${JSON.stringify(url)}`]), { Tables: [{ Attribute: 'url.template', Limit: 1 }] });
      const { filter, words } = kindOf(root, templates);
      const lists = await Promise.all(
        reasons.map(async ({ title, condition, order }) => {
          const { Traces } = await analyze(joined([filter, condition]), { Traces: { Order: order, Limit: asked } });
          return { title, items: Traces?.Items ?? [] };
        }),
      );
      return { words, groups: groupsOf(id, lists) };
    },
    staleTime: 60_000,
  });
