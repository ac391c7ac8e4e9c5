import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useSamplingMatch } from '../../api/adminQueries';
import type { SamplingMatchRequest, SamplingMatchResponse } from '../../api/rayscope.gen';
import { Problem } from '../../ui/Problem';
import { testedCodec, type Tested } from '../../url/adminUrl';
import { perSecondText, whyText } from '../../util/samplingRule';
import { useSettled } from '../../util/useSettled';
import { useUrlState } from '../../url/urlState';

const fields: { key: Exclude<keyof Tested, 'rate'>; label: string; placeholder: string }[] = [
  { key: 'host', label: 'Host', placeholder: 'shop.example.com' },
  { key: 'method', label: 'Method', placeholder: 'POST' },
  { key: 'path', label: 'Path', placeholder: '/orders/17' },
  { key: 'service', label: 'Service name', placeholder: 'shop-web' },
  { key: 'type', label: 'Service type', placeholder: 'AWS::ECS::Container' },
];

/** How long a pause in typing is before the server is asked. */
const pauseMs = 300;

const rateOf = (text: string): number | null => {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? null : value;
};

const requestOf = (tested: Tested): SamplingMatchRequest => ({
  Host: tested.host.trim(),
  HTTPMethod: tested.method.trim(),
  URLPath: tested.path.trim(),
  ServiceName: tested.service.trim(),
  ServiceType: tested.type.trim(),
  RequestsPerSecond: rateOf(tested.rate),
});

const Answer = ({ answer, rate }: { answer: SamplingMatchResponse; rate: number | null }) => (
  <>
    <p role="status">
      <strong>Rule {answer.RuleName} decides.</strong>
      {answer.SampledPerSecond !== null && rate !== null && ` Of ${perSecondText(rate)} it keeps about ${perSecondText(answer.SampledPerSecond)}, once all processes have their part of the reservoir.`}
    </p>
    <ol className="rs-verdicts" aria-label="What each rule makes of it, in the order in which they are tried">
      {answer.Rules.map((verdict) => (
        <li key={verdict.RuleName} data-verdict={verdict.Verdict}>
          <strong>{verdict.RuleName}</strong>
          <p className="rs-small">{whyText(verdict)}</p>
        </li>
      ))}
    </ol>
  </>
);

/** Asks the server which rule decides on a request. */
export const MatchTester = () => {
  const [tested, change] = useUrlState(testedCodec);
  const asked = useSettled(tested, pauseMs);
  const empty = Object.values(asked).every((text: string) => text.trim() === '');
  const { data, error, refetch } = useSamplingMatch(requestOf(asked), !empty);
  const rateWrong = tested.rate.trim() !== '' && rateOf(tested.rate) === null;
  return (
    <section className="rs-card rs-pad rs-tester" aria-labelledby="rs-tester-title">
      <div>
        <h2 className="rs-h2" id="rs-tester-title">
          Would this request match?
        </h2>
        <p className="rs-note">Describe a request. What you leave empty is not known, and every pattern matches it, as in the SDKs.</p>
      </div>
      <div className="rs-fieldgrid">
        {fields.map(({ key, label, placeholder }) => (
          <FormField key={key} label={label}>
            <Input value={tested[key]} placeholder={placeholder} spellcheck={false} onChange={({ detail }) => change({ [key]: detail.value }, { replace: true })} />
          </FormField>
        ))}
        <FormField label="Such requests per second" errorText={rateWrong ? 'Write a number, for example 40.' : null}>
          <Input value={tested.rate} placeholder="40" inputMode="decimal" onChange={({ detail }) => change({ rate: detail.value }, { replace: true })} />
        </FormField>
      </div>
      {error !== null && <Problem what="The server could not say which rule decides" error={error} retry={refetch} />}
      {!empty && data !== undefined && <Answer answer={data} rate={rateOf(asked.rate)} />}
    </section>
  );
};
