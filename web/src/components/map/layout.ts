import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { shapeOf, type Graph } from '../../graph/graph';
import { layersOf } from './layers';
import { ringSize } from './sizes';

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

/** With more edges than this their labels get no room of their own: the layout would take too long, and nobody can read so many. */
export const manyEdges = 200;

/** For those: routes that are quick to find, and the wider gaps that labels would have made. */
const quickOptions = {
  ...options,
  'elk.edgeRouting': 'POLYLINE',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.thoroughness': '2',
  'elk.layered.spacing.nodeNodeBetweenLayers': '90',
  'elk.spacing.edgeEdge': '6',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '6',
};

const labelOf = (key: string) => ({
  id: `${key}#label`,
  text: 'label',
  ...edgeLabelSize,
  layoutOptions: { 'elk.edgeLabels.placement': 'CENTER', 'elk.edgeLabels.inline': 'true' },
});

const inputOf = (graph: Graph): ElkNode => ({
  id: 'map',
  layoutOptions: graph.edges.length > manyEdges ? quickOptions : options,
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
    labels: graph.edges.length > manyEdges ? [] : [labelOf(edge.key)],
  })),
});

/** The middle of the longest straight part. */
const middleOf = (points: Point[]): Point => {
  let [best, longest] = [points[0] ?? { x: 0, y: 0 }, -1];
  points.slice(1).forEach((b, i) => {
    const a = points[i] ?? b;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length > longest) [best, longest] = [{ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, length];
  });
  return best;
};

const routeOf = (edge: ElkExtendedEdge): { points: Point[]; label: Point } => {
  const points = (edge.sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ]);
  const label = edge.labels?.[0];
  if (label === undefined) return { points, label: middleOf(points) };
  return { points, label: { x: (label.x ?? 0) + edgeLabelSize.width / 2, y: (label.y ?? 0) + edgeLabelSize.height / 2 } };
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

/** Longer than this nobody waits for a picture; what is drawn then is plainer. */
const patienceMs = 8000;

/** within gives up on work that takes too long: undefined. */
const within = async <T>(work: Promise<T>, ms: number): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Graphs beyond these sizes would take the engine too long for sure, and become a strip that nobody can overlook. */
const mostNodes = 150;
const mostEdges = 600;

/** layoutOf places nodes in layers from left to right so that neither nodes nor labels overlap. */
export const layoutOf = async (graph: Graph): Promise<Layout> => {
  if (graph.nodes.length > mostNodes || graph.edges.length > mostEdges) return { shape: shapeOf(graph), ...layersOf(graph) };
  const worker = await load();
  const laid = await within(worker.layout(inputOf(graph)), patienceMs);
  if (laid === undefined) {
    // It would go on, and hold up the next layout.
    worker.terminateWorker();
    engine = null;
    return { shape: shapeOf(graph), ...layersOf(graph) };
  }
  return {
    shape: shapeOf(graph),
    nodes: new Map((laid.children ?? []).map((node) => [node.id, { x: node.x ?? 0, y: node.y ?? 0 }])),
    edges: new Map((laid.edges ?? []).map((edge) => [edge.id, routeOf(edge)])),
  };
};
