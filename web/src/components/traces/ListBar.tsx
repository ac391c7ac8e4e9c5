import SegmentedControl from '@cloudscape-design/components/segmented-control';
import type { TraceSummary } from '../../api/types';
import { countText } from '../../util/format';
import { shortName } from '../../util/nodeType';
import type { StatusClass } from '../../util/status';
import { statusOf } from '../../util/summaryRow';
import { traceSorts, type TraceSort, type View } from '../../util/view';
import type { ChangeView } from '../../util/useView';
import { ClassChips } from './ClassChips';

const sortWords: Record<TraceSort, string> = { newest: 'Newest', slowest: 'Slowest', fastest: 'Fastest' };

const countByClass = (loaded: TraceSummary[]): Record<StatusClass, number> => {
  const counts: Record<StatusClass, number> = { ok: 0, error: 0, throttle: 0, fault: 0, pending: 0 };
  for (const summary of loaded) counts[statusOf(summary)] += 1;
  return counts;
};

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

interface ListBarProps {
  view: View;
  change: ChangeView;
  loaded: TraceSummary[];
  shown: number;
  hasMore: boolean;
}

/** Narrows and orders the list, and says that it does so among the loaded traces only. */
export const ListBar = ({ view, change, loaded, shown, hasMore }: ListBarProps) => (
  <div className="rs-listbar">
    <ClassChips counts={countByClass(loaded)} chosen={view.classes} onChange={(classes) => change({ classes }, { replace: true })} />
    <ViaChips via={view.via} onChange={(via) => change({ via })} />
    <span className="rs-listbar-end">
      <span className="rs-muted rs-small" role="status">
        {shown === loaded.length ? countText(shown) : `${countText(shown)} of ${countText(loaded.length)}`} loaded{hasMore ? '; there are more' : ''}
      </span>
      <SegmentedControl
        label="Order"
        selectedId={view.sort}
        options={traceSorts.map((id) => ({ id, text: sortWords[id] }))}
        onChange={({ detail }) => change({ sort: traceSorts.find((sort) => sort === detail.selectedId) ?? 'newest' }, { replace: true })}
      />
    </span>
  </div>
);
