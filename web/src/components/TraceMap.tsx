import { useCallback } from 'react';
import { useTraceGraph } from '../api/queries';
import { Problem } from '../ui/Problem';
import { Skeleton } from '../ui/Skeleton';
import type { Entity } from '../util/entity';
import { nodeKey } from '../util/graph';
import { walk, type TraceTree } from '../util/tree';
import { asCount } from './map/model';
import { ServiceMap, type MapSelection } from './map/ServiceMap';

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
    if (found === null && ((entity.isSegment && keyOf(entity) === key) || (entity.inferredType !== null && [entity.name, ...calledNames(entity)].includes(name ?? '')))) found = entity.id;
  });
  return found;
};

const calledNames = (entity: Entity): string[] => {
  const aws = entity.doc['aws'];
  return typeof aws === 'object' && aws !== null ? Object.values(aws).filter((value): value is string => typeof value === 'string') : [];
};

/** The map of one trace; choosing a node goes to its first row. */
export const TraceMap = ({ tree, selected, onSelect }: TraceMapProps) => {
  const { data, error, refetch } = useTraceGraph(tree.id);
  const select = useCallback(
    ({ node, edge }: MapSelection) => {
      const id = firstOf(tree, node ?? edge?.split('>')[1] ?? '');
      if (id !== null) onSelect(id);
    },
    [tree, onSelect],
  );
  if (error !== null) return <Problem what="The map of this trace could not be loaded" error={error} retry={refetch} />;
  if (data === undefined) return <Skeleton height={300} label="Loading the map of this trace" />;
  return (
    <section className="rs-card rs-tracemap" aria-label="Trace map">
      <div className="rs-tracemap-room">
        <ServiceMap graph={data} amountOf={asCount} selected={{ node: selected === undefined ? null : keyOf(selected), edge: null }} onSelect={select} label="Map of this trace" />
      </div>
    </section>
  );
};
