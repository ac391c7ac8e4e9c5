import { MarkerType, type Edge, type Node } from '@xyflow/react';
import { countText, durationText, rateText } from '../../util/format';
import type { Graph, GraphEdge, GraphNode, Traffic } from '../../util/graph';
import { describeType, shortName } from '../../util/nodeType';
import { classWords, shareText, worstClass, type CountedClass } from '../../util/status';
import { captionSize, ringSize, type Layout, type Point } from './layout';
import { touchRings } from './path';

export type MapNode = Node<{ node: GraphNode; amount: string }, 'service'>;
export type MapEdge = Edge<{ edge: GraphEdge; points: Point[]; label: Point; amount: string; spoken: string; select: (key: string) => void }, 'call'>;

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

const colourOf = (traffic: Traffic): string => {
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

const thickness = (total: number, most: number): number => (most === 0 ? 1.5 : 1.5 + 4.5 * Math.sqrt(total / most));

export const nodesOf = (graph: Graph, layout: Layout, amountOf: AmountOf, selected: string | null): MapNode[] =>
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
        selected: node.key === selected,
        data: { node, amount: amountOf(node.traffic) },
      },
    ];
  });

export const edgesOf = (graph: Graph, layout: Layout, amountOf: AmountOf, selected: string | null, select: (key: string) => void): MapEdge[] => {
  const most = Math.max(0, ...graph.edges.map((edge) => edge.traffic.total));
  const names = new Map(graph.nodes.map((node) => [node.key, titleOf(node)]));
  return graph.edges.flatMap((edge) => {
    const route = layout.edges.get(edge.key);
    const from = layout.nodes.get(edge.from);
    const to = layout.nodes.get(edge.to);
    if (route === undefined || from === undefined || to === undefined) return [];
    const colour = edge.key === selected ? 'var(--rs-accent)' : colourOf(edge.traffic);
    const amount = amountOf(edge.traffic);
    return [
      {
        id: edge.key,
        type: 'call' as const,
        source: edge.from,
        target: edge.to,
        selected: edge.key === selected,
        style: { stroke: colour, strokeWidth: thickness(edge.traffic.total, most), ...(edge.isLink ? { strokeDasharray: '2 6' } : {}) },
        markerEnd: { type: MarkerType.ArrowClosed, color: colour, markerUnits: 'userSpaceOnUse', width: 16, height: 16 },
        data: {
          edge,
          points: touchRings(route.points, from, to),
          label: route.label,
          amount,
          spoken: `${names.get(edge.from) ?? ''} to ${names.get(edge.to) ?? ''}: ${spokenTraffic(edge.traffic, amount)}`,
          select,
        },
      },
    ];
  });
};

/** What fitting the map into view must leave room for: captions hang below and beside the rings. */
export const captionOverhang = { side: (captionSize.width - ringSize) / 2, bottom: captionSize.height };
