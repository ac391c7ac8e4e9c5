import SegmentedControl from '@cloudscape-design/components/segmented-control';
import type { ReactNode } from 'react';
import type { AnalyzeResponse, Figures } from '../../api/rayscope.gen';
import { countOf } from '../../util/format';
import { shortName } from '../../util/nodeType';
import { traceSorts, type TraceSort, type View } from '../../url/view';
import type { ChangeView } from '../../url/useView';
import { ClassChips } from './ClassChips';

const sortWords: Record<TraceSort, string> = { newest: 'Newest', slowest: 'Slowest', fastest: 'Fastest' };

const ViaChips = ({ via, onChange }: { via: string[]; onChange: (via: string[]) => void }) => (
  <>
    {via.map((key) => {
      const [name = '', type] = key.split('|');
      const shown = type === 'client' ? `clients of ${name}` : shortName(name);
      return (
        <button key={key} type="button" className="rs-chip" aria-pressed="true" aria-label={`Through ${shown}. Remove this condition`} onClick={() => onChange(via.filter((other) => other !== key))}>
          through <strong>{shown}</strong> <span aria-hidden="true">×</span>
        </button>
      );
    })}
  </>
);

/** totalText says how many traces match, exactly or at least. */
const totalText = ({ A, Exact }: AnalyzeResponse): string => `${Exact ? '' : 'At least '}${countOf(A.Count, 'trace')}${A.Count === 1 ? ' matches' : ' match'}`;

interface ListBarProps {
  view: View;
  change: ChangeView;
  /** What is known of all traces that match. */
  answer: AnalyzeResponse | null;
  /** The same without regard to the classes chosen. */
  figures: Figures | null;
  /** More to do with the list. */
  children: ReactNode;
}

/** Narrows and orders the list, for all traces that match, loaded or not. */
export const ListBar = ({ view, change, answer, figures, children }: ListBarProps) => (
  <div className="rs-listbar">
    <ClassChips figures={figures} chosen={view.classes} onChange={(classes) => change({ classes }, { replace: true })} />
    <ViaChips via={view.via} onChange={(via) => change({ via })} />
    <span className="rs-listbar-end">
      <span className="rs-small" role="status">
        {answer === null ? 'Counting' : totalText(answer)}
        {answer?.StoppedBecause != null && <span className="rs-muted"> {answer.StoppedBecause}</span>}
      </span>
      <SegmentedControl
        label="Order"
        selectedId={view.sort}
        options={traceSorts.map((id) => ({ id, text: sortWords[id] }))}
        onChange={({ detail }) => change({ sort: traceSorts.find((sort) => sort === detail.selectedId) ?? 'newest' }, { replace: true })}
      />
      {children}
    </span>
  </div>
);
