import { memo, useCallback, useMemo } from 'react';
import { useTraceGraph } from '../../api/queries';
import { Problem } from '../../ui/Problem';
import { Skeleton } from '../../ui/Skeleton';
import type { Entity } from '../../trace/entity';
import { nodeKey } from '../../graph/graph';
import { calleeNames } from '../../trace/kind';
import { walk, type TraceTree } from '../../trace/tree';
import { asCount } from '../map/model';
import { ServiceMap, type MapSelection } from '../map/ServiceMap';

interface TraceMapProps {
  tree: TraceTree;
  selected: Entity | undefined;
  onSelect: (id: string) => void;
}

const keyOf = (entity: Entity): string => nodeKey({ Name: entity.service, Type: entity.serviceType });

/** firstOf finds the first row that belongs to a node: its own segment, or the call that stands for it. */
const firstOf = (tree: TraceTree, key: string): string | null => {
  const name = key.split('|')[0];
  let found: string | null = null;
  walk(tree.roots, (entity) => {
    if (found === null && ((entity.isSegment && keyOf(entity) === key) || (entity.inferredType !== null && calleeNames(entity).has(name ?? '')))) found = entity.id;
  });
  return found;
};

/** The map of one trace; choosing a node goes to its first row. */
export const TraceMap = memo(({ tree, selected, onSelect }: TraceMapProps) => {
  const { data, error, refetch } = useTraceGraph(tree.id);
  const select = useCallback(
    ({ node, edge }: MapSelection) => {
      const id = firstOf(tree, node ?? edge?.split('>')[1] ?? '');
      if (id !== null) onSelect(id);
    },
    [tree, onSelect],
  );
  const key = selected === undefined ? null : keyOf(selected);
  // The same object as long as the node is the same: most moves among the rows leave the map as it is.
  const chosen = useMemo(() => ({ node: key, edge: null }), [key]);
  if (error !== null) return <Problem what="The map of this trace could not be loaded" error={error} retry={refetch} />;
  if (data === undefined) return <Skeleton height={300} label="Loading the map of this trace" />;
  return (
    <section className="rs-card rs-tracemap" aria-label="Trace map">
      <div className="rs-tracemap-room">
        <ServiceMap graph={data} amountOf={asCount} selected={chosen} onSelect={select} label="Map of this trace" />
      </div>
    </section>
  );
});
TraceMap.displayName = 'TraceMap';
