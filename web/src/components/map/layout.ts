import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { shapeOf, type Graph } from '../../util/graph';

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  /** shapeOf the graph that was laid out. */
  shape: string;
  /** Top left corner of each node's ring. */
  nodes: Map<string, Point>;
  /** Corners of each edge, and the middle of its label. */
  edges: Map<string, { points: Point[]; label: Point }>;
}

/** Sizes in pixels at zoom 1. The ring takes part in the layout, the words below it as its margin. */
export const ringSize = 64;
export const captionSize = { width: 128, height: 60 };
export const edgeLabelSize = { width: 68, height: 32 };
/** What the layout is told of a caption: as wide as its text is likely to be, for the gaps between columns count. */
const captionRoom = (name: string): { width: number; height: number } => ({
  width: Math.min(captionSize.width, Math.max(104, name.length * 8)),
  height: captionSize.height,
});

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.labelNode': '2',
  'elk.spacing.componentComponent': '48',
  // Input order is alphabetical, so the same graph always looks the same.
  'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};

const inputOf = (graph: Graph): ElkNode => ({
  id: 'map',
  layoutOptions: options,
  children: graph.nodes.map((node) => ({
    id: node.key,
    width: ringSize,
    height: ringSize,
    labels: [{ id: `${node.key}#caption`, text: node.name, ...captionRoom(node.name) }],
    layoutOptions: {
      'elk.nodeLabels.placement': 'OUTSIDE V_BOTTOM H_CENTER',
      ...(node.isClient ? { 'elk.layered.layering.layerConstraint': 'FIRST' } : {}),
    },
  })),
  edges: graph.edges.map((edge) => ({
    id: edge.key,
    sources: [edge.from],
    targets: [edge.to],
    labels: [
      {
        id: `${edge.key}#label`,
        text: 'label',
        ...edgeLabelSize,
        layoutOptions: { 'elk.edgeLabels.placement': 'CENTER', 'elk.edgeLabels.inline': 'true' },
      },
    ],
  })),
});

const routeOf = (edge: ElkExtendedEdge): { points: Point[]; label: Point } => {
  const points = (edge.sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ]);
  const label = edge.labels?.[0];
  return {
    points,
    label: { x: (label?.x ?? 0) + edgeLabelSize.width / 2, y: (label?.y ?? 0) + edgeLabelSize.height / 2 },
  };
};

let engine: Promise<ELK> | null = null;

/** The engine is large: it is fetched when a map is needed and works in a thread of its own. A failure is tried again. */
const load = (): Promise<ELK> =>
  (engine ??= import('elkjs/lib/elk-api').then(
    ({ default: Elk }) => new Elk({ workerFactory: () => new Worker(workerUrl) }),
    (error: unknown) => {
      engine = null;
      throw error;
    },
  ));

/** warmLayout fetches and starts the engine while a graph is still on its way. */
export const warmLayout = (): void => {
  void load().catch(() => undefined);
};

/** layoutOf places nodes in layers from left to right so that neither nodes nor labels overlap. */
export const layoutOf = async (graph: Graph): Promise<Layout> => {
  const laid = await (await load()).layout(inputOf(graph));
  return {
    shape: shapeOf(graph),
    nodes: new Map((laid.children ?? []).map((node) => [node.id, { x: node.x ?? 0, y: node.y ?? 0 }])),
    edges: new Map((laid.edges ?? []).map((edge) => [edge.id, routeOf(edge)])),
  };
};
