import '../styles/admin.css';
import Button from '@cloudscape-design/components/button';
import { admin } from '../api/admin';
import { useTags } from '../api/adminQueries';
import { useGroups } from '../api/queries';
import type { GroupSummary } from '../api/types';
import { Gone } from '../components/admin/Gone';
import { Said } from '../components/admin/Said';
import { useEditing } from '../components/admin/useEditing';
import { useSave } from '../components/admin/useSave';
import { GroupEditor } from '../components/groups/GroupEditor';
import { GroupRow } from '../components/groups/GroupRow';
import { Confirm } from '../ui/Confirm';
import { Problem } from '../ui/Problem';
import { Skeleton, SkeletonRows } from '../ui/Skeleton';
import type { Editing } from '../url/adminUrl';
import { useTitle } from '../util/useTitle';

interface EditProps {
  edit: NonNullable<Editing['edit']>;
  groups: GroupSummary[];
  onDone: (said: string) => void;
  onCancel: () => void;
}

/** The form, when all that stands in it is known. */
const Edit = ({ edit, groups, onDone, onCancel }: EditProps) => {
  const group = edit === 'new' ? null : groups.find(({ GroupName }) => GroupName === edit.name);
  const tags = useTags(group == null || group.GroupName === 'Default' ? null : group.GroupARN);
  if (group === undefined) return <Gone what={`There is no group ${edit === 'new' ? '' : edit.name}.`} onClose={onCancel} />;
  if (tags.error !== null) return <Problem what="The tags of the group could not be loaded" error={tags.error} retry={tags.refetch} />;
  if (tags.isLoading) return <Skeleton height={320} label="Loading the group" />;
  return <GroupEditor key={group?.GroupName ?? ''} group={group} tags={tags.data ?? []} onDone={onDone} onCancel={onCancel} />;
};

const Delete = ({ name, onDone, onCancel }: { name: string; onDone: (said: string) => void; onCancel: () => void }) => {
  const remove = useSave(() => admin.deleteGroup(name), ['groups'], () => onDone(`Group ${name} was deleted.`));
  return (
    <Confirm question={`Delete group ${name}?`} doIt={`Delete ${name}`} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined)} onCancel={onCancel}>
      <p className="rs-note">Its traces stay. Its tags go with it, and expressions and links that name it find nothing any more.</p>
    </Confirm>
  );
};

interface TableProps {
  groups: GroupSummary[];
  onEdit: (name: string) => void;
  onDelete: (name: string) => void;
}

const Table = ({ groups, onEdit, onDelete }: TableProps) => (
  <section className="rs-card" aria-label="Groups">
    <table className="rs-admin-table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Requests that belong to it</th>
          <th scope="col">Last hour</th>
          <th scope="col">Insights</th>
          <th scope="col">What to do</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <GroupRow key={group.GroupName} group={group} onEdit={() => onEdit(group.GroupName)} onDelete={() => onDelete(group.GroupName)} />
        ))}
      </tbody>
    </table>
    {groups.length <= 1 && (
      <p className="rs-note rs-pad">
        Create a group for requests that matter together, such as those of one page or of paying customers. It then has a map, a list of traces and insights of its own.
      </p>
    )}
  </section>
);

/** Names for the requests that match an expression. */
const GroupsPage = () => {
  useTitle('Groups');
  const { edit, deleting, setDeleting, said, open, cancel, done } = useEditing();
  const { data, error, refetch } = useGroups();
  return (
    <>
      <div className="rs-pagehead">
        <div>
          <h1 className="rs-h1">Groups</h1>
          <p className="rs-note">A group is a name for requests that belong together. Map, traces and insights can show just these.</p>
        </div>
        <div className="rs-controls">
          <Button variant="primary" disabled={edit === 'new'} onClick={() => open('new')}>
            New group
          </Button>
        </div>
      </div>
      <Said text={said} />
      {error !== null && <Problem what="The groups could not be loaded" error={error} retry={refetch} />}
      {data === undefined && error === null && <SkeletonRows count={5} label="Loading groups" />}
      {data !== undefined && edit !== null && <Edit key={edit === 'new' ? '' : edit.name} edit={edit} groups={data} onDone={done} onCancel={cancel} />}
      {data !== undefined && <Table groups={data} onEdit={(name) => open({ name })} onDelete={setDeleting} />}
      {deleting !== null && <Delete name={deleting} onDone={done} onCancel={() => setDeleting(null)} />}
    </>
  );
};

export default GroupsPage;
