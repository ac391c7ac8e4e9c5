import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { admin } from '../../api/admin';
import { useIndexing } from '../../api/adminQueries';
import type { IndexingRule } from '../../api/adminTypes';
import { ApiError } from '../../api/client';
import { Said } from '../admin/Said';
import { useSave } from '../admin/useSave';
import { Card } from './Card';

const Form = ({ rule }: { rule: IndexingRule }) => {
  const { DesiredSamplingPercentage, ActualSamplingPercentage } = rule.Rule.Probabilistic;
  const [text, setText] = useState(String(DesiredSamplingPercentage));
  const [said, setSaid] = useState('');
  const [wrong, setWrong] = useState(false);
  const save = useSave(() => admin.putIndexing(Number(text)), ['indexing'], () => setSaid('The indexing rule was changed.'));
  const submit = (): void => {
    const isNumber = text.trim() !== '' && !Number.isNaN(Number(text));
    setWrong(!isNumber);
    setSaid('');
    if (isNumber) save.mutate(undefined);
  };
  const refused = save.error instanceof ApiError && save.error.said !== '' ? save.error.said : save.error?.message;
  return (
    <form
      className="rs-pad rs-stack"
      aria-label="Indexing rule"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Said text={said} />
      <div className="rs-fields-narrow">
        <FormField label="Wanted, percent of the spans" constraintText={`0 to 100. Indexed are ${ActualSamplingPercentage} %, whatever stands here.`} errorText={wrong ? 'Write a number from 0 to 100.' : refused}>
          <Input value={text} inputMode="decimal" onChange={({ detail }) => setText(detail.value)} />
        </FormField>
      </div>
      <div>
        <Button formAction="submit" loading={save.isPending}>
          Save the indexing rule
        </Button>
      </div>
    </form>
  );
};

/** The share of spans that programs ask to be found. */
export const IndexingCard = () => {
  const query = useIndexing();
  const rule = query.data?.[0];
  return (
    <Card title="Indexing" about="X-Ray lets you index a part of the spans only, to save money. Here every span can be found; what is set is kept, for programs that ask." from={query}>
      {rule !== undefined && <Form rule={rule} />}
    </Card>
  );
};
