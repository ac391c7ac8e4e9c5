import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState, type SyntheticEvent } from 'react';
import type { Target } from '../../api/rayscope.gen';
import { usePutTarget, type GroupTarget } from '../../api/targetQueries';

const whose = (from: GroupTarget['from'], group: string): string => {
  if (from === 'default') return 'These are the defaults; nobody has set targets yet.';
  return from === 'all' && group !== '' ? 'These are the targets of all requests; the group has none of its own.' : 'Everybody who uses this server sees the same targets.';
};

const Fields = ({ target, group, onDone }: { target: Target; group: string; onDone: () => void }) => {
  const [availability, setAvailability] = useState(String(target.Availability));
  const [seconds, setSeconds] = useState(String(target.ResponseTime));
  const put = usePutTarget();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    put.mutate({ GroupName: group, Availability: Number(availability), ResponseTime: Number(seconds) }, { onSuccess: onDone });
  };
  const about = group === '' ? 'all requests' : `the group ${group}`;
  return (
    <form className="rs-targets" onSubmit={save} aria-label={`Targets of ${about}`}>
      <FormField label="Do not fail" description="Percent of requests, at most 99.999.">
        <Input type="number" step="any" value={availability} onChange={({ detail }) => setAvailability(detail.value)} inputMode="decimal" />
      </FormField>
      <FormField label="Time of 95 %" description="Seconds that 95 % of requests keep within.">
        <Input type="number" step="any" value={seconds} onChange={({ detail }) => setSeconds(detail.value)} inputMode="decimal" />
      </FormField>
      {put.error !== null && (
        <p className="rs-targets-problem" role="alert">
          {put.error.message}
        </p>
      )}
      <div className="rs-controls">
        <Button variant="primary" formAction="submit" loading={put.isPending}>
          Save for {about}
        </Button>
        <Button variant="link" formAction="none" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
};

/** Says whose targets these are, and changes them. */
export const TargetsForm = ({ target, from, group }: { target: Target; from: GroupTarget['from']; group: string }) => {
  const [open, setOpen] = useState(false);
  if (open) return <Fields target={target} group={group} onDone={() => setOpen(false)} />;
  return (
    <p className="rs-note">
      {whose(from, group)}{' '}
      <button type="button" className="rs-linkbutton" onClick={() => setOpen(true)}>
        Change the targets
      </button>
    </p>
  );
};
