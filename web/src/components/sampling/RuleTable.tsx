import { useSamplingTrend } from '../../api/adminQueries';
import type { SamplingRule } from '../../api/adminTypes';
import { Problem } from '../../ui/Problem';
import { seriesOf } from '../../util/samplingRule';
import { RuleRow } from './RuleRow';

interface RuleTableProps {
  rules: SamplingRule[];
  onEdit: (name: string) => void;
  onDelete: (name: string) => void;
}

const Key = ({ colour, dashes, children }: { colour: string; dashes?: string; children: string }) => (
  <span className="rs-key">
    <svg width="22" height="4" aria-hidden="true">
      <line x1="0" x2="22" y1="2" y2="2" stroke={`var(${colour})`} strokeWidth="2" strokeDasharray={dashes} />
    </svg>
    {children}
  </span>
);

/** The rules in the order in which they are tried, with what they did lately. */
export const RuleTable = ({ rules, onEdit, onDelete }: RuleTableProps) => {
  const { data, error, refetch } = useSamplingTrend();
  const trendOf = (name: string) => {
    const trend = data?.Rules.find(({ RuleName }) => RuleName === name);
    return data === undefined || trend === undefined ? null : seriesOf(data, trend);
  };
  return (
    <section className="rs-card" aria-label="Sampling rules, in the order in which they are tried">
      {error !== null && <Problem what="What the rules did lately could not be loaded" error={error} retry={refetch} />}
      <table className="rs-admin-table">
        <thead>
          <tr>
            <th scope="col">Priority</th>
            <th scope="col">Name</th>
            <th scope="col">For</th>
            <th scope="col">Keeps</th>
            <th scope="col">The last 15 minutes</th>
            <th scope="col">What to do</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <RuleRow key={rule.RuleName} rule={rule} trend={trendOf(rule.RuleName)} onEdit={() => onEdit(rule.RuleName)} onDelete={() => onDelete(rule.RuleName)} />
          ))}
        </tbody>
      </table>
      <p className="rs-pad rs-note rs-small">
        <Key colour="--rs-muted">matched</Key>
        <Key colour="--rs-accent" dashes="4 2">
          sampled
        </Key>
        <Key colour="--rs-throttle" dashes="1.5 2">
          borrowed: a new process may sample one request a second before it has its part of the reservoir
        </Key>
      </p>
      <p className="rs-pad rs-note rs-small rs-trendnote">
        Programs report every ten seconds; what they reported is kept since this server was started.
      </p>
    </section>
  );
};
