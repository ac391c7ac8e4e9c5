import '@xyflow/react/dist/style.css';
import '../../styles/map.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Background, ReactFlow, ReactFlowProvider, type EdgeTypes, type NodeTypes } from '@xyflow/react';
import { useMemo } from 'react';
import { Problem } from '../../ui/Problem';
import { Skeleton } from '../../ui/Skeleton';
import { shapeOf, type Graph } from '../../util/graph';
import { layoutOf } from './layout';
import { MapButtons } from './MapButtons';
import { MapEdgeView } from './MapEdgeView';
import { MapNodeView } from './MapNodeView';
import { edgesOf, nodesOf, type AmountOf, type MapEdge, type MapNode } from './model';
import { useKeepFitted } from './useKeepFitted';

const nodeTypes: NodeTypes = { service: MapNodeView };
const edgeTypes: EdgeTypes = { call: MapEdgeView };

export interface MapSelection {
  node: string | null;
  edge: string | null;
}

interface ServiceMapProps {
  graph: Graph;
  amountOf: AmountOf;
  selected: MapSelection;
  onSelect: (selection: MapSelection) => void;
  label: string;
}

const useLayout = (graph: Graph) =>
  useQuery({
    queryKey: ['layout', shapeOf(graph)],
    queryFn: () => layoutOf(graph),
    staleTime: Infinity,
    retry: false,
    placeholderData: keepPreviousData,
  });

type CanvasProps = ServiceMapProps & { layout: NonNullable<ReturnType<typeof useLayout>['data']> };

const Canvas = ({ graph, layout, amountOf, selected, onSelect, label }: CanvasProps) => {
  const nodes = useMemo(() => nodesOf(graph, layout, amountOf, selected.node), [graph, layout, amountOf, selected.node]);
  const edges = useMemo(
    () => edgesOf(graph, layout, amountOf, selected.edge, (edge) => onSelect({ node: null, edge })),
    [graph, layout, amountOf, selected.edge, onSelect],
  );
  const { container, fit, onMove } = useKeepFitted(layout);
  return (
    <div className="rs-map" ref={container} role="group" aria-label={label}>
      <ReactFlow<MapNode, MapEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeClick={(_, node) => onSelect({ node: node.id, edge: null })}
        onEdgeClick={(_, edge) => onSelect({ node: null, edge: edge.id })}
        onPaneClick={() => onSelect({ node: null, edge: null })}
        onMove={onMove}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        zoomOnScroll={false}
        zoomActivationKeyCode={['Control', 'Meta']}
        minZoom={0.15}
        maxZoom={2}
      >
        <Background gap={22} size={1.2} color="var(--rs-grid)" />
        <MapButtons fit={fit} />
      </ReactFlow>
    </div>
  );
};

/** The map of a graph: services as rings, calls as arrows. Positions stay while its nodes and edges are the same. */
export const ServiceMap = (props: ServiceMapProps) => {
  const layout = useLayout(props.graph);
  if (layout.error !== null) return <Problem what="The map could not be drawn" error={layout.error} retry={layout.refetch} />;
  if (layout.data === undefined) return <Skeleton height="100%" label="Drawing the map" />;
  return (
    <ReactFlowProvider>
      <Canvas {...props} layout={layout.data} />
    </ReactFlowProvider>
  );
};
