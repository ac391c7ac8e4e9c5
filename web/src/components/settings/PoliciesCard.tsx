import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { useState } from 'react';
import { admin } from '../../api/admin';
import { usePolicies } from '../../api/adminQueries';
import type { ResourcePolicy } from '../../api/adminTypes';
import { CodeBlock } from '../../ui/CodeBlock';
import { Confirm } from '../../ui/Confirm';
import { TimeText } from '../../ui/TimeText';
import { editingCodec } from '../../url/adminUrl';
import { prettyJson } from '../../util/policy';
import { useUrlState } from '../../url/urlState';
import { Gone } from '../admin/Gone';
import { Said } from '../admin/Said';
import { useSave } from '../admin/useSave';
import { Card } from './Card';
import { PolicyEditor } from './PolicyEditor';

const Delete = ({ policy, onDone, onCancel }: { policy: ResourcePolicy; onDone: (said: string) => void; onCancel: () => void }) => {
  const name = policy.PolicyName;
  const remove = useSave(() => admin.deletePolicy(name, policy.PolicyRevisionId), ['policies'], () => onDone(`Policy ${name} was deleted.`));
  return (
    <Confirm question={`Delete resource policy ${name}?`} doIt={`Delete ${name}`} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined)} onCancel={onCancel}>
      <p className="rs-note">What it allows is then no longer allowed by it.</p>
    </Confirm>
  );
};

const Row = ({ policy, onEdit, onDelete }: { policy: ResourcePolicy; onEdit: () => void; onDelete: () => void }) => (
  <tr>
    <th scope="row">{policy.PolicyName}</th>
    <td>
      <ExpandableSection headerText="Document" headerAriaLabel={`Document of policy ${policy.PolicyName}`}>
        <CodeBlock code={prettyJson(policy.PolicyDocument)} label={`Policy ${policy.PolicyName}`} />
      </ExpandableSection>
    </td>
    <td data-label="Changed">{policy.LastUpdatedTime === null ? '–' : <TimeText epoch={policy.LastUpdatedTime} />}</td>
    <td>
      <span className="rs-admin-acts">
        <Button variant="inline-link" ariaLabel={`Edit policy ${policy.PolicyName}`} onClick={onEdit}>
          Edit
        </Button>
        <Button variant="inline-link" ariaLabel={`Delete policy ${policy.PolicyName}`} onClick={onDelete}>
          Delete
        </Button>
      </span>
    </td>
  </tr>
);

/** Who else may do what with the account's traces. */
export const PoliciesCard = () => {
  const query = usePolicies();
  const [{ edit }, change] = useUrlState(editingCodec);
  const [deleting, setDeleting] = useState<ResourcePolicy | null>(null);
  const [said, setSaid] = useState('');
  const policies = query.data ?? [];
  const edited = edit === null || edit === 'new' ? null : policies.find(({ PolicyName }) => PolicyName === edit.name);
  const done = (text: string): void => {
    setSaid(text);
    setDeleting(null);
    change({ edit: null });
  };
  const cancel = (): void => change({ edit: null });
  return (
    <Card
      title="Resource policies"
      about="Who else may do what with the traces of this account. They are kept and told; this version checks no one's rights, as it listens on this machine only."
      from={query}
      action={
        <Button disabled={edit === 'new'} onClick={() => change({ edit: 'new' })}>
          New policy
        </Button>
      }
    >
      <div className="rs-pad rs-stack">
        <Said text={said} />
        {query.data !== undefined && edited === undefined && <Gone what={`There is no policy ${edit === 'new' || edit === null ? '' : edit.name}.`} onClose={cancel} />}
        {query.data !== undefined && edit !== null && edited !== undefined && <PolicyEditor key={edited?.PolicyName ?? ''} policy={edited} onDone={done} onCancel={cancel} />}
        {query.data !== undefined && policies.length === 0 && edit === null && <p className="rs-note">There are none. Services of AWS, such as Amazon SNS, ask for one before they send traces into an account.</p>}
      </div>
      {policies.length > 0 && (
        <table className="rs-admin-table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Document</th>
              <th scope="col">Changed</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {policies.map((policy) => (
              <Row key={policy.PolicyName} policy={policy} onEdit={() => change({ edit: { name: policy.PolicyName } })} onDelete={() => setDeleting(policy)} />
            ))}
          </tbody>
        </table>
      )}
      {deleting !== null && <Delete policy={deleting} onDone={done} onCancel={() => setDeleting(null)} />}
    </Card>
  );
};
