import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { admin, saveTags } from '../../api/admin';
import type { Tag } from '../../api/adminTypes';
import type { ExpressionError } from '../../api/rayscope.gen';
import type { GroupSummary } from '../../api/types';
import { refusalOf } from '../../util/refusal';
import { EditorFrame } from '../admin/EditorFrame';
import { Pairs } from '../admin/Pairs';
import { tagLimits, maxTags, pairsOf, tagsOf } from '../admin/tags';
import { useSave } from '../admin/useSave';
import { LiveExpression } from '../filter/LiveExpression';
import { Preview } from './Preview';

interface GroupEditorProps {
  /** The group as it is; null for a new one. */
  group: GroupSummary | null;
  tags: Tag[];
  onDone: (said: string) => void;
  onCancel: () => void;
}

const fields = [
  { name: 'expression', named: /Filter ?Expression/ },
  { name: 'insights', named: /InsightsConfiguration/ },
  { name: 'tags', named: /\bTags?(Keys)?\b/ },
  { name: 'name', named: /GroupName|already exists/ },
];

const problemText = (problem: ExpressionError | null): string | null => (problem === null ? null : `${problem.Column > 0 ? `At character ${problem.Column}: ` : ''}${problem.Message}`);

/** The form of a group. */
export const GroupEditor = ({ group, tags, onDone, onCancel }: GroupEditorProps) => {
  const isDefault = group?.GroupName === 'Default';
  const [name, setName] = useState(group?.GroupName ?? '');
  const [initial] = useState(group?.FilterExpression ?? '');
  const [expression, setExpression] = useState(initial);
  const [problem, setProblem] = useState<ExpressionError | null>(null);
  // What is previewed: the text that the server has read, which it does when typing pauses.
  const [checked, setChecked] = useState('');
  const [insights, setInsights] = useState(group?.InsightsConfiguration?.InsightsEnabled === true);
  const [notifications, setNotifications] = useState(group?.InsightsConfiguration?.NotificationsEnabled === true);
  const [pairs, setPairs] = useState(pairsOf(tags));

  const save = useSave(
    async () => {
      const change = { GroupName: name.trim(), ...(isDefault ? {} : { FilterExpression: expression.trim() }), InsightsConfiguration: { InsightsEnabled: insights, NotificationsEnabled: insights && notifications } };
      if (group === null) return admin.createGroup({ ...change, Tags: tagsOf(pairs) });
      const answer = await admin.updateGroup(change);
      if (!isDefault && group.GroupARN !== null) await saveTags(group.GroupARN, tags, tagsOf(pairs));
      return answer;
    },
    ['groups', 'tags', 'analysis'],
    () => onDone(`Group ${name.trim()} was ${group === null ? 'created' : 'changed'}.`),
  );
  const refusal = refusalOf(save.error, fields);
  const at = (field: string): string | null => (refusal?.field === field ? refusal.text : null);

  return (
    <EditorFrame
      title={group === null ? 'New group' : `Group ${group.GroupName}`}
      saveText={group === null ? 'Create the group' : 'Save the group'}
      saving={save.isPending}
      refused={refusal?.field === null ? refusal.text : null}
      onSave={() => save.mutate(undefined)}
      onCancel={onCancel}
    >
      {group === null && (
        <div className="rs-fields-narrow">
          <FormField label="Name" constraintText="1 to 32 letters, digits and dashes. It cannot be changed later." errorText={at('name')}>
            <Input value={name} onChange={({ detail }) => setName(detail.value)} ariaRequired />
          </FormField>
        </div>
      )}
      {isDefault ? (
        <p className="rs-note">This group is every request. Only its insights can be changed.</p>
      ) : (
        <>
          <FormField label="Requests that belong to it" description="A filter expression. Names and values of the last hour are offered while you type." errorText={problemText(problem) ?? at('expression')} stretch>
            <LiveExpression
              label="Requests that belong to it"
              hint={'For example: service("checkout") AND annotation.plan = "pro"'}
              initial={initial}
              onText={setExpression}
              onProblem={(found) => {
                setProblem(found);
                setChecked(expression.trim());
              }}
              wrong={problem !== null || at('expression') !== null}
            />
          </FormField>
          <Preview filter={checked} wrong={problem !== null} />
        </>
      )}
      <fieldset className="rs-fieldset">
        <legend className="rs-h3">Insights</legend>
        <Checkbox checked={insights} onChange={({ detail }) => setInsights(detail.checked)} description="When more of its requests fail than usual, an insight says so.">
          Insights for this group
        </Checkbox>
        <Checkbox checked={insights && notifications} disabled={!insights} onChange={({ detail }) => setNotifications(detail.checked)}>
          Notifications of these insights
        </Checkbox>
        <p className="rs-note rs-small">Both are kept for this group; this version does not detect insights and sends no notifications yet.</p>
        {at('insights') !== null && (
          <p className="rs-expression-problem" role="alert">
            {at('insights')}
          </p>
        )}
      </fieldset>
      {!isDefault && (
        <FormField label="Tags" description="Notes of your own, such as a team or a cost centre." constraintText={`At most ${maxTags}; keys of at most ${tagLimits.key} characters, values of ${tagLimits.value}.`} errorText={at('tags')} stretch>
          <Pairs pairs={pairs} onChange={setPairs} most={maxTags} noun="tag" limits={tagLimits} />
        </FormField>
      )}
    </EditorFrame>
  );
};
