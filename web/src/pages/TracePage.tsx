import '../styles/detail.css';
import Alert from '@cloudscape-design/components/alert';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useParams } from 'react-router';
import { useTrace } from '../api/queries';
import { DetailPanel } from '../components/detail/DetailPanel';
import { warmLayout } from '../components/map/layout';
import { TraceHead, TraceTitle } from '../components/TraceHead';
import { TraceMap } from '../components/TraceMap';
import { Waterfall } from '../components/waterfall/Waterfall';
import { Problem } from '../ui/Problem';
import { Skeleton, SkeletonRows } from '../ui/Skeleton';
import { countOf } from '../util/format';
import { storyOf } from '../util/story';
import { normalTraceId } from '../util/traceId';
import type { TraceTree } from '../util/tree';
import { useTitle } from '../util/useTitle';
import { useView } from '../util/useView';

const warningsOf = (tree: TraceTree): string[] => {
  const orphans = tree.roots.filter((entity) => entity.isOrphan).length;
  return [
    ...(orphans > 0 ? [`${countOf(orphans, 'part')} of this trace lost the part that began ${orphans === 1 ? 'it' : 'them'}; see “parent missing” at the end of the timeline.`] : []),
    ...(tree.limitExceeded ? ['This trace was larger than the server keeps, so later parts are not shown.'] : []),
    ...(tree.unreadable > 0 ? [`${countOf(tree.unreadable, 'document')} could not be read.`] : []),
  ];
};

const TraceView = ({ tree }: { tree: TraceTree }) => {
  const [view, change] = useView();
  const panel = useRef<HTMLElement>(null);
  const selected = view.row === null ? undefined : tree.byId.get(view.row);
  const root = tree.roots.find((entity) => entity.isSegment && !entity.isOrphan);
  const story = useMemo(() => storyOf(tree), [tree]);
  const select = useCallback((row: string) => change({ row }, { replace: true }), [change]);
  return (
    <>
      <TraceTitle tree={tree} root={root} />
      <TraceHead tree={tree} root={root} story={story} onSelect={select} />
      {warningsOf(tree).map((warning) => (
        <Alert key={warning} type="warning">
          {warning}
        </Alert>
      ))}
      <TraceMap tree={tree} selected={selected} onSelect={select} />
      <div className="rs-tracegrid" data-panel={selected !== undefined}>
        <Waterfall tree={tree} selected={view.row} onSelect={select} onDetails={() => panel.current?.focus()} />
        {selected !== undefined && (
          <DetailPanel
            entity={selected}
            tree={tree}
            tab={view.tab}
            onTab={(tab) => change({ tab }, { replace: true })}
            onClose={() => change({ row: null }, { replace: true })}
            panelRef={panel}
          />
        )}
      </div>
    </>
  );
};

/** One trace: what happened, where, when. */
const TracePage = () => {
  const { id = '' } = useParams();
  const normal = normalTraceId(id) ?? id;
  useTitle(`Trace ${normal}`);
  useEffect(warmLayout, []);
  const { data, error, refetch } = useTrace(normal);
  if (error !== null && data === undefined) return <Problem what="This trace could not be loaded" error={error} retry={refetch} />;
  if (data === undefined) {
    return (
      <>
        <Skeleton height={120} label="Loading the trace" />
        <SkeletonRows count={10} label="Loading the timeline" />
      </>
    );
  }
  return <TraceView tree={data} />;
};

export default TracePage;
