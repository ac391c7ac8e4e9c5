import { lazy, Suspense } from 'react';
import { Facts } from '../../ui/Facts';
import { ShareBar } from '../../ui/ShareBar';
import { Skeleton } from '../../ui/Skeleton';
import { StatusLabel } from '../../ui/StatusIcon';
import { countText, durationText, rateText } from '../../util/format';
import type { Traffic } from '../../graph/graph';
import type { MapView } from '../../graph/mapView';
import { percentile } from '../../graph/stats';
import { classWords, countedClasses, shareText, type CountedClass } from '../../util/status';
import type { ChangeMap } from '../../graph/useMapView';
import { BandFields } from './BandFields';

const Histogram = lazy(() => import('../../ui/chart/Histogram'));

interface TrafficProps {
  traffic: Traffic;
  minutes: number;
  view: MapView;
  change: ChangeMap;
  /** What is counted are events on their way: results belong to the receiver, times are how long they waited. */
  isLink?: boolean;
}

const toggled = (only: CountedClass[], name: CountedClass): CountedClass[] =>
  countedClasses.filter((other) => (other === name) !== only.includes(other));

const ClassCounts = ({ traffic, view, change, isLink }: TrafficProps) => (
  <div>
    <ShareBar counts={traffic.counts} />
    <table className="rs-classes">
      <caption className="rs-visually-hidden">Requests by result</caption>
      <tbody>
        {countedClasses.map((name) => (
          <tr key={name} title={classWords[name].meaning}>
            <th scope="row">
              {isLink === true ? (
                <StatusLabel status={name} />
              ) : (
                <label>
                  <input type="checkbox" checked={view.only.includes(name)} onChange={() => change({ only: toggled(view.only, name) }, { replace: true })} />
                  <StatusLabel status={name} />
                </label>
              )}
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

const Times = ({ traffic, view, change, isLink }: TrafficProps) => {
  const { histogram } = traffic;
  if (histogram.length === 0) return null;
  return (
    <section aria-label="Distribution of response times">
      <h3 className="rs-h3">{isLink === true ? 'How long work waits' : 'How long requests take'}</h3>
      <Suspense fallback={<Skeleton height={170} label="Loading the chart" />}>
        {isLink === true ? <Histogram entries={histogram} /> : <Histogram entries={histogram} chosen={view.band} onBand={(band) => change({ band }, { replace: true })} />}
      </Suspense>
      {isLink !== true && (
        <>
          <p className="rs-note rs-small">Drag over the bars to choose times, or write them:</p>
          <BandFields key={JSON.stringify(view.band)} band={view.band} onBand={(band) => change({ band }, { replace: true })} />
        </>
      )}
    </section>
  );
};

/** The numbers of a node or an edge: results, times, and the distribution of times, of which parts can be chosen. */
export const TrafficFacts = (props: TrafficProps) => {
  const { traffic, minutes } = props;
  const facts = [
    { label: 'Requests', value: countText(traffic.total) },
    { label: 'Per minute', value: rateText(traffic.total / minutes) },
    { label: 'Average', value: timeText(traffic.average) },
    { label: 'Half take at most (p50)', value: timeText(percentile(traffic.histogram, 0.5)) },
    { label: '9 of 10 take at most (p90)', value: timeText(percentile(traffic.histogram, 0.9)) },
    { label: '99 of 100 take at most (p99)', value: timeText(percentile(traffic.histogram, 0.99)) },
  ];
  return (
    <>
      <ClassCounts {...props} />
      <Facts facts={facts} />
      <Times {...props} />
    </>
  );
};
