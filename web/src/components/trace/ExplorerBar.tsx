import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { memo, type RefObject } from 'react';
import type { Entity } from '../../trace/entity';
import { tracePanes, type TracePane, type View } from '../../url/view';
import { SearchBox } from './SearchBox';

export const paneWords: Record<TracePane, string> = { timeline: 'Timeline', flame: 'Flame graph', calls: 'Calls' };

interface ExplorerBarProps {
  view: View;
  found: Entity[];
  levels: number;
  failures: number;
  searchRef: RefObject<HTMLInputElement | null>;
  onPane: (pane: TracePane) => void;
  onFind: (text: string) => void;
  onMove: (by: 1 | -1) => void;
  onLevels: (levels: number) => void;
  onFailures: () => void;
  onWhole: () => void;
  onHelp: () => void;
}

const Levels = ({ levels, onLevels }: { levels: number; onLevels: (levels: number) => void }) => (
  <select
    className="rs-select"
    aria-label="Open rows to a level"
    value=""
    onChange={(event) => onLevels(event.target.value === 'all' ? Infinity : Number(event.target.value))}
  >
    <option value="" disabled hidden>
      Open to…
    </option>
    <option value="all">all levels</option>
    {Array.from({ length: Math.min(8, levels - 1) }, (_, i) => (
      <option key={i} value={i + 1}>
        {i === 0 ? 'first level' : `${i + 1} levels`}
      </option>
    ))}
  </select>
);

const Panes = memo(({ pane, onPane }: { pane: TracePane; onPane: (pane: TracePane) => void }) => (
  <SegmentedControl
    label="Show the trace as"
    selectedId={pane}
    options={tracePanes.map((id) => ({ id, text: paneWords[id] }))}
    onChange={({ detail }) => onPane(tracePanes.find((id) => id === detail.selectedId) ?? 'timeline')}
  />
));
Panes.displayName = 'Panes';

/** What is drawn, and what is looked for in it. */
export const ExplorerBar = ({ view, found, levels, failures, searchRef, onPane, onFind, onMove, onLevels, onFailures, onWhole, onHelp }: ExplorerBarProps) => (
  <div className="rs-explorer-bar">
    <Panes pane={view.pane} onPane={onPane} />
    {view.pane !== 'calls' && <SearchBox text={view.find} found={found} selected={view.row} inputRef={searchRef} onText={onFind} onMove={onMove} />}
    <span className="rs-explorer-tools">
      {view.zoom !== null && view.pane !== 'calls' && (
        <button type="button" className="rs-tool" onClick={onWhole}>
          Whole trace
        </button>
      )}
      {view.pane === 'timeline' && (
        <>
          {levels > 1 && <Levels levels={levels} onLevels={onLevels} />}
          {(failures > 0 || view.failuresOnly) && (
            <button type="button" className="rs-tool" aria-pressed={view.failuresOnly} onClick={onFailures}>
              Only failures
            </button>
          )}
        </>
      )}
      <button type="button" className="rs-tool" aria-label="Keys of this page" title="Keys of this page (?)" onClick={onHelp}>
        ?
      </button>
    </span>
  </div>
);
