import Button from '@cloudscape-design/components/button';
import { Link } from 'react-router';
import type { GroupSummary } from '../../api/types';
import { ShareBar } from '../../ui/ShareBar';
import { paths } from '../../url/paths';
import type { Counts } from '../../util/status';
import { lastHour, useShare } from './useShare';

interface GroupRowProps {
  group: GroupSummary;
  onEdit: () => void;
  onDelete: () => void;
}

const insightsText = (group: GroupSummary): string => {
  if (group.InsightsConfiguration?.InsightsEnabled !== true) return 'Off';
  return group.InsightsConfiguration.NotificationsEnabled === true ? 'On, with notifications' : 'On';
};

const Share = ({ name }: { name: string }) => {
  const { answer, error } = useShare({ filter: '', group: name });
  if (error !== null) return <span className="rs-muted">unknown: {error.message}</span>;
  if (answer === undefined) return <span className="rs-muted">…</span>;
  const { OkCount, ErrorCount, FaultCount, ThrottleCount, Count } = answer.part;
  const counts: Counts = { ok: OkCount, error: ErrorCount, fault: FaultCount, throttle: ThrottleCount };
  return (
    <>
      {answer.words}
      {Count > 0 && <ShareBar counts={counts} />}
    </>
  );
};

/** A group in the list, with its traffic of the last hour. */
export const GroupRow = ({ group, onEdit, onDelete }: GroupRowProps) => {
  const name = group.GroupName;
  const isDefault = name === 'Default';
  const scope = { range: lastHour, group: isDefault ? '' : name };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-label="Requests">{isDefault ? <span className="rs-muted">all requests; every account has this group</span> : <code className="rs-mono">{group.FilterExpression}</code>}</td>
      <td data-label="Last hour">
        <Share name={name} />
      </td>
      <td data-label="Insights">{insightsText(group)}</td>
      <td>
        <span className="rs-admin-acts">
          <Link className="rs-link" to={paths.map(scope)} aria-label={`Map of group ${name}`}>
            Map
          </Link>
          <Link className="rs-link" to={paths.traces(scope)} aria-label={`Traces of group ${name}`}>
            Traces
          </Link>
          <Button variant="inline-link" ariaLabel={`Edit group ${name}`} onClick={onEdit}>
            Edit
          </Button>
          {!isDefault && (
            <Button variant="inline-link" ariaLabel={`Delete group ${name}`} onClick={onDelete}>
              Delete
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
};
