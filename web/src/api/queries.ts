import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { graphOf, type Graph } from '../graph/graph';
import { liveSecondsOf, windowOf, type TimeRange, type Window } from '../util/range';
import type { View } from '../url/view';
import { treeOf, type TraceTree } from '../trace/tree';
import { api, ApiError } from './client';
import type { AnalyzeResponse, Selection, Views } from './rayscope.gen';
import type { GroupSummary, TraceSummary } from './types';

export const nowSeconds = (): number => Date.now() / 1000;

/** How often to ask again, in milliseconds. */
export const refetchEvery = (range: TimeRange, live: boolean): number | false =>
  live && range.kind === 'last' ? liveSecondsOf(range) * 1000 : false;

export const useTraceGraph = (id: string) =>
  useQuery({
    queryKey: ['trace graph', id],
    queryFn: async ({ signal }): Promise<Graph> => graphOf((await api.traceGraph(id, signal)).Services),
  });

/** How often an open trace is read again while something in it still runs. */
const pendingTraceMs = 3000;

export const traceQuery = (id: string) =>
  queryOptions({
    queryKey: ['trace', id],
    queryFn: async ({ signal }): Promise<TraceTree> => {
      const trace = (await api.traces([id], signal)).Traces?.[0];
      if (trace === undefined) {
        throw new ApiError('missing', 'There is no trace with this id. It may be too old, or its data has not arrived yet.');
      }
      return treeOf(trace);
    },
  });

export const useTrace = (id: string) =>
  useQuery({
    ...traceQuery(id),
    refetchInterval: ({ state }) =>
      state.data?.roots.some((root) => root.status === 'pending') === true ? pendingTraceMs : false,
  });

/** BatchGetTraces takes no more ids at a time. */
const tracesPerCall = 5;

/** useTraces reads several traces that may or may not be there; ids of those that are not have no entry. */
export const useTraces = (ids: string[]) =>
  useQuery({
    queryKey: ['traces', ...ids],
    enabled: ids.length > 0,
    queryFn: async ({ signal }): Promise<Map<string, TraceTree>> => {
      const unique = [...new Set(ids)];
      const groups = Array.from({ length: Math.ceil(unique.length / tracesPerCall) }, (_, i) => unique.slice(i * tracesPerCall, (i + 1) * tracesPerCall));
      const answers = await Promise.all(groups.map((group) => api.traces(group, signal)));
      return new Map(answers.flatMap(({ Traces }) => Traces ?? []).map((trace) => [trace.Id, treeOf(trace)]));
    },
  });

/** Half of the window of calls that one call is compared with, and the step to which it is rounded so that calls share it; seconds. */
const kindWindow = 1800;
const kindStep = 300;

/** useKind reads the service graph of the hour around a moment, to compare a call with its like. */
export const useKind = (epoch: number) => {
  const middle = Math.round(epoch / kindStep) * kindStep;
  return useQuery({
    queryKey: ['kind', middle],
    queryFn: async ({ signal }): Promise<Graph> => graphOf((await api.serviceGraph({ StartTime: middle - kindWindow, EndTime: middle + kindWindow }, signal)).Services),
    staleTime: 60_000,
  });
};

/** One page of the trace list, with the window its token belongs to. */
export interface SummaryPage {
  summaries: TraceSummary[];
  window: Window;
  token: string | null;
}

type PageParam = { window: Window; token: string } | null;

/** Live refresh reads all loaded pages again, so it rests once this many are open. */
export const livePages = 3;

export const useTraceSummaries = (range: TimeRange, live: boolean, filter = '', enabled = true) =>
  useInfiniteQuery({
    queryKey: ['trace summaries', range, filter],
    initialPageParam: null as PageParam,
    queryFn: async ({ pageParam, signal }): Promise<SummaryPage> => {
      const window = pageParam?.window ?? windowOf(range, nowSeconds());
      const query = { StartTime: window.start, EndTime: window.end, ...(filter === '' ? {} : { FilterExpression: filter }) };
      const answer = await api.traceSummaries(pageParam === null ? query : { ...query, NextToken: pageParam.token }, signal);
      return { summaries: answer.TraceSummaries ?? [], window, token: answer.NextToken };
    },
    getNextPageParam: ({ token, window }): PageParam | undefined => (token === null || token === '' ? undefined : { token, window }),
    refetchInterval: ({ state }) => (state.data?.pages.length ?? 0) <= livePages && refetchEvery(range, live),
    placeholderData: keepPreviousData,
    enabled,
  });

/** The newest trace of the last six hours, or null; asked again every `everyMs`, once if that is null. */
export const useNewestTrace = (everyMs: number | null, enabled = true) =>
  useQuery({
    queryKey: ['newest trace', everyMs],
    queryFn: async ({ signal }): Promise<TraceSummary | null> => {
      const window = windowOf({ kind: 'last', seconds: 6 * 3600 }, nowSeconds());
      const answer = await api.traceSummaries({ StartTime: window.start, EndTime: window.end + 60 }, signal);
      return answer.TraceSummaries?.[0] ?? null;
    },
    refetchInterval: everyMs ?? false,
    enabled,
  });

export const useServerInfo = () =>
  useQuery({ queryKey: ['info'], queryFn: ({ signal }) => api.info(signal), staleTime: Infinity });

/** All groups, the default one among them. */
export const useGroups = () =>
  useQuery({
    queryKey: ['groups'],
    queryFn: async ({ signal }): Promise<GroupSummary[]> => {
      const groups: GroupSummary[] = [];
      let token: string | null = null;
      do {
        const page = await api.groups(token, signal);
        groups.push(...(page.Groups ?? []));
        token = page.NextToken;
      } while (token !== null && token !== '');
      return groups;
    },
    staleTime: 60_000,
  });

/** Which traces a page looks at. */
export type Scope = Pick<View, 'range' | 'live' | 'filter' | 'group'>;

export interface Analysis {
  answer: AnalyzeResponse;
  window: Window;
  /** Set B is what a second expression matches, not the rest. It goes with the answer, which may be older than what is chosen now. */
  compared: boolean;
}

/** What the server finds out about the traces of a scope, in one pass over them. Keep `views` and `split` as small as the page needs. */
export const useAnalysis = (scope: Scope, views: Views, split: { selection?: Selection; compare?: string } = {}, enabled = true) =>
  useQuery({
    queryKey: ['analysis', scope.range, scope.filter, scope.group, views, split],
    queryFn: async ({ signal }): Promise<Analysis> => {
      const window = windowOf(scope.range, nowSeconds());
      const query = {
        StartTime: window.start,
        EndTime: window.end,
        ...(scope.filter === '' ? {} : { FilterExpression: scope.filter }),
        ...(scope.group === '' ? {} : { GroupName: scope.group }),
        ...(split.selection === undefined ? {} : { Selection: split.selection }),
        ...(split.compare === undefined || split.compare === '' ? {} : { Compare: split.compare }),
        Views: views,
      };
      return { answer: await api.analyze(query, signal), window, compared: 'Compare' in query };
    },
    refetchInterval: refetchEvery(scope.range, scope.live),
    placeholderData: keepPreviousData,
    enabled,
  });
