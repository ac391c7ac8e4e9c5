import type { Analysis } from '../../api/queries';
import { countText } from '../../util/format';
import { faultsFrom, mainOrigins, originsOf } from '../../util/origins';
import { shareText } from '../../util/status';
import type { AnalyticsPlace } from './useAnalytics';

/** Where the faults of a selection began. */
export const causesTable = 'rootcause.fault';

/** Several troubles in one selection blur each other's ranking: says so, and offers each by itself. */
export const Causes = ({ place, data: { answer } }: { place: AnalyticsPlace; data: Analysis }) => {
  const faults = answer.A.FaultCount;
  const places = mainOrigins(originsOf(answer.Tables.find(({ Attribute }) => Attribute === causesTable)), faults);
  if (places.length < 2) return null;
  return (
    <div className="rs-causes" role="group" aria-label="Where the faults of the selection began">
      <p>
        <strong>The faults of the selection began in {countText(places.length)} places</strong>, so this may be more than one trouble. Look at one at a time:
      </p>
      <div className="rs-chips">
        {places.map(({ service, count }) => (
          <button key={service} type="button" className="rs-chip" title={`Select only the faults that began in ${service}`} onClick={() => place.acts.select({ select: `fault AND ${faultsFrom(service)}` })}>
            {service}
            <span className="rs-chip-count">
              {countText(count)} ({shareText(count, faults)})
            </span>
          </button>
        ))}
      </div>
    </div>
  );
};
