import { Link } from 'react-router';
import { useDaemons } from '../../api/adminQueries';
import type { Daemon } from '../../api/rayscope.gen';
import { Spark } from '../../ui/Spark';
import { StatusLabel } from '../../ui/StatusIcon';
import { TimeText } from '../../ui/TimeText';
import { placeText, productText, sumsOf, sumsText, troublesOf } from '../../util/daemon';
import { ageText } from '../../util/format';
import { paths } from '../../url/paths';
import { useNow } from '../../util/useNow';
import { Card } from './Card';

/** A daemon reports once a minute: after three it is silent. */
const silentSeconds = 180;

const State = ({ heard }: { heard: number | null }) => {
  const now = useNow();
  if (heard === null) return <span className="rs-muted">never heard</span>;
  return (
    <>
      <StatusLabel status={now - heard > silentSeconds ? 'error' : 'ok'} text={now - heard > silentSeconds ? 'Silent' : 'Reports'} />
      <p className="rs-small rs-muted">
        <TimeText epoch={heard} text={ageText(heard, now)} />
      </p>
    </>
  );
};

const Row = ({ daemon }: { daemon: Daemon }) => {
  const records = daemon.TelemetryRecords;
  const words = sumsText(sumsOf(daemon));
  return (
    <tr>
      <th scope="row">{placeText(daemon)}</th>
      <td data-label="Program" title={daemon.UserAgent}>
        {productText(daemon.UserAgent)}
      </td>
      <td>
        <State heard={daemon.LastHeard} />
      </td>
      <td>
        <Spark
          label={`Documents in its last ${records.length} reports: ${words}`}
          series={[
            { name: 'received', colour: '--rs-muted', values: records.map((r) => r.SegmentsReceivedCount) },
            { name: 'sent', colour: '--rs-ok', values: records.map((r) => r.SegmentsSentCount) },
            { name: 'lost', colour: '--rs-fault', values: records.map((r) => r.SegmentsSpilloverCount + r.SegmentsRejectedCount) },
          ]}
        />
        <p className="rs-small rs-muted">{words}</p>
      </td>
      <td data-label="Failed calls">{troublesOf(daemon).join('; ') || 'none'}</td>
    </tr>
  );
};

/** The daemons that report to the server. */
export const DaemonsCard = () => {
  const query = useDaemons();
  const daemons = query.data ?? [];
  return (
    <Card title="Daemons" about="Daemons on other machines report each minute what they took and sent on. The last 15 reports of each are shown." from={query}>
      {query.data !== undefined && daemons.length === 0 && (
        <p className="rs-note rs-pad">
          None has reported. Programs may also send to this server directly; <Link className="rs-link" to={paths.start()}>the first steps</Link> say how.
        </p>
      )}
      {daemons.length > 0 && (
        <table className="rs-admin-table">
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Program</th>
              <th scope="col">State</th>
              <th scope="col">Documents: received (line), sent (dashes), lost (dots)</th>
              <th scope="col">Failed calls</th>
            </tr>
          </thead>
          <tbody>
            {daemons.map((daemon) => (
              <Row key={placeText(daemon)} daemon={daemon} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
};
