import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { graphOf, impactOf, type Graph } from '../graph/graph';
import { impactWindowOf } from '../util/insight';
import { admin } from './admin';
import type { Insight, InsightEvent, InsightPhase } from './adminTypes';
import { api } from './client';
import type { SamplingMatchRequest } from './rayscope.gen';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** How often pages look for what others changed, and for what has happened since. */
const steadyMs = 30_000;

/** The oldest insights are 30 days old; a minute less, so that clocks may differ. */
const insightsKept = 30 * 86_400 - 60;

/** Insights of a group, newest first; `days` back. */
export const useInsights = (group: string, days: number, phase: InsightPhase | '') =>
  useInfiniteQuery({
    queryKey: ['insights', group, days, phase],
    initialPageParam: null as { token: string; end: number } | null,
    queryFn: async ({ pageParam, signal }) => {
      const end = pageParam?.end ?? nowSeconds() + 1;
      const answer = await admin.insightSummaries(
        {
          GroupName: group,
          StartTime: end - Math.min(days * 86_400, insightsKept),
          EndTime: end,
          ...(phase === '' ? {} : { States: [phase] }),
          ...(pageParam === null ? {} : { NextToken: pageParam.token }),
        },
        signal,
      );
      return { insights: answer.InsightSummaries ?? [], token: answer.NextToken, end };
    },
    getNextPageParam: ({ token, end }) => (token === null || token === '' ? undefined : { token, end }),
    refetchInterval: steadyMs,
  });

export const useInsight = (id: string) =>
  useQuery({
    queryKey: ['insight', id],
    queryFn: async ({ signal }): Promise<Insight> => (await admin.insight(id, signal)).Insight,
    refetchInterval: ({ state }) => (state.data?.State === 'ACTIVE' ? steadyMs : false),
  });

/** All events of an insight, newest first: the server keeps 1,000 at most. */
export const useInsightEvents = (id: string) =>
  useQuery({
    queryKey: ['insight events', id],
    queryFn: async ({ signal }): Promise<InsightEvent[]> => {
      const events: InsightEvent[] = [];
      let token: string | null = null;
      do {
        const page = await admin.insightEvents(id, token, signal);
        events.push(...(page.InsightEvents ?? []));
        token = page.NextToken;
      } while (token !== null && token !== '');
      return events;
    },
    refetchInterval: steadyMs,
  });

/** The services that an insight touches, with the traffic that the map has of them. */
export const useImpactGraph = (insight: Insight) =>
  useQuery({
    queryKey: ['impact graph', insight.InsightId, insight.EndTime],
    queryFn: async ({ signal }): Promise<Graph> => {
      const { start, end } = impactWindowOf(insight, nowSeconds());
      const [impact, map] = await Promise.all([
        admin.impactGraph(insight.InsightId, start, end, signal),
        api.serviceGraph({ StartTime: start, EndTime: end }, signal),
      ]);
      return impactOf(impact.Services, graphOf(map.Services));
    },
  });

export const useSamplingRules = () =>
  useQuery({ queryKey: ['sampling', 'rules'], queryFn: async ({ signal }) => (await admin.rules(signal)).SamplingRuleRecords ?? [], refetchInterval: steadyMs });

/** Clients report every ten seconds. */
export const useSamplingTrend = () => useQuery({ queryKey: ['sampling', 'trend'], queryFn: ({ signal }) => admin.trend(signal), refetchInterval: 10_000 });

export const useSamplingMatch = (query: SamplingMatchRequest, enabled: boolean) =>
  useQuery({ queryKey: ['sampling', 'match', query], queryFn: ({ signal }) => admin.match(query, signal), enabled });

/** Tags of a resource; null asks for nothing. */
export const useTags = (arn: string | null) =>
  useQuery({ queryKey: ['tags', arn], queryFn: async ({ signal }) => (arn === null ? [] : ((await admin.tags(arn, signal)).Tags ?? [])), enabled: arn !== null, staleTime: 0, gcTime: 0 });

export const useEncryption = () => useQuery({ queryKey: ['encryption'], queryFn: async ({ signal }) => (await admin.encryption(signal)).EncryptionConfig });

export const usePolicies = () => useQuery({ queryKey: ['policies'], queryFn: async ({ signal }) => (await admin.policies(signal)).ResourcePolicies ?? [] });

export const useIndexing = () => useQuery({ queryKey: ['indexing'], queryFn: async ({ signal }) => (await admin.indexing(signal)).IndexingRules });

export const useDestination = () => useQuery({ queryKey: ['destination'], queryFn: async ({ signal }) => (await admin.destination(signal)).Destination });

export const useDaemons = () => useQuery({ queryKey: ['daemons'], queryFn: async ({ signal }) => (await admin.daemons(signal)).Daemons, refetchInterval: steadyMs });

/** useForget makes what was read of something be read again, after it was changed. */
export const useForget = (): ((key: string) => Promise<void>) => {
  const client = useQueryClient();
  return useCallback((key) => client.invalidateQueries({ queryKey: [key] }), [client]);
};
