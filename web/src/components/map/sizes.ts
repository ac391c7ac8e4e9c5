import type { GraphNode } from '../../graph/graph';
import type { NodeSize } from '../../graph/mapView';

/** The largest ring in pixels at zoom 1. The layout gives every node this much, so that places stay when sizes change. */
export const ringSize = 64;
const smallest = 34;
/** Of health: one failure in twenty is as loud as it gets, or small shares would all look alike. */
const worstShare = 0.05;

/** Share of the room for growth, 0 to 1. */
type Weight = (node: GraphNode) => number;

const failing: Weight = ({ traffic: { counts, total } }) =>
  total === 0 ? 0 : Math.min(1, (counts.fault + counts.throttle + counts.error / 2) / total / worstShare);

const weights: Record<NodeSize, (nodes: GraphNode[]) => Weight> = {
  same: () => () => 1,
  traffic: (nodes) => {
    const most = Math.max(1, ...nodes.map(({ traffic }) => traffic.total));
    // The area shows the amount.
    return ({ traffic }) => Math.sqrt(traffic.total / most);
  },
  health: () => failing,
};

/** sizesOf gives each node the diameter of its ring. Clients have no traffic of their own and stay small unless all are equal. */
export const sizesOf = (nodes: GraphNode[], size: NodeSize): Map<string, number> => {
  const weight = weights[size](nodes);
  return new Map(nodes.map((node) => [node.key, Math.round(smallest + (ringSize - smallest) * weight(node))]));
};
