import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { normalTraceId } from '../../util/traceId';

interface CompareFormProps {
  a: string;
  b: string;
  onCompare: (a: string, b: string) => void;
}

const wrongId = 'This is not a trace id. It looks like 1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14, or 32 hexadecimal digits.';

const errorOf = (text: string): string => (text === '' || normalTraceId(text) !== null ? '' : wrongId);

/** Which two traces to compare. */
export const CompareForm = ({ a, b, onCompare }: CompareFormProps) => {
  const [[first, second], setIds] = useState<[string, string]>([a, b]);
  const [x, y] = [normalTraceId(first), normalTraceId(second)];
  return (
    <form
      className="rs-card rs-pad rs-compareform"
      aria-label="Traces to compare"
      onSubmit={(event) => {
        event.preventDefault();
        if (x !== null && y !== null) onCompare(x, y);
      }}
    >
      <FormField label="Trace A, before" errorText={errorOf(first)}>
        <Input value={first} placeholder="Trace id" onChange={({ detail }) => setIds([detail.value, second])} spellcheck={false} />
      </FormField>
      <FormField label="Trace B, after" errorText={errorOf(second)}>
        <Input value={second} placeholder="Trace id" onChange={({ detail }) => setIds([first, detail.value])} spellcheck={false} />
      </FormField>
      <span className="rs-compareform-buttons">
        <Button variant="primary" formAction="submit" disabled={x === null || y === null} disabledReason="Enter two trace ids first">
          Compare
        </Button>
        <Button formAction="none" onClick={() => (x !== null && y !== null ? onCompare(y, x) : setIds([second, first]))}>
          Swap
        </Button>
      </span>
    </form>
  );
};
