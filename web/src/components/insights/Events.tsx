import Button from '@cloudscape-design/components/button';
import { useMemo, useState } from 'react';
import { useInsightEvents } from '../../api/adminQueries';
import type { InsightEvent } from '../../api/adminTypes';
import { Chart } from '../../ui/chart/Chart';
import { Problem } from '../../ui/Problem';
import { SkeletonRows } from '../../ui/Skeleton';
import { TimeText } from '../../ui/TimeText';
import { countOf } from '../../util/format';
import { impactText } from '../../util/insight';
import { eventsOption } from './eventsOption';

/** Events that stand there at first; the others on demand. */
const atFirst = 10;

const Event = ({ event, rootCause }: { event: InsightEvent; rootCause: string }) => (
  <li>
    <strong>
      <TimeText epoch={event.EventTime} />
    </strong>
    <p>{event.Summary}</p>
    <p className="rs-muted rs-small">
      Clients: {impactText(event.ClientRequestImpactStatistics)} {rootCause}: {impactText(event.RootCauseServiceRequestImpactStatistics)}
    </p>
  </li>
);

const Shares = ({ events, rootCause }: { events: InsightEvent[]; rootCause: string }) => {
  const draw = useMemo(() => eventsOption(events, rootCause), [events, rootCause]);
  return <Chart draw={draw} height={200} />;
};

/** How an insight went on. */
export const Events = ({ id, rootCause }: { id: string; rootCause: string }) => {
  const { data, error, refetch } = useInsightEvents(id);
  const [all, setAll] = useState(false);
  return (
    <section className="rs-card rs-pad rs-stack" aria-labelledby="rs-events">
      <h2 className="rs-h2" id="rs-events">
        How it went on
      </h2>
      {error !== null && <Problem what="The events could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={4} label="Loading events" />}
      {data !== undefined && data.length > 1 && <Shares events={data} rootCause={rootCause} />}
      {data !== undefined && (
        <ol className="rs-timeline" aria-label="Events, the newest first">
          {(all ? data : data.slice(0, atFirst)).map((event, i) => (
            <Event key={`${event.EventTime} ${i}`} event={event} rootCause={rootCause} />
          ))}
        </ol>
      )}
      {data !== undefined && !all && data.length > atFirst && (
        <div>
          <Button onClick={() => setAll(true)}>Show all {countOf(data.length, 'event')}</Button>
        </div>
      )}
    </section>
  );
};
