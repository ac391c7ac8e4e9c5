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
  const save = useSave<Destination>(admin.putDestination, ['destination'], () => setSaid('The destination was changed.'));
  return (
    <Card title="Destination of segments" about="Rayscope keeps and indexes all segments itself, whichever is chosen; the choice is told to programs that ask." from={query}>
      {query.data !== undefined && (
        <div className="rs-pad rs-stack">
          <Said text={said} />
          <FormField label="Told to programs" errorText={save.error?.message}>
            <RadioGroup
              value={save.isPending ? save.variables : query.data}
              items={items}
              onChange={({ detail }) => {
                setSaid('');
                save.mutate(detail.value === 'CloudWatchLogs' ? 'CloudWatchLogs' : 'XRay');
              }}
            />
          </FormField>
        </div>
      )}
    </Card>
  );
};
