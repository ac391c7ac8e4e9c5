import type { Analysis } from '../../api/queries';
import { StatusIcon } from '../../ui/StatusIcon';
import { noSelection, selectionOf, type Analytics } from '../../url/analytics';
import { countText, durationText } from '../../util/format';
import { maxRangeSeconds } from '../../util/range';
import type { CountedClass } from '../../util/status';
import { quantile } from './bins';
import { largestChange } from './change';
import type { Acts } from './useAnalytics';
import { clockText } from './words';

interface ChipProps {
  pressed: boolean;
  title: string;
  /** Why it cannot be chosen. */
  not?: string | undefined;
  status?: CountedClass;
  text: string;
  count?: number | undefined;
  onChoose: () => void;
}

const Chip = ({ pressed, title, not, status, text, count, onChoose }: ChipProps) => (
  <button type="button" className="rs-chip" data-status={status} aria-pressed={pressed} aria-disabled={not !== undefined} title={not ?? title} onClick={() => not === undefined && onChoose()}>
    {status !== undefined && <StatusIcon status={status} />}
    {text}
    {count !== undefined && <span className="rs-chip-count">{countText(count)}</span>}
  </button>
);

const classes = [
  ['fault', 'Faults', 'Requests that the service itself failed', 'FaultCount'],
  ['error', 'Errors', 'Requests that asked for something wrong', 'ErrorCount'],
  ['throttle', 'Throttled', 'Requests that were refused because there were too many', 'ThrottleCount'],
] as const;

/** Whether the selection is this and nothing else. */
const isExactly = (state: Analytics, part: Partial<Analytics>): boolean => JSON.stringify(selectionOf(state)) === JSON.stringify(selectionOf({ ...state, ...noSelection, ...part }));

interface ReadyChipsProps {
  data: Analysis;
  state: Analytics;
  acts: Acts;
}

/** Selections that are asked for most, ready to choose. Chosen again, they are taken back. */
export const ReadyChips = ({ data: { answer, window, compared }, state, acts }: ReadyChipsProps) => {
  const { A, B } = answer;
  // With a second expression the two sets are not all requests, so what is true of all is not known.
  const whole = !compared;
  const slow = whole ? quantile(answer.Histogram?.Buckets ?? [], 0.95) : null;
  const change = whole && answer.HeatMap !== null ? largestChange(answer.HeatMap) : null;
  const length = window.end - window.start;
  const toggle = (part: Partial<Analytics>): void => acts.select(isExactly(state, part) ? {} : part);
  return (
    <div className="rs-chips" role="group" aria-label="Ready-made selections">
      {classes.map(([name, text, title, count]) => {
        const all = whole ? A[count] + (B?.[count] ?? 0) : undefined;
        return (
          <Chip
            key={name}
            status={name}
            text={text}
            title={title}
            count={all}
            not={all === 0 && state.select !== name ? 'There are none in this time.' : undefined}
            pressed={isExactly(state, { select: name })}
            onChoose={() => toggle({ select: name })}
          />
        );
      })}
      {slow !== null && (
        <Chip text="Slowest 5 %" title={`Requests that took ${durationText(slow)} or longer`} pressed={isExactly(state, { min: slow })} onChoose={() => toggle({ min: slow })} />
      )}
      {change !== null && (
        <Chip
          text={`Since ${clockText(change.at)}: ${change.what}`}
          title="What came after the largest change of this time, compared with what came before"
          pressed={isExactly(state, { since: change.at })}
          onChoose={() => toggle({ since: change.at })}
        />
      )}
      <Chip
        text="Compare with the time before"
        title="Makes the time twice as long, and selects its second half"
        not={2 * length > maxRangeSeconds ? `Choose ${maxRangeSeconds / 7200} hours at most: both halves have to fit into ${maxRangeSeconds / 3600} hours.` : undefined}
        pressed={false}
        onChoose={() => acts.go({ range: { kind: 'between', start: window.start - length, end: window.end } }, { ...noSelection, compare: '', since: window.start })}
      />
    </div>
  );
};
