import { Link } from 'react-router';
import type { InsightSummary } from '../../api/adminTypes';
import { TimeText } from '../../ui/TimeText';
import { durationText } from '../../util/format';
import { impactText, serviceText } from '../../util/insight';
import { paths } from '../../url/paths';
import { useNow } from '../../util/useNow';
import { PhaseLabel } from './PhaseLabel';

/** An insight in the list. */
export const InsightRow = ({ insight }: { insight: InsightSummary }) => {
  const now = useNow();
  return (
    <tr>
      <th scope="row">
        <Link className="rs-link" to={paths.insight(insight.InsightId)}>
          {insight.Summary ?? 'An insight without a summary'}
        </Link>
      </th>
      <td>
        <PhaseLabel phase={insight.State} />
      </td>
      <td data-label="First service">{serviceText(insight.RootCauseServiceId)}</td>
      <td data-label="Clients">{impactText(insight.ClientRequestImpactStatistics)}</td>
      <td data-label="Since">
        <TimeText epoch={insight.StartTime} />
        <p className="rs-muted rs-small">for {durationText((insight.EndTime ?? now) - insight.StartTime)}</p>
      </td>
    </tr>
  );
};
