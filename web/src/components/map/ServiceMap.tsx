import '@xyflow/react/dist/style.css';
import '../../styles/map.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Background, ReactFlow, ReactFlowProvider, useStore, type EdgeTypes, type NodeTypes } from '@xyflow/react';
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Problem } from '../../ui/Problem';
import { Skeleton } from '../../ui/Skeleton';
import { shapeOf, type Graph } from '../../util/graph';
import { remembering } from '../../util/graphParts';
import type { NodeSize } from '../../util/mapView';
import { layoutOf, type Layout } from './layout';
import { MapButtons } from './MapButtons';
import { MapEdgeView } from './MapEdgeView';
import { MapNodeView } from './MapNodeView';
import { edgesOf, nodesOf, withChosen, withSelected, type AmountOf, type Drawing, type MapEdge, type MapNode } from './model';
import { isArrowKey, neighbourOf } from './neighbour';
import { SelectEdge } from './selectEdge';
import { sizesOf } from './sizes';
import { useKeepFitted } from './useKeepFitted';
import { useReveal } from './useReveal';

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
  /** What the size of nodes stands for. */
  size?: NodeSize;
  /** Says which data the map is of: with others, places need not be kept. */
  scope?: string;
  /** More buttons, below those for zooming, that work on what is drawn. */
  tools?: (drawing: Drawing) => ReactNode;
}

/** useRemembered is the graph with all that it had before in this scope. */
const useRemembered = (graph: Graph, scope: string): Graph => {
  const [known, setKnown] = useState({ scope, graph });
  const all = known.scope === scope ? remembering(known.graph, graph) : graph;
  if (known.scope !== scope || known.graph !== all) setKnown({ scope, graph: all });
  return all;
};

/** Places stay while nothing is new, also for what comes and goes. */
const useLayout = (graph: Graph, scope: string) => {
  const all = useRemembered(graph, scope);
  return useQuery({
    queryKey: ['layout', shapeOf(all)],
    queryFn: () => layoutOf(all),
    staleTime: Infinity,
    retry: false,
    placeholderData: keepPreviousData,
  });
};

const none: MapSelection = { node: null, edge: null };

/** Below this zoom words are too small to read, and cost more to draw than all else. */
const wordsZoom = 0.34;

type CanvasProps = ServiceMapProps & { layout: Layout };

const focusedNode = (event: KeyboardEvent): string | null => (event.target instanceof HTMLElement ? (event.target.closest<HTMLElement>('[data-node]')?.dataset['node'] ?? null) : null);

const Canvas = ({ graph, layout, amountOf, selected, onSelect, label, size = 'same', tools }: CanvasProps) => {
  const drawing = useMemo((): Drawing => ({ layout, amountOf, sizes: sizesOf(graph.nodes, size) }), [graph, layout, amountOf, size]);
  const placed = useMemo(() => nodesOf(graph, drawing), [graph, drawing]);
  const nodes = useMemo(() => withSelected(placed, selected.node), [placed, selected.node]);
  const routed = useMemo(() => edgesOf(graph, drawing), [graph, drawing]);
  const edges = useMemo(() => withChosen(routed, selected.edge), [routed, selected.edge]);
  const { container, fit, onMove } = useKeepFitted(layout);
  const reveal = useReveal(layout, selected.node);
  const far = useStore(({ transform }) => transform[2] < wordsZoom);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onSelect(none);
    const at = focusedNode(event);
    if (at === null || !isArrowKey(event.key)) return;
    event.preventDefault();
    const next = neighbourOf(graph, layout, at, event.key);
    if (next === null) return;
    reveal(next);
    container.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
  };
  return (
    // The keys are those of the nodes inside, which are buttons.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div className="rs-map" ref={container} role="group" aria-label={label} data-far={far} onKeyDown={onKeyDown}>
      <ReactFlow<MapNode, MapEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeClick={(_, node) => onSelect({ node: node.id, edge: null })}
        onEdgeClick={(_, edge) => onSelect({ node: null, edge: edge.id })}
        onPaneClick={() => onSelect(none)}
        onMove={onMove}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        zoomOnScroll={false}
        zoomActivationKeyCode={['Control', 'Meta']}
        minZoom={0.05}
        maxZoom={2}
      >
        <Background gap={22} size={1.2} color="var(--rs-grid)" />
        <MapButtons fit={fit}>{tools?.(drawing)}</MapButtons>
      </ReactFlow>
    </div>
  );
};

/** The map of a graph: services as rings, calls as arrows. Places stay while the data refreshes. */
export const ServiceMap = (props: ServiceMapProps) => {
  const layout = useLayout(props.graph, props.scope ?? '');
  if (layout.error !== null) return <Problem what="The map could not be drawn" error={layout.error} retry={layout.refetch} />;
  if (layout.data === undefined) return <Skeleton height="100%" label="Drawing the map" />;
  return (
    <ReactFlowProvider>
      <SelectEdge value={(edge) => props.onSelect({ node: null, edge })}>
        <Canvas {...props} layout={layout.data} />
      </SelectEdge>
    </ReactFlowProvider>
  );
};
