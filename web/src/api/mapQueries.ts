import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { graphOf, type Graph } from '../graph/graph';
import { withoutWorkersClients } from '../graph/graphParts';
import { secondsOf, windowOf, type Window } from '../util/range';
import { api } from './client';
import { nowSeconds, refetchEvery, type Scope } from './queries';
import type { GraphResponse } from './rayscope.gen';
import type { TimeSeriesBucket } from './types';

export interface WindowGraph {
  graph: Graph;
  window: Window;
  /** How many traces a filtered map is of, and whether all were looked at; null for a map of everything. */
  seen: Pick<GraphResponse, 'TracesSeen' | 'TracesMatched' | 'StoppedBecause'> | null;
}

const groupOf = ({ group }: Scope): { GroupName?: string } => (group === '' ? {} : { GroupName: group });

/** The service map of a scope. Only with a filter are traces read one by one. */
export const useServiceGraph = (scope: Scope) =>
  useQuery({
    queryKey: ['service graph', scope.range, scope.filter, scope.group],
    queryFn: async ({ signal }): Promise<WindowGraph> => {
      const window = windowOf(scope.range, nowSeconds());
      const query = { StartTime: window.start, EndTime: window.end, ...groupOf(scope) };
      if (scope.filter === '') {
        const { Services } = await api.serviceGraph(query, signal);
        return { graph: withoutWorkersClients(graphOf(Services)), window, seen: null };
      }
      const answer = await api.graph({ ...query, FilterExpression: scope.filter }, signal);
      return { graph: withoutWorkersClients(graphOf(answer.Services)), window, seen: answer };
    },
    refetchInterval: refetchEvery(scope.range, scope.live),
    placeholderData: keepPreviousData,
  });

export interface Series {
  window: Window;
  /** Length of a bucket in seconds. */
  period: number;
  /** Oldest first; those without requests are left out. */
  buckets: TimeSeriesBucket[];
}

/** Longer ranges get buckets of five minutes: a small chart has no room for more than this many. */
const mostMinutes = 90;

/** What was counted of a node or an edge over time. Filters do not apply. */
export const useTimeSeries = (scope: Scope, selector: string, enabled: boolean) =>
  useQuery({
    queryKey: ['time series', scope.range, scope.group, selector],
    queryFn: async ({ signal }): Promise<Series> => {
      const window = windowOf(scope.range, nowSeconds());
      const period = secondsOf(scope.range) <= mostMinutes * 60 ? 60 : 300;
      // Buckets are asked for by their ends.
      const query = { StartTime: window.start, EndTime: window.end + period, Period: period, EntitySelectorExpression: selector, ...groupOf(scope) } as const;
      const buckets: TimeSeriesBucket[] = [];
      for (let token: string | null = ''; token !== null; ) {
        const page = await api.timeSeries(token === '' ? query : { ...query, NextToken: token }, signal);
        buckets.push(...(page.TimeSeriesServiceStatistics ?? []));
        token = page.NextToken === '' ? null : page.NextToken;
      }
      return { window, period, buckets: buckets.reverse() };
    },
    refetchInterval: refetchEvery(scope.range, scope.live),
    enabled,
  });
