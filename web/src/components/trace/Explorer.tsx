import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Skeleton } from '../../ui/Skeleton';
import { findIn, nextOf } from '../../trace/find';
import { countOf } from '../../util/format';
import { timingOf } from '../../trace/timing';
import { depthOf, failingRows, type TraceTree } from '../../trace/tree';
import type { ChangeView } from '../../url/useView';
import type { TracePane, View, Zoom } from '../../url/view';
import { clampZoom, lengthOf, wholeOf, zoomBy } from '../../trace/zoom';
import { Waterfall } from '../waterfall/Waterfall';
import { ExplorerBar, paneWords } from './ExplorerBar';
import { HelpSheet } from './HelpSheet';
import { Minimap } from './Minimap';
import { useShortcuts, type Shortcut } from './shortcuts';
import { useRows } from './useRows';

const FlameGraph = lazy(() => import('../flame/FlameGraph'));
const CallTable = lazy(() => import('./CallTable'));

interface ExplorerProps {
  tree: TraceTree;
  view: View;
  change: ChangeView;
  onSelect: (id: string) => void;
  onDetails: () => void;
}

/** How much one press of + or - changes what is shown. */
const zoomStep = 0.5;

/** The rows of a trace as timeline, flame graph or table, with the means to find a way in them. */
export const Explorer = ({ tree, view, change, onSelect, onDetails }: ExplorerProps) => {
  const [help, setHelp] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const timing = timingOf(tree);
  const levels = useMemo(() => depthOf(tree), [tree]);
  const failures = useMemo(() => failingRows(tree).size, [tree]);
  const found = useMemo(() => findIn(tree, view.find), [tree, view.find]);
  const matches = useMemo(() => new Set(found.map(({ id }) => id)), [found]);
  const rows = useRows(tree, view.failuresOnly);
  const { openTo, openLevels } = rows;
  const length = lengthOf(tree);
  const zoom = view.zoom === null ? null : clampZoom(view.zoom, length);
  const replace = useCallback((patch: Partial<View>) => change(patch, { replace: true }), [change]);
  const onPane = useCallback((pane: TracePane) => replace({ pane }), [replace]);
  const onZoom = useCallback((next: Zoom | null) => replace({ zoom: next }), [replace]);
  const onEnter = useCallback((row: string, next: Zoom | null) => replace({ row, zoom: next }), [replace]);
  const selected = view.row === null ? undefined : tree.byId.get(view.row);

  // A row that is chosen elsewhere, in a link or on the map, may be inside a closed one.
  useEffect(() => {
    if (selected !== undefined) openTo(selected);
  }, [selected, openTo]);

  const move = (by: 1 | -1): void => {
    const next = nextOf(found, view.row, by);
    if (next !== undefined) onSelect(next.id);
  };
  const find = (text: string): void => {
    const [first] = findIn(tree, text);
    replace({ find: text, failuresOnly: false, ...(first === undefined ? {} : { row: first.id }) });
  };
  const zoomAround = (factor: number): void => {
    const now = zoom ?? wholeOf(tree);
    const middle = selected === undefined ? (now.from + now.to) / 2 : (selected.start + (selected.end ?? tree.end)) / 2 - tree.start;
    onZoom(zoomBy(now, factor, middle, length));
  };
  const actions: Record<Shortcut, () => void> = {
    '/': () => search.current?.focus(),
    n: () => move(1),
    N: () => move(-1),
    '+': () => zoomAround(zoomStep),
    '-': () => zoomAround(1 / zoomStep),
    '0': () => onZoom(null),
    e: () => replace({ failuresOnly: !view.failuresOnly }),
    o: () => openLevels(Infinity),
    x: () => openLevels(1),
    t: () => replace({ pane: 'timeline' }),
    f: () => replace({ pane: 'flame' }),
    c: () => replace({ pane: 'calls' }),
    '?': () => setHelp(true),
  };
  useShortcuts((key) => actions[key]());

  const showCalls = (id: string, name: string): void => replace({ pane: 'timeline', find: name, row: id, failuresOnly: false });
  return (
    <section className="rs-card rs-waterfall" aria-label={paneWords[view.pane]}>
      <header className="rs-waterfall-head">
        <h2 className="rs-h2">{paneWords[view.pane]}</h2>
        <span className="rs-muted rs-small">
          {countOf(tree.byId.size, 'part')} of the work{timing.mostAtOnce > 1 ? `, ${timing.mostAtOnce} busy at once at most` : ''}
        </span>
      </header>
      <ExplorerBar
        view={view}
        found={found}
        levels={levels}
        failures={failures}
        searchRef={search}
        onPane={onPane}
        onFind={find}
        onMove={move}
        onLevels={openLevels}
        onFailures={actions.e}
        onWhole={actions['0']}
        onHelp={actions['?']}
      />
      {view.pane !== 'calls' && <Minimap tree={tree} timing={timing} zoom={zoom} onZoom={onZoom} />}
      {view.pane === 'timeline' && <Waterfall tree={tree} timing={timing} rows={rows} zoom={zoom} matches={matches} selected={view.row} onSelect={onSelect} onDetails={onDetails} />}
      <Suspense fallback={<Skeleton height={300} label="Drawing the trace" />}>
        {view.pane === 'flame' && <FlameGraph tree={tree} timing={timing} zoom={zoom} matches={matches} selected={selected} onSelect={onSelect} onZoom={onZoom} onEnter={onEnter} />}
        {view.pane === 'calls' && <CallTable tree={tree} timing={timing} onShow={showCalls} />}
      </Suspense>
      {help && <HelpSheet onClose={() => setHelp(false)} />}
    </section>
  );
};
