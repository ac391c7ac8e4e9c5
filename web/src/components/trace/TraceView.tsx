import '../../styles/detail.css';
import '../../styles/explorer.css';
import Alert from '@cloudscape-design/components/alert';
import { useCallback, useDeferredValue, useMemo, useRef, type ReactNode } from 'react';
import { countOf } from '../../util/format';
import { storyOf } from '../../trace/story';
import { mainRoot, type TraceTree } from '../../trace/tree';
import type { DetailTab } from '../../url/view';
import { useView } from '../../url/useView';
import type { Entity } from '../../trace/entity';
import { DetailPanel } from '../detail/DetailPanel';
import { Explorer } from './Explorer';
import { LinkedTraces } from './LinkedTraces';
import { TraceActions } from './TraceActions';
import { TraceHead, TraceTitle } from './TraceHead';

const warningsOf = (tree: TraceTree): string[] => {
  const orphans = tree.roots.filter((entity) => entity.isOrphan).length;
  return [
    ...(orphans > 0 ? [`${countOf(orphans, 'part')} of this trace lost the part that began ${orphans === 1 ? 'it' : 'them'}; see “parent missing” at the end of the timeline.`] : []),
    ...(tree.limitExceeded ? ['This trace was larger than the server keeps, so later parts are not shown.'] : []),
    ...(tree.unreadable > 0 ? [`${countOf(tree.unreadable, 'document')} could not be read.`] : []),
  ];
};

interface TraceViewProps {
  tree: TraceTree;
  /** The map of the trace, which only a server can draw. */
  map?: (selected: Entity | undefined, select: (id: string) => void) => ReactNode;
}

/** One trace from all sides: its story, its map, its rows, and what is known of the selected row. */
export const TraceView = ({ tree, map }: TraceViewProps) => {
  const [view, change] = useView();
  const panel = useRef<HTMLElement>(null);
  const selected = view.row === null ? undefined : tree.byId.get(view.row);
  const root = mainRoot(tree);
  const story = useMemo(() => storyOf(tree), [tree]);
  const select = useCallback((row: string) => change({ row }, { replace: true }), [change]);
  // The mark moves with the key; the details and the map follow when the browser has time, so that a held key is not held up.
  const shown = useDeferredValue(selected);
  const changeTab = useCallback((tab: DetailTab) => change({ tab }, { replace: true }), [change]);
  const close = useCallback(() => change({ row: null }, { replace: true }), [change]);
  const toDetails = useCallback(() => panel.current?.focus(), []);
  return (
    <>
      <div className="rs-pagehead">
        <TraceTitle tree={tree} root={root} />
        <TraceActions tree={tree} />
      </div>
      <TraceHead tree={tree} root={root} story={story} onSelect={select} />
      {warningsOf(tree).map((warning) => (
        <Alert key={warning} type="warning">
          {warning}
        </Alert>
      ))}
      {map?.(shown, select)}
      <LinkedTraces tree={tree} onSelect={select} />
      <div className="rs-tracegrid" data-panel={selected !== undefined}>
        <Explorer tree={tree} view={view} change={change} onSelect={select} onDetails={toDetails} />
        {selected !== undefined && <DetailPanel entity={shown ?? selected} tree={tree} tab={view.tab} onTab={changeTab} onClose={close} onSelect={select} panelRef={panel} />}
      </div>
    </>
  );
};
