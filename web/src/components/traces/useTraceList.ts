import { useCallback, useMemo } from 'react';
import { livePages, useAnalysis, useTraceSummaries } from '../../api/queries';
import { mostPoints, useExtremes } from '../../api/traceList';
import type { Views } from '../../api/rayscope.gen';
import type { TraceSummary } from '../../api/types';
import { listFilter } from '../../util/conditions';
import type { View } from '../../url/view';
import { attributeTables } from './attributes';

/** A page may begin where live refresh moved the one before it: a trace is listed once. */
const unique = (summaries: TraceSummary[]): TraceSummary[] => [...new Map(summaries.map((summary) => [summary.Id, summary])).values()];

const viewsFor = (sort: View['sort']): Views => ({
  Histogram: { BucketsPerDecade: 20 },
  HeatMap: {},
  Traces: { Order: sort === 'fastest' ? 'fastest' : 'slowest', Limit: mostPoints },
  Tables: attributeTables,
});

/** useFindings is what the server says of all traces that match: one pass for the page, a second one for the counts of classes that were not chosen. */
export const useFindings = (view: View) => {
  const views = useMemo(() => viewsFor(view.sort), [view.sort]);
  // Groups go by name, so that one that does not exist is told.
  const scope = { range: view.range, live: view.live, group: view.group, filter: listFilter({ ...view, group: '' }) };
  const found = useAnalysis(scope, views);
  const chosen = view.classes.length > 0;
  const unclassed = useAnalysis({ ...scope, filter: listFilter({ ...view, group: '', classes: [] }) }, {}, {}, chosen);
  const figures = (chosen ? unclassed : found).data?.answer.A ?? null;
  return { ...found, figures };
};

export type Findings = ReturnType<typeof useFindings>;

/** useTraceList is the traces of the list: newest first as far as they are loaded, or the slowest or fastest of all. */
export const useTraceList = (view: View, findings: Findings) => {
  const filter = listFilter(view);
  const isNewest = view.sort === 'newest';
  const newest = useTraceSummaries(view.range, view.live, filter, isNewest);
  const { data: found } = findings;
  const extremes = useExtremes(view.sort === 'fastest' ? 'fastest' : 'slowest', filter, found?.window ?? null, found?.answer.Traces?.Items ?? [], !isNewest && !findings.isPlaceholderData);
  const pages = newest.data?.pages;
  const loaded = useMemo(() => (pages === undefined ? undefined : unique(pages.flatMap((page) => page.summaries))), [pages]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = newest;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (!isNewest) return { ...extremes, traces: extremes.data, error: findings.error ?? extremes.error, hasMore: false, more, loadingMore: false, rests: false };
  return { ...newest, traces: loaded, hasMore: hasNextPage, more, loadingMore: isFetchingNextPage, rests: (pages?.length ?? 0) > livePages };
};

export type TraceList = ReturnType<typeof useTraceList>;
