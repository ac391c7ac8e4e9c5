import { countText, durationText, rateText } from '../../util/format';
import type { Graph, GraphEdge, GraphNode, Traffic } from '../../graph/graph';
import { describeType, shortName } from '../../util/nodeType';
import { classWords, shareText, worstClass, type CountedClass, type Counts } from '../../util/status';
import { captionSize, manyEdges, type Layout, type Point } from './layout';
import { roundedPath, touchRings } from './path';
import { ringSize } from './sizes';

/** A node as it is drawn. */
export interface MapNode {
  id: string;
  /** Top left corner of the square that the layout gave it. */
  x: number;
  y: number;
  /** Diameter of its ring. */
  size: number;
  title: string;
  /** Average and amount, nothing for clients. */
  numbers: string;
  name: string;
  type: string | null;
  counts: Counts;
  spoken: string;
}

/** An edge as it is drawn. All of it is text and numbers, so that an edge of which nothing changed is known to be the same. */
export interface MapEdge {
  id: string;
  path: string;
  colour: string;
  width: number;
  isFaint: boolean;
  isLink: boolean;
  /** The middle of its label. */
  x: number;
  y: number;
  /** Of many calls only those in trouble are labelled. */
  isQuiet: boolean;
  time: string;
  tone: CountedClass;
  /** Below the time: the share that failed, else the amount. */
  second: string;
  spoken: string;
  hint: string;
}

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

/** All that colourOf answers. */
export const edgeColours = ['var(--rs-edge)', 'var(--rs-error)', 'var(--rs-throttle)', 'var(--rs-fault)'];

export const colourOf = (traffic: Traffic): string => {
  const tone = toneOf(traffic);
  return tone === 'ok' || traffic.counts[tone] / traffic.total < loudShare ? 'var(--rs-edge)' : `var(--rs-${tone})`;
};

/** troubleText says the share of the worst class in words, or nothing. */
export const troubleText = ({ counts, total }: Traffic): string => {
  const worst = worstClass(counts);
  return worst === 'ok' ? '' : `${shareText(counts[worst], total)} ${classWords[worst].plural}`;
};

const said = (parts: string[]): string => parts.filter((part) => part !== '').join(', ');

/** numbersOf are average and amount below a node's name. */
const numbersOf = ({ isClient, traffic }: GraphNode, amount: string): string => {
  if (isClient) return '';
  return traffic.average === null ? 'not finished' : `${durationText(traffic.average)} · ${amount}`;
};

export const titleOf = (node: GraphNode): string => (node.isClient ? `Clients of ${node.name}` : shortName(node.name));

/** spokenNode is a node's name for those who hear it. It begins with what is seen, in the order in which it is seen: who steers by voice says that. */
export const spokenNode = (node: GraphNode, numbers: string): string =>
  node.isClient ? titleOf(node) : `${said([titleOf(node), numbers, troubleText(node.traffic)])}: ${describeType(node.type).words}`;

export const thickness = (total: number, most: number): number => (most === 0 ? 1.5 : 1.5 + 4.5 * Math.sqrt(total / most));

/** nodesOf places the nodes. */
export const nodesOf = (graph: Graph, { layout, sizes, amountOf }: Drawing): MapNode[] =>
  graph.nodes.flatMap((node) => {
    const place = layout.nodes.get(node.key);
    if (place === undefined) return [];
    const numbers = numbersOf(node, amountOf(node.traffic));
    return [
      {
        id: node.key,
        ...place,
        size: sizes.get(node.key) ?? ringSize,
        title: titleOf(node),
        numbers,
        name: node.name,
        type: node.type,
        counts: node.traffic.counts,
        spoken: spokenNode(node, numbers),
      },
    ];
  });

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

/** edgesOf draws the edges. */
export const edgesOf = (graph: Graph, drawing: Drawing): MapEdge[] => {
  const most = mostOf(graph);
  const names = new Map(graph.nodes.map((node) => [node.key, titleOf(node)]));
  const isMany = graph.edges.length > manyEdges;
  return graph.edges.flatMap((edge) => {
    const route = routeOf(drawing, edge);
    if (route === null) return [];
    const { average, counts, total } = edge.traffic;
    const tone = toneOf(edge.traffic);
    const amount = drawing.amountOf(edge.traffic);
    const time = average === null ? '–' : durationText(average);
    const spoken = `${names.get(edge.from) ?? ''} to ${names.get(edge.to) ?? ''}: ${said([average === null ? 'nothing finished yet' : time, tone === 'ok' ? '' : troubleText(edge.traffic), amount])}`;
    return [
      {
        id: edge.key,
        path: roundedPath(route.points),
        colour: colourOf(edge.traffic),
        width: thickness(total, most),
        isFaint: isMany,
        isLink: edge.isLink,
        ...route.label,
        isQuiet: isMany && tone === 'ok',
        time,
        tone,
        second: tone === 'ok' ? amount : shareText(counts[tone], total),
        spoken,
        hint: edge.aliases.length > 0 ? `${spoken}\ncalled as ${edge.aliases.join(', ')}` : spoken,
      },
    ];
  });
};

/** What fitting the map into view must leave room for: captions hang below and beside the rings. */
export const captionOverhang = { side: (captionSize.width - ringSize) / 2, bottom: captionSize.height };
