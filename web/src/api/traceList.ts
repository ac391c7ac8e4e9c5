import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { joined } from '../util/conditions';
import type { Window } from '../util/range';
import { inOrder } from '../util/summaryRow';
import { api } from './client';
import type { PickedTrace } from './rayscope.gen';
import type { TraceSummary } from './types';

/** How many traces are picked for a chart of all of them; with more a heat map tells more. */
export const mostPoints = 500;

/** How many of the slowest or fastest traces are listed: who wants to see more narrows the filter. */
export const mostOrdered = 300;

/** readSummaries yields the traces of a window page by page, newest first. */
export async function* readSummaries(window: Window, filter: string, signal: AbortSignal): AsyncGenerator<TraceSummary[], void, undefined> {
  let token: string | null = null;
  do {
    const answer = await api.traceSummaries(
      { StartTime: window.start, EndTime: window.end, ...(filter === '' ? {} : { FilterExpression: filter }), ...(token === null ? {} : { NextToken: token }) },
      signal,
    );
    yield answer.TraceSummaries ?? [];
    token = answer.NextToken === '' ? null : answer.NextToken;
  } while (token !== null);
}

export type Extreme = 'slowest' | 'fastest';

/** boundOf is the condition that the first `mostOrdered` of the picked traces meet, and beside them those that took exactly as long. */
export const boundOf = (picked: PickedTrace[], order: Extreme): string => {
  const last = picked[Math.min(picked.length, mostOrdered) - 1];
  return `responsetime ${order === 'slowest' ? '>=' : '<='} ${last?.ResponseTime ?? 0}`;
};

/** The slowest or fastest of all traces that match, in that order; `picked` are the first of them as the analysis of the window found them. */
export const useExtremes = (order: Extreme, filter: string, window: Window | null, picked: PickedTrace[], enabled: boolean) => {
  const bound = boundOf(picked, order);
  return useQuery({
    queryKey: ['trace extremes', order, filter, window, bound],
    queryFn: async ({ signal }): Promise<TraceSummary[]> => {
      const found: TraceSummary[] = [];
      if (window === null || picked.length === 0) return found;
      for await (const page of readSummaries(window, joined([filter, bound]), signal)) {
        found.push(...page);
        if (found.length >= 2 * mostOrdered) break; // a thousand that took as long to the microsecond
      }
      return inOrder(found, order).slice(0, mostOrdered);
    },
    placeholderData: keepPreviousData,
    enabled: enabled && window !== null,
  });
};

/** How many traces of a window match each of some conditions alone; the empty condition is all traces. */
export const useCounts = (window: Window | null, conditions: string[]) =>
  useQueries({
    queries: conditions.map((FilterExpression) => ({
      queryKey: ['count', window, FilterExpression],
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<number> =>
        (await api.analyze({ StartTime: window?.start ?? 0, EndTime: window?.end ?? 0, FilterExpression }, signal)).A.Count,
      enabled: window !== null,
    })),
  });
