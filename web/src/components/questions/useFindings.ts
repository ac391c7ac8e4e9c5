import { useMemo } from 'react';
import { useAnalysis } from '../../api/queries';
import type { Target, Views } from '../../api/rayscope.gen';
import { useTarget } from '../../api/targetQueries';
import { secondsOf, type TimeRange } from '../../util/range';
import type { View } from '../../url/view';
import type { Findings, SlowLine } from './answer';

/** A small chart has room for so many columns. */
const columns = 30;

const periodOf = (range: TimeRange): number => Math.max(1, Math.ceil(secondsOf(range) / columns));

/** What a request was given before it took its course, and what tells more than one host apart from another. */
const circumstances = ['annotation.*', 'user', 'http.clientip', 'http.useragent', 'availabilityzone', 'instance.id'];

/** roundedDown keeps two digits, so that the line of what is slow does not move with every refresh. */
export const roundedDown = (value: number): number => {
  if (!(value > 0)) return 0;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.floor(value / unit + 1e-9) * unit).toPrecision(2));
};

/** slowLine is the target where requests miss it, else where the slowest twentieth begins: there is always something to speed up. */
export const slowLine = (p95: number | null, { ResponseTime }: Target): SlowLine =>
  p95 === null || p95 > ResponseTime || roundedDown(p95) === 0 ? { seconds: ResponseTime, isTarget: true } : { seconds: roundedDown(p95), isTarget: false };

const allViews: Views = { Histogram: { BucketsPerDecade: 8 }, Users: {} };

/** What the questions about requests are answered from: three analyses, of all, of what failed and of what was slow. */
export const useFindings = (view: View) => {
  const target = useTarget(view.group);
  const all = useAnalysis(view, allViews);
  const series = { Period: periodOf(view.range) };
  const ranking = { Attributes: circumstances, Limit: 5 };
  const faults = useAnalysis(view, { TimeSeries: series, Users: {}, Ranking: ranking, Tables: [{ Attribute: 'rootcause.fault', Limit: 100 }], Exceptions: { Limit: 20 } }, { selection: { FilterExpression: 'fault' } });
  const line = useMemo(() => (all.data === undefined || target.data === undefined ? null : slowLine(all.data.answer.A.P95, target.data.target)), [all.data, target.data]);
  const slow = useAnalysis(view, { TimeSeries: series, Users: {}, Ranking: ranking, Tables: [{ Attribute: 'rootcause.responsetime', Limit: 100 }] }, { selection: { MinResponseTime: line?.seconds ?? 0 } }, line !== null);
  const findings: Findings | null =
    all.data === undefined || faults.data === undefined || slow.data === undefined || target.data === undefined || line === null
      ? null
      : { view, target: target.data.target, all: all.data.answer, faults: faults.data.answer, slow: slow.data.answer, line };
  const asked = [target, all, faults, slow];
  return {
    findings,
    from: target.data?.from ?? 'default',
    error: asked.map(({ error }) => error).find((error) => error !== null) ?? null,
    isFetching: asked.some(({ isFetching }) => isFetching),
    refetch: () => Promise.all(asked.map(({ refetch }) => refetch())),
  };
};
