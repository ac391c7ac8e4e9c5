import Button from '@cloudscape-design/components/button';
import { useId, useState, type SyntheticEvent } from 'react';
import type { Band } from '../../util/conditions';

interface BandFieldsProps {
  band: Band | null;
  onBand: (band: Band | null) => void;
}

const textOf = (seconds: number): string => (seconds === 0 || seconds === Infinity ? '' : String(Number((seconds * 1000).toFixed(3))));

interface FieldProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  describedBy: string;
}

const Field = ({ label, text, onChange, describedBy }: FieldProps) => (
  <label className="rs-bandfield">
    {label}
    <input type="number" min={0} step="any" inputMode="decimal" value={text} onChange={(event) => onChange(event.target.value)} aria-describedby={describedBy} />
    ms
  </label>
);

/** Keeps a band of response times that is typed: what dragging over the chart does, for the keyboard. */
export const BandFields = ({ band, onBand }: BandFieldsProps) => {
  const [from, setFrom] = useState(textOf(band?.from ?? 0));
  const [to, setTo] = useState(textOf(band?.to ?? Infinity));
  const chosen: Band = { from: Number(from) / 1000, to: to === '' ? Infinity : Number(to) / 1000 };
  const problem = chosen.to > chosen.from ? '' : 'The second time has to be longer than the first.';
  const id = useId();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (problem === '') onBand(chosen.from === 0 && chosen.to === Infinity ? null : chosen);
  };
  return (
    <form className="rs-bandfields" onSubmit={submit}>
      <Field label="From" text={from} onChange={setFrom} describedBy={id} />
      <Field label="to less than" text={to} onChange={setTo} describedBy={id} />
      <Button formAction="submit" ariaLabel="Keep these response times">
        Keep
      </Button>
      {band !== null && (
        <Button variant="inline-link" formAction="none" onClick={() => onBand(null)}>
          All response times
        </Button>
      )}
      <span id={id} className="rs-bandproblem" role="status">
        {problem}
      </span>
    </form>
  );
};
