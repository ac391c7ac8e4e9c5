import Button from '@cloudscape-design/components/button';
import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker';
import Toggle from '@cloudscape-design/components/toggle';
import { liveSecondsOf, maxRangeSeconds, relativeSteps, type TimeRange } from '../util/range';
import type { View } from '../url/view';
import type { ChangeView } from '../url/useView';

interface TimeControlsProps {
  view: View;
  change: ChangeView;
  refresh: () => unknown;
  refreshing: boolean;
  /** Why live refresh rests although it is on. */
  liveRests?: string;
}

const relativeOptions: DateRangePickerProps.RelativeOption[] = relativeSteps.map((seconds) => ({
  key: String(seconds),
  type: 'relative',
  ...(seconds < 3600 ? { amount: seconds / 60, unit: 'minute' } : { amount: seconds / 3600, unit: 'hour' }),
}));

const unitSeconds: Partial<Record<DateRangePickerProps.TimeUnit, number>> = { second: 1, minute: 60, hour: 3600 };

const secondsOf = (value: DateRangePickerProps.RelativeValue): number => value.amount * (unitSeconds[value.unit] ?? Infinity);

/** localIso writes a time as the picker wants to show it: 2026-11-22T11:16:10+01:00. */
const localIso = (epoch: number): string => {
  const ahead = -new Date(epoch * 1000).getTimezoneOffset();
  const pad = (value: number): string => String(value).padStart(2, '0');
  const offset = `${ahead < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(ahead) / 60))}:${pad(Math.abs(ahead) % 60)}`;
  return new Date((epoch + ahead * 60) * 1000).toISOString().slice(0, 19) + offset;
};

const valueOf = (range: TimeRange): DateRangePickerProps.Value =>
  range.kind === 'last'
    ? { type: 'relative', key: String(range.seconds), ...(range.seconds % 3600 === 0 ? { amount: range.seconds / 3600, unit: 'hour' } : { amount: range.seconds / 60, unit: 'minute' }) }
    : { type: 'absolute', startDate: localIso(range.start), endDate: localIso(range.end) };

const rangeOf = (value: DateRangePickerProps.Value): TimeRange =>
  value.type === 'relative'
    ? { kind: 'last', seconds: secondsOf(value) }
    : { kind: 'between', start: Math.floor(Date.parse(value.startDate) / 1000), end: Math.floor(Date.parse(value.endDate) / 1000) };

const refusal = (errorMessage: string): DateRangePickerProps.ValidationResult => ({ valid: false, errorMessage });

const validate: DateRangePickerProps.ValidationFunction = (value) => {
  if (value === null) return refusal('Choose a range.');
  if (value.type === 'relative') {
    return secondsOf(value) <= maxRangeSeconds && secondsOf(value) > 0 ? { valid: true } : refusal('Choose at most 6 hours.');
  }
  const length = (Date.parse(value.endDate) - Date.parse(value.startDate)) / 1000;
  if (!Number.isFinite(length)) return refusal('Give both a start and an end, with times.');
  if (length <= 0) return refusal('The end must come after the start.');
  return length <= maxRangeSeconds ? { valid: true } : refusal('Choose at most 6 hours, for example 09:00 to 15:00.');
};

/** Which time a page shows, and whether it keeps itself up to date. */
export const TimeControls = ({ view, change, refresh, refreshing, liveRests }: TimeControlsProps) => {
  const fixed = view.range.kind === 'between';
  const why = fixed ? 'A fixed time does not change, so there is nothing to refresh.' : liveRests;
  return (
    <div className="rs-controls">
      <span title={why ?? `Refreshes every ${liveSecondsOf(view.range)} seconds`}>
        <Toggle checked={view.live && why === undefined} disabled={why !== undefined} onChange={({ detail }) => change({ live: detail.checked }, { replace: true })}>
          Live
        </Toggle>
      </span>
      <DateRangePicker
        value={valueOf(view.range)}
        onChange={({ detail }) => {
          if (detail.value !== null) change({ range: rangeOf(detail.value) });
        }}
        relativeOptions={relativeOptions}
        isValidRange={validate}
        showClearButton={false}
        customRelativeRangeUnits={['minute', 'hour']}
        absoluteFormat="long-localized"
        hideTimeOffset
        ariaLabel="Time range"
        expandToViewport
      />
      <Button iconName="refresh" ariaLabel="Refresh now" loading={refreshing && !view.live} onClick={() => void refresh()} />
    </div>
  );
};
