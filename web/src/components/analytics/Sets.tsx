import { Link } from 'react-router';
import type { Analysis } from '../../api/queries';
import type { Set } from '../../api/rayscope.gen';
import { Facts } from '../../ui/Facts';
import { ShareBar } from '../../ui/ShareBar';
import { scopeOfA, scopeOfB } from '../../url/analyticsLinks';
import { countText, durationText } from '../../util/format';
import { paths } from '../../url/paths';
import type { Counts } from '../../util/status';
import type { View } from '../../url/view';
import type { AnalyticsPlace } from './useAnalytics';
import { percentText } from './words';

const countsOf = ({ OkCount, ErrorCount, ThrottleCount, FaultCount }: Set): Counts => ({ ok: OkCount, error: ErrorCount, throttle: ThrottleCount, fault: FaultCount });

const timeText = (seconds: number | null): string => (seconds === null ? 'none' : durationText(seconds));

interface SetCardProps {
  side: 'a' | 'b' | null;
  title: string;
  set: Set;
  exact: boolean;
  /** The list with these traces; null if there is none. */
  scope: Partial<View> | null;
}

const SetCard = ({ side, title, set, exact, scope }: SetCardProps) => (
  <section className="rs-card rs-pad rs-set" aria-label={title}>
    <h2 className="rs-h2">
      {side !== null && (
        <span className="rs-side" data-side={side}>
          {side.toUpperCase()}
        </span>
      )}{' '}
      {title}: <span className="rs-num">{exact ? '' : 'at least '}{countText(set.Count)}</span> {set.Count === 1 ? 'request' : 'requests'}
    </h2>
    <ShareBar counts={countsOf(set)} />
    <Facts
      facts={[
        { label: 'Faults', value: `${countText(set.FaultCount)} (${percentText(set.Count === 0 ? 0 : set.FaultCount / set.Count)})` },
        { label: 'Errors, throttled', value: `${countText(set.ErrorCount)}, ${countText(set.ThrottleCount)}` },
        { label: 'Half take at most (p50)', value: timeText(set.P50) },
        { label: '95 of 100 at most (p95)', value: timeText(set.P95) },
        { label: '99 of 100 at most (p99)', value: timeText(set.P99) },
        ...(set.OpenCount > 0 ? [{ label: 'Not finished', value: countText(set.OpenCount) }] : []),
      ]}
    />
    {scope === null ? (
      <p className="rs-note rs-small">These requests are no single list: they lie before and after a time, or are what is left of several conditions.</p>
    ) : (
      <Link className="rs-link" to={paths.traces(scope)}>
        Show these traces
      </Link>
    )}
  </section>
);

/** The figures of both sets side by side. */
export const Sets = ({ place: { view, state }, data: { answer, window, compared } }: { place: AnalyticsPlace; data: Analysis }) => {
  const { A, B, Exact } = answer;
  return (
    <div className="rs-sets">
      <SetCard side={B === null ? null : 'a'} title={B === null ? 'All requests' : 'Selection'} set={A} exact={Exact} scope={scopeOfA(view, state, window)} />
      {B !== null && <SetCard side="b" title={compared ? 'Compared with' : 'The rest'} set={B} exact={Exact} scope={scopeOfB(view, state, window)} />}
    </div>
  );
};
