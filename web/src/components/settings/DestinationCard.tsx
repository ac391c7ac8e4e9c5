import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useState } from 'react';
import { admin } from '../../api/admin';
import { useDestination } from '../../api/adminQueries';
import type { Destination } from '../../api/adminTypes';
import { Said } from '../admin/Said';
import { useSave } from '../admin/useSave';
import { Card } from './Card';

const items = [
  { value: 'XRay', label: 'X-Ray', description: 'The default.' },
  { value: 'CloudWatchLogs', label: 'CloudWatch Logs', description: 'What programs expect that use Transaction Search.' },
];

/** Where programs are told that spans go. */
export const DestinationCard = () => {
  const query = useDestination();
  const [said, setSaid] = useState('');
  // What was pressed stays pressed while it is saved: the mutation says so a moment too late.
  const [pressed, setPressed] = useState<Destination | null>(null);
  const save = useSave<Destination>(admin.putDestination, ['destination'], () => setSaid('The destination was changed.'));
  return (
    <Card title="Destination of segments" about="Rayscope keeps and indexes all segments itself, whichever is chosen; the choice is told to programs that ask." from={query}>
      {query.data !== undefined && (
        <div className="rs-pad rs-stack">
          <Said text={said} />
          <FormField label="Told to programs" errorText={save.error?.message}>
            <RadioGroup
              value={pressed ?? query.data}
              items={items}
              onChange={({ detail }) => {
                const value = detail.value === 'CloudWatchLogs' ? 'CloudWatchLogs' : 'XRay';
                setSaid('');
                setPressed(value);
                save.mutate(value, { onSettled: () => setPressed(null) });
              }}
            />
          </FormField>
        </div>
      )}
    </Card>
  );
};
