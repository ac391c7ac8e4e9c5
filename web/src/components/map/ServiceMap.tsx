import '@xyflow/react/dist/style.css';
import '../../styles/map.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ReactFlow, ReactFlowProvider, useStore, ViewportPortal } from '@xyflow/react';
import { useId, useMemo, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { Problem } from '../../ui/Problem';
import { Skeleton } from '../../ui/Skeleton';
import { shapeOf, type Graph } from '../../graph/graph';
import { remembering } from '../../graph/graphParts';
import type { NodeSize } from '../../graph/mapView';
import { layoutOf, type Layout } from './layout';
import { MapButtons } from './MapButtons';
import { MapEdges } from './MapEdges';
import { MapNodeView } from './MapNodeView';
import { edgesOf, nodesOf, type AmountOf, type Drawing } from './model';
import { sizesOf } from './sizes';
import { useKeepFitted } from './useKeepFitted';
import { useReveal } from './useReveal';
import { keyWords, nowhere, spotOf, useWalk, type Spot } from './useWalk';

export type MapSelection = Spot;

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

/** Below this zoom words are too small to read, and cost more to draw than all else. */
const wordsZoom = 0.34;

const zoomKeys = ['Control', 'Meta'];

type CanvasProps = ServiceMapProps & { layout: Layout };

/**
 * Nodes and edges are drawn here; React Flow moves and zooms them. Given to it as its own, each would listen to every
 * movement, and each edge would be a picture of the size of the map.
 */
const Canvas = ({ graph, layout, amountOf, selected, onSelect, label, size = 'same', tools }: CanvasProps) => {
  const drawing = useMemo((): Drawing => ({ layout, amountOf, sizes: sizesOf(graph.nodes, size) }), [graph, layout, amountOf, size]);
  const nodes = useMemo(() => nodesOf(graph, drawing), [graph, drawing]);
  const edges = useMemo(() => edgesOf(graph, drawing), [graph, drawing]);
  const { container, fit, onMove } = useKeepFitted(layout);
  const reveal = useReveal(layout, selected);
  const { stop, onKey, onFocus } = useWalk(container, graph, layout, selected, reveal);
  const isFar = useStore(({ transform }) => transform[2] < wordsZoom);
  const keysId = useId();

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onSelect(nowhere);
    onKey(event);
  };
  const onClick = (event: MouseEvent): void => {
    const spot = spotOf(event.target);
    if (spot !== null) onSelect(spot);
  };
  return (
    // Keys and clicks are those of the nodes and labels inside, which are buttons; lines are for the mouse alone.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div className="rs-map" ref={container} role="group" aria-label={label} aria-describedby={keysId} data-far={isFar} onKeyDown={onKeyDown} onClick={onClick} onFocus={onFocus}>
      <p id={keysId} hidden>
        {keyWords}
      </p>
      <ReactFlow
        onPaneClick={() => onSelect(nowhere)}
        onMove={onMove}
        disableKeyboardA11y
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        zoomOnScroll={false}
        zoomActivationKeyCode={zoomKeys}
        minZoom={0.05}
        maxZoom={2}
      >
        <ViewportPortal>
          <MapEdges edges={edges} selected={selected.edge} stop={stop.edge} />
          {nodes.map((node) => (
            <MapNodeView key={node.id} drawn={node} isSelected={node.id === selected.node} isStop={node.id === stop.node} />
          ))}
        </ViewportPortal>
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
      <Canvas {...props} layout={layout.data} />
    </ReactFlowProvider>
  );
};
