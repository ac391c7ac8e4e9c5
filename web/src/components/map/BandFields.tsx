import Button from '@cloudscape-design/components/button';
import { useId, useState } from 'react';
import type { Band } from '../../ui/chart/histogramOption';

const milliseconds = (seconds: number): string => (seconds === Infinity ? '' : String(Math.round(seconds * 1e6) / 1e3));

/** readBand understands two fields of milliseconds; an empty one is open. Null is all, undefined is nonsense. */
export const readBand = (from: string, to: string): Band | null | undefined => {
  const band = { from: from.trim() === '' ? 0 : Number(from) / 1000, to: to.trim() === '' ? Infinity : Number(to) / 1000 };
  if (Number.isNaN(band.from) || Number.isNaN(band.to) || band.from < 0 || band.to <= band.from) return undefined;
  return band.from === 0 && band.to === Infinity ? null : band;
};

/** A band of response times as two numbers: what dragging over the histogram does, for the keyboard. */
export const BandFields = ({ band, onBand }: { band: Band | null; onBand: (band: Band | null) => void }) => {
  const id = useId();
  const [from, setFrom] = useState(band === null || band.from === 0 ? '' : milliseconds(band.from));
  const [to, setTo] = useState(band === null ? '' : milliseconds(band.to));
  const read = readBand(from, to);
  return (
    <form
      className="rs-band"
      onSubmit={(event) => {
        event.preventDefault();
        if (read !== undefined) onBand(read);
      }}
    >
      <label htmlFor={`${id}f`}>From</label>
      <input id={`${id}f`} inputMode="decimal" value={from} placeholder="0" onChange={({ target }) => setFrom(target.value)} aria-invalid={read === undefined} />
      <label htmlFor={`${id}t`}>to</label>
      <input id={`${id}t`} inputMode="decimal" value={to} placeholder="any" onChange={({ target }) => setTo(target.value)} aria-invalid={read === undefined} />
      <span>ms</span>
      <Button formAction="submit" disabled={read === undefined} ariaLabel="Set response times">
        Set
      </Button>
      {band !== null && <Button variant="icon" iconName="close" ariaLabel="All response times" formAction="none" onClick={() => onBand(null)} />}
      {read === undefined && <p role="alert">Write two numbers of milliseconds, the smaller one first, or leave one empty.</p>}
    </form>
  );
};
