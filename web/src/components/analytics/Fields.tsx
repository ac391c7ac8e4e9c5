import Button from '@cloudscape-design/components/button';
import { useId, useState, type SyntheticEvent } from 'react';
import type { Analytics } from '../../url/analytics';

/** localInput writes a moment as fields for dates want it: local time, 2026-11-22T11:16:10. */
export const localInput = (epoch: number | null): string => {
  if (epoch === null) return '';
  const ahead = -new Date(epoch * 1000).getTimezoneOffset();
  return new Date((epoch + ahead * 60) * 1000).toISOString().slice(0, 19);
};

/** epochOf reads such a text; null for none. */
export const epochOf = (text: string): number | null => {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
};

const inMilliseconds = (seconds: number | null): string => (seconds === null ? '' : String(Number((seconds * 1000).toFixed(3))));

/** secondsOf reads milliseconds; null for none. */
export const secondsOf = (text: string): number | null => {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) || value < 0 ? null : value / 1000;
};

/** A stretch or a band whose end comes before its beginning. */
const wrong = (from: number | null, to: number | null): boolean => from !== null && to !== null && to <= from;

interface FieldProps {
  label: string;
  type: 'datetime-local' | 'number';
  value: string;
  onChange: (text: string) => void;
  invalid: boolean;
  problemId: string;
}

const Field = ({ label, type, value, onChange, invalid, problemId }: FieldProps) => {
  const id = useId();
  return (
    <div className="rs-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        step={type === 'number' ? 'any' : 1}
        min={type === 'number' ? 0 : undefined}
        value={value}
        aria-invalid={invalid}
        aria-describedby={invalid ? problemId : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
};

interface FieldsProps {
  state: Analytics;
  onApply: (part: Partial<Analytics>) => void;
}

/** What dragging over the charts does, by keyboard: give it a new key when the state was changed elsewhere. */
export const Fields = ({ state, onApply }: FieldsProps) => {
  const [text, setText] = useState({ since: localInput(state.since), until: localInput(state.until), min: inMilliseconds(state.min), max: inMilliseconds(state.max) });
  const problemId = useId();
  const set = (key: keyof typeof text) => (value: string) => setText({ ...text, [key]: value });
  const part = { since: epochOf(text.since), until: epochOf(text.until), min: secondsOf(text.min), max: secondsOf(text.max) };
  const [badTime, badBand] = [wrong(part.since, part.until), wrong(part.min, part.max)];
  const apply = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!badTime && !badBand) onApply(part);
  };
  return (
    <form className="rs-fields" onSubmit={apply} aria-label="Time and response time of the selection">
      <Field label="From" type="datetime-local" value={text.since} onChange={set('since')} invalid={badTime} problemId={problemId} />
      <Field label="until" type="datetime-local" value={text.until} onChange={set('until')} invalid={badTime} problemId={problemId} />
      <Field label="Slower than (ms)" type="number" value={text.min} onChange={set('min')} invalid={badBand} problemId={problemId} />
      <Field label="faster than (ms)" type="number" value={text.max} onChange={set('max')} invalid={badBand} problemId={problemId} />
      <Button formAction="submit" disabled={badTime || badBand}>
        Select this part
      </Button>
      {(badTime || badBand) && (
        <p id={problemId} className="rs-expression-problem" role="alert">
          {badTime ? 'The end of the time has to come after its beginning.' : 'The upper response time has to be larger than the lower one.'}
        </p>
      )}
    </form>
  );
};
