import { useEffect, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { useTrace } from '../api/queries';
import { warmLayout } from '../components/map/layout';
import { TraceMap } from '../components/trace/TraceMap';
import { TraceView } from '../components/trace/TraceView';
import { Problem } from '../ui/Problem';
import { Skeleton, SkeletonRows } from '../ui/Skeleton';
import type { Entity } from '../trace/entity';
import { normalTraceId } from '../util/traceId';
import { useTitle } from '../util/useTitle';

/** One trace: what happened, where, when. */
const TracePage = () => {
  const { id = '' } = useParams();
  const normal = normalTraceId(id) ?? id;
  useTitle(`Trace ${normal}`);
  const { data, error, refetch } = useTrace(normal);
  const isDrawn = data !== undefined;
  // Not before: starting the engine would take the time that the rows need.
  useEffect(() => {
    if (isDrawn) warmLayout();
  }, [isDrawn]);
  if (error !== null && data === undefined) return <Problem what="This trace could not be loaded" error={error} retry={refetch} />;
  if (data === undefined) {
    return (
      <>
        <Skeleton height={120} label="Loading the trace" />
        <SkeletonRows count={10} label="Loading the timeline" />
      </>
    );
  }
  const map = (selected: Entity | undefined, select: (row: string) => void): ReactNode => <TraceMap tree={data} selected={selected} onSelect={select} />;
  return <TraceView tree={data} map={map} />;
};

export default TracePage;
