import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useState } from 'react';
import { admin } from '../../api/admin';
import { useEncryption } from '../../api/adminQueries';
import type { EncryptionConfig } from '../../api/adminTypes';
import { Confirm } from '../../ui/Confirm';
import { Facts } from '../../ui/Facts';
import { refusalOf } from '../../util/refusal';
import { EditorFrame } from '../admin/EditorFrame';
import { Said } from '../admin/Said';
import { useSave } from '../admin/useSave';
import { Card } from './Card';

const fields = [
  { name: 'key', named: /KeyId/ },
  { name: 'type', named: /\bType\b/ },
];

const items = [
  { value: 'KMS', label: 'Encrypt documents', description: 'With the key that the server was started with (--encryption-key-file). Without that key they cannot be read again.' },
  { value: 'NONE', label: 'Do not encrypt them', description: 'Documents lie in the data directory as they came. Encrypt the disk instead if you need to.' },
];

const Form = ({ config, onDone, onCancel }: { config: EncryptionConfig; onDone: () => void; onCancel: () => void }) => {
  const [type, setType] = useState<string>(config.Type);
  const [key, setKey] = useState(config.KeyId ?? 'alias/rayscope');
  const [asking, setAsking] = useState(false);
  const save = useSave(() => admin.putEncryption({ Type: type, ...(type === 'KMS' ? { KeyId: key.trim() } : {}) }), ['encryption'], onDone);
  const refusal = refusalOf(save.error, fields);
  return (
    <EditorFrame title="Change the encryption" saveText="Save the encryption" saving={save.isPending} refused={refusal?.field === null ? refusal.text : null} onSave={() => setAsking(true)} onCancel={onCancel}>
      <FormField label="Documents at rest" errorText={refusal?.field === 'type' ? refusal.text : null}>
        <RadioGroup value={type} items={items} onChange={({ detail }) => setType(detail.value)} />
      </FormField>
      {type === 'KMS' && (
        <div className="rs-fields-narrow">
          <FormField label="Name of the key" constraintText="A key id, alias/NAME or the ARN of either: what AWS' tools show. It does not choose the key." errorText={refusal?.field === 'key' ? refusal.text : null}>
            <Input value={key} spellcheck={false} onChange={({ detail }) => setKey(detail.value)} />
          </FormField>
        </div>
      )}
      {asking && (
        <Confirm
          question={type === 'KMS' ? 'Encrypt documents from now on?' : 'Stop encrypting documents?'}
          doIt={type === 'KMS' ? 'Encrypt documents' : 'Stop encrypting'}
          busy={save.isPending}
          error={null}
          onConfirm={() => save.mutate(undefined, { onSettled: () => setAsking(false) })}
          onCancel={() => setAsking(false)}
        >
          <p className="rs-note">
            {type === 'KMS'
              ? 'Documents that arrive from now on are encrypted; those that are there already stay as they are. What is searched, such as names, URLs, users and annotations, is not encrypted. Keep the key: a server without it does not start on this data.'
              : 'Documents that arrive from now on are kept in the clear. Those that are encrypted stay so, and the key is still needed to read them.'}
          </p>
        </Confirm>
      )}
    </EditorFrame>
  );
};

/** Whether documents are encrypted at rest. */
export const EncryptionCard = () => {
  const query = useEncryption();
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState('');
  const config = query.data;
  return (
    <Card title="Encryption" about="How the documents of traces are kept on disk." from={query} action={config !== undefined && !open && <Button onClick={() => setOpen(true)}>Change the encryption</Button>}>
      {config !== undefined && !open && (
        <div className="rs-pad rs-stack">
          <Said text={said} />
          <Facts facts={[{ label: 'Documents', value: config.Type === 'KMS' ? 'are encrypted' : 'are not encrypted' }, ...(config.KeyId === null ? [] : [{ label: 'Name of the key', value: config.KeyId }])]} wide />
        </div>
      )}
      {config !== undefined && open && (
        <div className="rs-pad">
          <Form
            config={config}
            onDone={() => {
              setOpen(false);
              setSaid('The encryption was changed.');
            }}
            onCancel={() => setOpen(false)}
          />
        </div>
      )}
    </Card>
  );
};
