import '../styles/admin.css';
import Button from '@cloudscape-design/components/button';
import { useMemo } from 'react';
import { admin } from '../api/admin';
import { useSamplingRules, useTags } from '../api/adminQueries';
import type { SamplingRule } from '../api/adminTypes';
import { Gone } from '../components/admin/Gone';
import { Said } from '../components/admin/Said';
import { useEditing } from '../components/admin/useEditing';
import { useSave } from '../components/admin/useSave';
import { MatchTester } from '../components/sampling/MatchTester';
import { RuleEditor } from '../components/sampling/RuleEditor';
import { RuleTable } from '../components/sampling/RuleTable';
import { Confirm } from '../ui/Confirm';
import { Problem } from '../ui/Problem';
import { Skeleton, SkeletonRows } from '../ui/Skeleton';
import type { Editing } from '../url/adminUrl';
import { inOrder, isDefaultRule } from '../util/samplingRule';
import { useTitle } from '../util/useTitle';

interface EditProps {
  edit: NonNullable<Editing['edit']>;
  rules: SamplingRule[];
  onDone: (said: string) => void;
  onCancel: () => void;
}

/** The form, when all that stands in it is known. */
const Edit = ({ edit, rules, onDone, onCancel }: EditProps) => {
  const rule = edit === 'new' ? null : rules.find(({ RuleName }) => RuleName === edit.name);
  const tags = useTags(rule == null || isDefaultRule(rule) ? null : rule.RuleARN);
  if (rule === undefined) return <Gone what={`There is no sampling rule ${edit === 'new' ? '' : edit.name}.`} onClose={onCancel} />;
  if (tags.error !== null) return <Problem what="The tags of the rule could not be loaded" error={tags.error} retry={tags.refetch} />;
  if (tags.isLoading) return <Skeleton height={320} label="Loading the rule" />;
  return <RuleEditor key={rule?.RuleName ?? ''} rule={rule} rules={rules} tags={tags.data ?? []} onDone={onDone} onCancel={onCancel} />;
};

const Delete = ({ name, onDone, onCancel }: { name: string; onDone: (said: string) => void; onCancel: () => void }) => {
  const remove = useSave(() => admin.deleteRule(name), ['sampling'], () => onDone(`Rule ${name} was deleted.`));
  return (
    <Confirm question={`Delete sampling rule ${name}?`} doIt={`Delete ${name}`} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined)} onCancel={onCancel}>
      <p className="rs-note">Its requests are then decided by the rules after it, Default at last. Programs follow within ten seconds or so. Traces that are there already stay.</p>
    </Confirm>
  );
};

/** Which requests are recorded. */
const SamplingPage = () => {
  useTitle('Sampling');
  const { edit, deleting, setDeleting, said, open, cancel, done } = useEditing();
  const { data, error, refetch } = useSamplingRules();
  const rules = useMemo(() => inOrder(data ?? []), [data]);
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Sampling</h1>
          <p className="rs-note">Which requests are recorded. Programs ask for these rules; the first that matches a request decides on it.</p>
        </div>
        <div className="rs-controls">
          <Button variant="primary" disabled={edit === 'new'} onClick={() => open('new')}>
            New rule
          </Button>
        </div>
      </div>
      <Said text={said} />
      {error !== null && <Problem what="The sampling rules could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={5} label="Loading sampling rules" />}
      {data !== undefined && edit !== null && <Edit key={edit === 'new' ? '' : edit.name} edit={edit} rules={rules} onDone={done} onCancel={cancel} />}
      {data !== undefined && <RuleTable rules={rules} onEdit={(name) => open({ name })} onDelete={setDeleting} />}
      <MatchTester />
      {deleting !== null && <Delete name={deleting} onDone={done} onCancel={() => setDeleting(null)} />}
    </>
  );
};

export default SamplingPage;
