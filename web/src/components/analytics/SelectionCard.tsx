import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { noSelection, selectionOf, type Analytics } from '../../url/analytics';
import { durationText } from '../../util/format';
import type { Analysis } from '../../api/queries';
import { ExpressionBox } from '../filter/ExpressionBox';
import { Fields } from './Fields';
import { ReadyChips } from './ReadyChips';
import type { AnalyticsPlace } from './useAnalytics';
import { clockText } from './words';

const timeText = ({ since, until }: Analytics): string => {
  if (since === null) return `before ${clockText(until ?? 0)}`;
  return until === null ? `since ${clockText(since)}` : `${clockText(since)} to ${clockText(until)}`;
};

const bandText = ({ min, max }: Analytics): string => {
  if (min === null) return `faster than ${durationText(max ?? 0)}`;
  return max === null ? `slower than ${durationText(min)}` : `${durationText(min)} to ${durationText(max)}`;
};

const Part = ({ text, onRemove }: { text: string; onRemove: () => void }) => (
  <button type="button" className="rs-chip" aria-pressed="true" aria-label={`${text}. Remove this from the selection`} onClick={onRemove}>
    {text} <span aria-hidden="true">×</span>
  </button>
);

/** Says what set A is and what set B is, and changes both. */
export const SelectionCard = ({ place, data }: { place: AnalyticsPlace; data: Analysis | undefined }) => {
  const { view, state, change, acts } = place;
  const { since, until, min, max } = state;
  const selected = selectionOf(state) !== null;
  return (
    <section className="rs-card rs-pad rs-selection" aria-label="What is compared">
      <div className="rs-selection-line">
        <h2 className="rs-h2">
          <span className="rs-side" data-side="a">
            A
          </span>{' '}
          Selection
        </h2>
        {data !== undefined && <ReadyChips data={data} state={state} acts={acts} />}
      </div>
      <ExpressionBox label="Select requests that match" applied={state.select} onApply={(select) => change({ select })} range={view.range} />
      {selected && (
        <div className="rs-chips">
          {(since !== null || until !== null) && <Part text={timeText(state)} onRemove={() => change({ since: null, until: null })} />}
          {(min !== null || max !== null) && <Part text={bandText(state)} onRemove={() => change({ min: null, max: null })} />}
          <Button variant="inline-link" onClick={() => change({ ...noSelection, compare: '' })}>
            Clear the selection
          </Button>
        </div>
      )}
      <ExpandableSection headerText="Select a time or response times, or compare with something else than the rest" variant="footer" defaultExpanded={state.compare !== ''}>
        <div className="rs-selection-more">
          <Fields key={[since, until, min, max].join()} state={state} onApply={(part) => change(part)} />
          <h3 className="rs-h3">
            <span className="rs-side" data-side="b">
              B
            </span>{' '}
            What it is compared with
          </h3>
          {selected ? (
            <ExpressionBox label="Compare with requests that match; with none given, with the rest" applied={state.compare} onApply={(compare) => change({ compare })} range={view.range} />
          ) : (
            <p className="rs-note">Select something first. It is compared with the rest, unless you say with what.</p>
          )}
        </div>
      </ExpandableSection>
    </section>
  );
};
