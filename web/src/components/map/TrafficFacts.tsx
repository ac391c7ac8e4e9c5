import { lazy, Suspense } from 'react';
import { Facts } from '../../ui/Facts';
import { ShareBar } from '../../ui/ShareBar';
import { Skeleton } from '../../ui/Skeleton';
import { StatusLabel } from '../../ui/StatusIcon';
import { countText, durationText, rateText } from '../../util/format';
import type { Traffic } from '../../util/graph';
import { percentile } from '../../util/stats';
import { classWords, countedClasses, shareText } from '../../util/status';

const Histogram = lazy(() => import('../../ui/chart/Histogram'));

const ClassCounts = ({ traffic }: { traffic: Traffic }) => (
  <div>
    <ShareBar counts={traffic.counts} />
    <table className="rs-classes">
      <caption className="rs-visually-hidden">Requests by result</caption>
      <tbody>
        {countedClasses.map((name) => (
          <tr key={name} title={classWords[name].meaning}>
            <th scope="row">
              <StatusLabel status={name} />
            </th>
            <td>{countText(traffic.counts[name])}</td>
            <td>{shareText(traffic.counts[name], traffic.total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const timeText = (value: number | null): string => (value === null ? '–' : durationText(value));

/** The numbers of a node or an edge: results, times, and the distribution of times. */
export const TrafficFacts = ({ traffic, minutes }: { traffic: Traffic; minutes: number }) => {
  const { histogram } = traffic;
  const facts = [
    { label: 'Requests', value: countText(traffic.total) },
    { label: 'Per minute', value: rateText(traffic.total / minutes) },
    { label: 'Average', value: timeText(traffic.average) },
    { label: 'Half take at most (p50)', value: timeText(percentile(histogram, 0.5)) },
    { label: '9 of 10 take at most (p90)', value: timeText(percentile(histogram, 0.9)) },
    { label: '99 of 100 take at most (p99)', value: timeText(percentile(histogram, 0.99)) },
  ];
  return (
    <>
      <ClassCounts traffic={traffic} />
      <Facts facts={facts} />
      {histogram.length > 0 && (
        <section aria-label="Distribution of response times">
          <h3 className="rs-h3">How long requests take</h3>
          <Suspense fallback={<Skeleton height={170} label="Loading the chart" />}>
            <Histogram entries={histogram} />
          </Suspense>
        </section>
      )}
    </>
  );
};
