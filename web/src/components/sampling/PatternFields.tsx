import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { patterns, type RuleDraft } from '../../util/samplingRule';

interface PatternFieldsProps {
  draft: RuleDraft;
  change: (patch: Partial<RuleDraft>) => void;
  wrong: (member: string) => string | null;
}

/** Which requests a rule is for. */
export const PatternFields = ({ draft, change, wrong }: PatternFieldsProps) => (
  <fieldset className="rs-fieldset">
    <legend className="rs-h3">Which requests</legend>
    <p className="rs-note rs-small">All of these must match. * stands for anything, ? for one character; upper and lower case do not matter.</p>
    <div className="rs-fieldgrid">
      {patterns.map(({ member, label, what, most }) => (
        <FormField key={member} label={label} constraintText={`${what}. At most ${most} characters.`} errorText={wrong(member)}>
          <Input value={draft.patterns[member]} spellcheck={false} onChange={({ detail }) => change({ patterns: { ...draft.patterns, [member]: detail.value } })} />
        </FormField>
      ))}
    </div>
  </fieldset>
);
