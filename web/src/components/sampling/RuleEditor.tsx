import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import { admin, saveTags } from '../../api/admin';
import type { SamplingRule, Tag } from '../../api/adminTypes';
import { refusalOf, fieldsOf } from '../../util/refusal';
import { changeOf, draftOf, isDefaultRule, mistakesOf, patterns, type RuleDraft } from '../../util/samplingRule';
import { EditorFrame } from '../admin/EditorFrame';
import { Pairs } from '../admin/Pairs';
import { maxTags, pairsOf, tagLimits, tagsOf } from '../admin/tags';
import { useSave } from '../admin/useSave';
import { PatternFields } from './PatternFields';

interface RuleEditorProps {
  /** The rule as it is; null for a new one. */
  rule: SamplingRule | null;
  rules: SamplingRule[];
  tags: Tag[];
  onDone: (said: string) => void;
  onCancel: () => void;
}

const fields = [
  ...fieldsOf('Priority', 'FixedRate', 'ReservoirSize', ...patterns.map(({ member }) => member), 'Attributes', 'MaxRate', 'CooldownWindowMinutes', 'Tags'),
  { name: 'RuleName', named: /RuleName|exists already|is the name of the rule/ },
];

interface NumbersProps {
  draft: RuleDraft;
  change: (patch: Partial<RuleDraft>) => void;
  wrong: (member: string) => string | null;
}

const Numbers = ({ draft, change, wrong, isDefault }: NumbersProps & { isDefault: boolean }) => (
  <div className="rs-fieldgrid">
    {!isDefault && (
      <FormField label="Priority" constraintText="1 to 9,999; rules with lower numbers are tried first." errorText={wrong('Priority')}>
        <Input inputMode="numeric" value={draft.priority} onChange={({ detail }) => change({ priority: detail.value })} />
      </FormField>
    )}
    <FormField label="Reservoir, requests per second" constraintText="0 or more. So many are kept each second, by all processes together, before the rate counts." errorText={wrong('ReservoirSize')}>
      <Input inputMode="numeric" value={draft.reservoir} onChange={({ detail }) => change({ reservoir: detail.value })} />
    </FormField>
    <FormField label="Rate, percent" constraintText="0 to 100: the share that is kept of the requests beyond the reservoir." errorText={wrong('FixedRate')}>
      <Input inputMode="decimal" value={draft.rate} onChange={({ detail }) => change({ rate: detail.value })} />
    </FormField>
  </div>
);

const Boost = ({ draft, change, wrong }: NumbersProps) => (
  <div className="rs-stack">
    <Toggle checked={draft.boosted} onChange={({ detail }) => change({ boosted: detail.checked })} description="While requests go wrong, the rate rises for up to a minute, so that you have more examples. SDKs that know boosts take part.">
      Raise the rate while requests go wrong
    </Toggle>
    {draft.boosted && (
      <div className="rs-fieldgrid">
        <FormField label="Highest rate, percent" constraintText="0 to 100; without effect unless it is above the rate." errorText={wrong('MaxRate')}>
          <Input inputMode="decimal" value={draft.boostRate} onChange={({ detail }) => change({ boostRate: detail.value })} />
        </FormField>
        <FormField label="Pause, minutes" constraintText="1 or more, from the start of a boost until the next may start." errorText={wrong('CooldownWindowMinutes')}>
          <Input inputMode="numeric" value={draft.cooldown} onChange={({ detail }) => change({ cooldown: detail.value })} />
        </FormField>
      </div>
    )}
  </div>
);

/** The form of a sampling rule. */
export const RuleEditor = ({ rule, rules, tags, onDone, onCancel }: RuleEditorProps) => {
  const [draft, setDraft] = useState(() => draftOf(rule, rules));
  const [pairs, setPairs] = useState(pairsOf(tags));
  const [tried, setTried] = useState(false);
  const isDefault = rule !== null && isDefaultRule(rule);
  const change = (patch: Partial<RuleDraft>): void => setDraft({ ...draft, ...patch });
  const save = useSave(
    async () => {
      if (rule === null) return admin.createRule(changeOf(draft), tagsOf(pairs));
      const answer = await admin.updateRule(changeOf(draft));
      if (!isDefault) await saveTags(rule.RuleARN, tags, tagsOf(pairs));
      return answer;
    },
    ['sampling', 'tags'],
    () => onDone(`Rule ${draft.name.trim()} was ${rule === null ? 'created' : 'changed'}. Programs follow it within ten seconds or so; those for Java and Node.js take up to five minutes for a new rule.`),
  );
  const mistakes = tried ? mistakesOf(draft) : {};
  const refusal = refusalOf(save.error, fields);
  const wrong = (member: string): string | null => mistakes[member] ?? (refusal?.field === member ? refusal.text : null);
  const submit = (): void => {
    setTried(true);
    if (Object.keys(mistakesOf(draft)).length === 0) save.mutate(undefined);
  };
  return (
    <EditorFrame
      title={rule === null ? 'New sampling rule' : `Sampling rule ${rule.RuleName}`}
      saveText={rule === null ? 'Create the rule' : 'Save the rule'}
      saving={save.isPending}
      refused={refusal?.field === null ? refusal.text : null}
      onSave={submit}
      onCancel={onCancel}
    >
      {isDefault && <p className="rs-note">This rule decides on every request that no other rule matches. Only its reservoir and its rate can be changed, and it cannot be deleted.</p>}
      {rule === null && (
        <div className="rs-fields-narrow">
          <FormField label="Name" constraintText="1 to 32 characters without a slash. It cannot be changed later." errorText={wrong('RuleName')}>
            <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} ariaRequired />
          </FormField>
        </div>
      )}
      <Numbers draft={draft} change={change} wrong={wrong} isDefault={isDefault} />
      {!isDefault && (
        <>
          <PatternFields draft={draft} change={change} wrong={wrong} />
          <FormField label="Attributes" constraintText="At most 5; keys and values of 1 to 32 characters. SDKs of X-Ray leave rules with attributes out; samplers of OpenTelemetry match them." errorText={wrong('Attributes')} stretch>
            <Pairs pairs={draft.attributes} onChange={(attributes) => change({ attributes })} most={5} noun="attribute" limits={{ key: 32, value: 32 }} />
          </FormField>
          <Boost draft={draft} change={change} wrong={wrong} />
          <FormField label="Tags" constraintText={`At most ${maxTags}; keys of at most ${tagLimits.key} characters, values of ${tagLimits.value}.`} errorText={wrong('Tags')} stretch>
            <Pairs pairs={pairs} onChange={setPairs} most={maxTags} noun="tag" limits={tagLimits} />
          </FormField>
        </>
      )}
    </EditorFrame>
  );
};
