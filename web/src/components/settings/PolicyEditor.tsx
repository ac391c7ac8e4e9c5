import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { admin } from '../../api/admin';
import type { ResourcePolicy } from '../../api/adminTypes';
import { useServerInfo } from '../../api/queries';
import { examplePolicy, jsonProblem, maxPolicyBytes, prettyJson } from '../../util/policy';
import { refusalOf } from '../../util/refusal';
import { EditorFrame } from '../admin/EditorFrame';
import { useSave } from '../admin/useSave';

interface PolicyEditorProps {
  /** The policy as it is; null for a new one. */
  policy: ResourcePolicy | null;
  onDone: (said: string) => void;
  onCancel: () => void;
}

/** What stands for the revision of a policy that must not be there yet. */
const noPolicy = '0';

const fields = [
  { name: 'name', named: /PolicyName/ },
  { name: 'document', named: /PolicyDocument|[Pp]olicy document|JSON|Statement/ },
];

/** The form of a resource policy. */
export const PolicyEditor = ({ policy, onDone, onCancel }: PolicyEditorProps) => {
  const account = useServerInfo().data?.Account ?? '';
  const [name, setName] = useState(policy?.PolicyName ?? '');
  const [text, setText] = useState(prettyJson(policy?.PolicyDocument ?? ''));
  const [bypass, setBypass] = useState(false);
  const [tried, setTried] = useState(false);
  const save = useSave(
    () => admin.putPolicy({ PolicyName: name.trim(), PolicyDocument: text, PolicyRevisionId: policy?.PolicyRevisionId ?? noPolicy, BypassPolicyLockoutCheck: bypass }),
    ['policies'],
    () => onDone(`Policy ${name.trim()} was ${policy === null ? 'created' : 'changed'}.`),
  );
  const refusal = refusalOf(save.error, fields);
  const problem = jsonProblem(text);
  const nameWrong = tried && name.trim() === '' ? 'Write a name.' : null;
  const submit = (): void => {
    setTried(true);
    if (problem === null && name.trim() !== '') save.mutate(undefined);
  };
  return (
    <EditorFrame
      title={policy === null ? 'New resource policy' : `Resource policy ${policy.PolicyName}`}
      saveText={policy === null ? 'Create the policy' : 'Save the policy'}
      saving={save.isPending}
      refused={refusal?.field === null ? refusal.text : null}
      onSave={submit}
      onCancel={onCancel}
    >
      {policy === null && (
        <div className="rs-fields-narrow">
          <FormField label="Name" constraintText="1 to 128 letters, digits and _ + = , . @ -" errorText={nameWrong ?? (refusal?.field === 'name' ? refusal.text : null)}>
            <Input value={name} ariaRequired onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </div>
      )}
      <FormField
        label="Policy document"
        constraintText={`JSON in the language of IAM policies, at most ${maxPolicyBytes} bytes.`}
        errorText={tried || text !== '' ? (problem ?? (refusal?.field === 'document' ? refusal.text : null)) : null}
        secondaryControl={
          text === '' && (
            <Button formAction="none" onClick={() => setText(examplePolicy(account))}>
              Begin with an example
            </Button>
          )
        }
        stretch
      >
        <Textarea value={text} rows={14} spellcheck={false} onChange={({ detail }) => setText(detail.value)} />
      </FormField>
      <Checkbox checked={bypass} onChange={({ detail }) => setBypass(detail.checked)} description="The server refuses a policy that would keep everybody from changing it again, unless this is checked.">
        Take it even if nobody could change it afterwards
      </Checkbox>
    </EditorFrame>
  );
};
