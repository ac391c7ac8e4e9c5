import Button from '@cloudscape-design/components/button';
import type { SamplingRule } from '../../api/adminTypes';
import { Spark } from '../../ui/Spark';
import { countOf, countText } from '../../util/format';
import { howMuchText, isDefaultRule, perSecondText, whichText, type TrendSeries } from '../../util/samplingRule';
import { shareText } from '../../util/status';

interface RuleRowProps {
  rule: SamplingRule;
  trend: TrendSeries | null;
  onEdit: () => void;
  onDelete: () => void;
}

const Trend = ({ name, trend }: { name: string; trend: TrendSeries }) => {
  const { requests, sampled, borrowed } = trend.totals;
  if (requests === 0) return <span className="rs-muted">nothing reported in the last {minutesText(trend.seconds)}</span>;
  const words = `${countText(requests)} matched (${perSecondText(requests / trend.seconds)}), ${countText(sampled)} sampled (${shareText(sampled, requests)}), ${countText(borrowed)} borrowed`;
  return (
    <>
      <Spark
        label={`Rule ${name} in the last ${minutesText(trend.seconds)}: ${words}`}
        series={[
          { name: 'matched', colour: '--rs-muted', values: trend.requests },
          { name: 'sampled', colour: '--rs-accent', values: trend.sampled },
          { name: 'borrowed', colour: '--rs-throttle', values: trend.borrowed },
        ]}
      />
      <p className="rs-small rs-muted">{words}</p>
    </>
  );
};

const minutesText = (seconds: number): string => countOf(Math.round(seconds / 60), 'minute');

/** A sampling rule in the list. */
export const RuleRow = ({ rule, trend, onEdit, onDelete }: RuleRowProps) => (
  <tr>
    <td className="rs-admin-num" data-label="Priority">
      {isDefaultRule(rule) ? 'last' : rule.Priority}
    </td>
    <th scope="row">{rule.RuleName}</th>
    <td data-label="For">{whichText(rule)}</td>
    <td data-label="Keeps">{howMuchText(rule)}</td>
    <td>{trend !== null && <Trend name={rule.RuleName} trend={trend} />}</td>
    <td>
      <span className="rs-admin-acts">
        <Button variant="inline-link" ariaLabel={`Edit rule ${rule.RuleName}`} onClick={onEdit}>
          Edit
        </Button>
        {!isDefaultRule(rule) && (
          <Button variant="inline-link" ariaLabel={`Delete rule ${rule.RuleName}`} onClick={onDelete}>
            Delete
          </Button>
        )}
      </span>
    </td>
  </tr>
);
