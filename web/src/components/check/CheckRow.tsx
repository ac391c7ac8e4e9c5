import { Link } from 'react-router';
import type { Check } from '../../api/rayscope.gen';
import { CodeBlock } from '../../ui/CodeBlock';
import { StatusLabel } from '../../ui/StatusIcon';
import { isWrong, stateOf, stateWords } from '../../util/checks';
import { paths } from '../../url/paths';

const Evidence = ({ check }: { check: Check }) => (
  <details className="rs-check-evidence" open={isWrong(check)}>
    <summary>Evidence</summary>
    <dl>
      {check.Facts.map(({ Name, Value, TraceId }) => (
        <div key={`${Name} ${Value}`}>
          <dt>{Name}</dt>
          <dd>
            {Value}{' '}
            {TraceId !== null && (
              <Link className="rs-link" to={paths.trace(TraceId)} aria-label={`Open an example trace: ${Name}`}>
                Open an example
              </Link>
            )}
          </dd>
        </div>
      ))}
    </dl>
  </details>
);

/** One question with its answer, what to do, and by what it is known. */
export const CheckRow = ({ check }: { check: Check }) => {
  const state = stateOf(check);
  return (
    <li className="rs-check" data-state={state}>
      <div className="rs-check-state">
        <StatusLabel status={stateWords[state].icon} text={stateWords[state].label} />
      </div>
      <div className="rs-check-body">
        <h2 className="rs-h3">{check.Question}</h2>
        <p>{check.Sentence}</p>
        {check.NextStep !== '' && (
          <p className="rs-check-next">
            {isWrong(check) && <strong>What to do: </strong>}
            {check.NextStep}
          </p>
        )}
        {check.Command !== null && <CodeBlock code={check.Command} label={`Command for: ${check.Question}`} />}
        {check.Facts.length > 0 && <Evidence check={check} />}
      </div>
    </li>
  );
};
