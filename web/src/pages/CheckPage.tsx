import '../styles/check.css';
import Toggle from '@cloudscape-design/components/toggle';
import { useChecks } from '../api/checkQueries';
import type { ChecksResponse } from '../api/rayscope.gen';
import { CheckRow } from '../components/check/CheckRow';
import { TestTrace } from '../components/check/TestTrace';
import { StorageCard } from '../components/storage/StorageCard';
import { Problem } from '../ui/Problem';
import { SkeletonRows } from '../ui/Skeleton';
import { StatusLabel } from '../ui/StatusIcon';
import { checkCodec, isWrong, stateWords, verdictOf } from '../util/checks';
import { ageText } from '../util/format';
import { useNow } from '../util/useNow';
import { useTitle } from '../util/useTitle';
import { useUrlState } from '../url/urlState';

const Answers = ({ answer }: { answer: ChecksResponse }) => {
  const [{ wrongOnly }, change] = useUrlState(checkCodec);
  const now = useNow();
  const verdict = verdictOf(answer);
  const shown = wrongOnly ? answer.Checks.filter(isWrong) : answer.Checks;
  return (
    <section className="rs-card rs-checks" aria-label="Checks">
      <div className="rs-checks-head">
        <p role="status" className="rs-checks-verdict">
          <StatusLabel status={stateWords[verdict.state].icon} text={verdict.text} />
        </p>
        <span className="rs-muted rs-small">checked {ageText(answer.Time, now)}, again every 10 s</span>
        <Toggle checked={wrongOnly} onChange={({ detail }) => change({ wrongOnly: detail.checked })}>
          Only what needs a look
        </Toggle>
      </div>
      {shown.length === 0 && <p className="rs-pad">Nothing needs a look.</p>}
      <ul className="rs-checklist">
        {shown.map((check) => (
          <CheckRow key={check.Id} check={check} />
        ))}
      </ul>
    </section>
  );
};

/** Why are traces missing? What the server knows of its own set-up. */
const CheckPage = () => {
  useTitle('Set-up check');
  const { data, error, refetch } = useChecks();
  return (
    <div className="rs-checkpage">
      <div>
        <h1 className="rs-h1">Set-up check</h1>
        <p className="rs-note">
          From the programs that send to the disk that keeps: does each step work, and what is to be done if not? On the machine of a program{' '}
          <code className="rs-mono">rayscope doctor</code> checks its side too.
        </p>
      </div>
      <TestTrace />
      {error !== null && <Problem what="The checks could not be asked for" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={12} label="Loading the checks" />}
      {data !== undefined && <Answers answer={data} />}
      <StorageCard />
    </div>
  );
};

export default CheckPage;
