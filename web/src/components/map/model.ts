import { MarkerType, type Edge, type EdgeMarker, type Node } from '@xyflow/react';
import { countText, durationText, rateText } from '../../util/format';
import type { Graph, GraphEdge, GraphNode, Traffic } from '../../util/graph';
import { describeType, shortName } from '../../util/nodeType';
import { classWords, shareText, worstClass, type CountedClass } from '../../util/status';
import { captionSize, manyEdges, type Layout, type Point } from './layout';
import { touchRings } from './path';
import { ringSize } from './sizes';

export type MapNode = Node<{ node: GraphNode; amount: string; size: number; reachable: boolean }, 'service'>;
export type MapEdge = Edge<{ edge: GraphEdge; points: Point[]; label: Point; amount: string; spoken: string; quiet: boolean }, 'call'>;

/** How a map is drawn: its places, the sizes of its rings, how amounts are said. */
export interface Drawing {
  layout: Layout;
  sizes: Map<string, number>;
  amountOf: AmountOf;
}

/** How the amount of traffic is said: per minute over a window, or as a count within one trace. */
export type AmountOf = (traffic: Traffic) => string;

export const perMinute =
  (minutes: number): AmountOf =>
  ({ total }) =>
    rateText(total / minutes);

export const asCount: AmountOf = ({ total }) => `${countText(total)}×`;

/** The class that a traffic is coloured by; single failures among many calls do not paint it. */
export const toneOf = ({ counts, total }: Traffic): CountedClass => {
  const worst = worstClass(counts);
  return worst !== 'ok' && counts[worst] / total < 0.005 ? 'ok' : worst;
};

/** Lines are painted from this share on: a thick red arrow for one failure in a hundred would cry wolf. */
const loudShare = 0.05;

export const colourOf = (traffic: Traffic): string => {
  const tone = toneOf(traffic);
  return tone === 'ok' || traffic.counts[tone] / traffic.total < loudShare ? 'var(--rs-edge)' : `var(--rs-${tone})`;
};

/** troubleText says the share of the worst class in words, or nothing. */
export const troubleText = ({ counts, total }: Traffic): string => {
  const worst = worstClass(counts);
  return worst === 'ok' ? '' : `${shareText(counts[worst], total)} ${classWords[worst].plural}`;
};

const spokenTraffic = (traffic: Traffic, amount: string): string =>
  [
    troubleText(traffic),
    traffic.average === null ? 'nothing finished yet' : `${durationText(traffic.average)} on average`,
    amount.replace('/min', ' per minute').replace('×', ' calls'),
  ]
    .filter((text) => text !== '')
    .join(', ');

export const titleOf = (node: GraphNode): string => (node.isClient ? `Clients of ${node.name}` : shortName(node.name));

export const spokenNode = (node: GraphNode, amount: string): string =>
  node.isClient ? titleOf(node) : `${titleOf(node)}, ${describeType(node.type).words}: ${spokenTraffic(node.traffic, amount)}`;

export const thickness = (total: number, most: number): number => (most === 0 ? 1.5 : 1.5 + 4.5 * Math.sqrt(total / most));

/** nodesOf places the nodes. */
export const nodesOf = (graph: Graph, { layout, sizes, amountOf }: Drawing): MapNode[] =>
  graph.nodes.flatMap((node) => {
    const position = layout.nodes.get(node.key);
    if (position === undefined) return [];
    return [
      {
        id: node.key,
        type: 'service' as const,
        position,
        width: ringSize,
        height: ringSize,
        data: { node, amount: amountOf(node.traffic), size: sizes.get(node.key) ?? ringSize, reachable: false },
      },
    ];
  });

/**
 * withSelected marks the selected node. Of many the Tab key reaches one, the selected or the first; arrow keys go on from
 * there. All others stay the same objects, so that they are not drawn again.
 */
export const withSelected = (nodes: MapNode[], selected: string | null): MapNode[] => {
  const entry = nodes.find(({ id }) => id === selected) ?? nodes.find(({ data }) => data.node.isClient) ?? nodes[0];
  return nodes.map((node) => (node === entry ? { ...node, selected: node.id === selected, data: { ...node.data, reachable: true } } : node));
};

/** routeOf is the drawn route of an edge and where its label stands; nothing while it is not laid out. */
export const routeOf = ({ layout, sizes }: Drawing, { key, from, to }: GraphEdge): { points: Point[]; label: Point } | null => {
  const route = layout.edges.get(key);
  const [a, b] = [layout.nodes.get(from), layout.nodes.get(to)];
  if (route === undefined || a === undefined || b === undefined) return null;
  const circle = (corner: Point, node: string) => ({ corner, size: sizes.get(node) ?? ringSize });
  return { points: touchRings(route.points, circle(a, from), circle(b, to)), label: route.label };
};

/** The most calls on one edge, which is drawn thickest. */
export const mostOf = ({ edges }: Graph): number => Math.max(0, ...edges.map(({ traffic }) => traffic.total));

export const edgesOf = (graph: Graph, drawing: Drawing): MapEdge[] => {
  const most = mostOf(graph);
  const names = new Map(graph.nodes.map((node) => [node.key, titleOf(node)]));
  const many = graph.edges.length > manyEdges;
  return graph.edges.flatMap((edge) => {
    const route = routeOf(drawing, edge);
    if (route === null) return [];
    const colour = colourOf(edge.traffic);
    const amount = drawing.amountOf(edge.traffic);
    return [
      {
        id: edge.key,
        type: 'call' as const,
        source: edge.from,
        target: edge.to,
        style: { stroke: colour, strokeWidth: thickness(edge.traffic.total, most), ...(many ? { strokeOpacity: 0.5 } : {}), ...(edge.isLink ? { strokeDasharray: '2 6' } : {}) },
        markerEnd: arrowOf(colour),
        data: {
          edge,
          ...route,
          amount,
          spoken: `${names.get(edge.from) ?? ''} to ${names.get(edge.to) ?? ''}: ${spokenTraffic(edge.traffic, amount)}`,
          // Of many calls only those in trouble are labelled.
          quiet: many && toneOf(edge.traffic) === 'ok',
        },
      },
    ];
  });
};

const arrowOf = (color: string): EdgeMarker => ({ type: MarkerType.ArrowClosed, color, markerUnits: 'userSpaceOnUse', width: 16, height: 16 });

const accent = 'var(--rs-accent)';

/** withChosen marks the selected edge; all others stay the same objects. */
export const withChosen = (edges: MapEdge[], selected: string | null): MapEdge[] =>
  edges.map((edge) =>
    edge.id === selected && edge.data !== undefined
      ? { ...edge, selected: true, style: { ...edge.style, stroke: accent, strokeOpacity: 1 }, markerEnd: arrowOf(accent), data: { ...edge.data, quiet: false } }
      : edge,
  );

/** What fitting the map into view must leave room for: captions hang below and beside the rings. */
export const captionOverhang = { side: (captionSize.width - ringSize) / 2, bottom: captionSize.height };
