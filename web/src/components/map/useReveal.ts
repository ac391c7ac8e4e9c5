import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import type { Layout, Point } from './layout';
import { ringSize } from './sizes';
import type { Spot } from './useWalk';

/** So near the edge of the map, in pixels, a node counts as out of sight: its words would be cut off. */
const margin = 70;
/** Below this zoom nobody can read names, so who is led to a node gets it larger. */
const readable = 0.6;

const centreOf = (layout: Layout, { node, edge }: Spot): Point | undefined => {
  if (node === null) return layout.edges.get(edge ?? '')?.label;
  const place = layout.nodes.get(node);
  return place === undefined ? undefined : { x: place.x + ringSize / 2, y: place.y + ringSize / 2 };
};

/** useReveal moves the map so that a node or an edge can be seen, if it cannot, and does so with the selected one whenever that changes. */
export const useReveal = (layout: Layout, { node, edge }: Spot): ((spot: Spot) => void) => {
  const store = useStoreApi();
  const { setCenter } = useReactFlow();
  const reveal = useCallback(
    (spot: Spot) => {
      const centre = centreOf(layout, spot);
      if (centre === undefined) return;
      const { width, height, transform } = store.getState();
      const [left, top, zoom] = transform;
      const [x, y] = [centre.x * zoom + left, centre.y * zoom + top];
      const inside = x > margin && x < width - margin && y > margin && y < height - margin;
      if (!inside || zoom < readable / 2) void setCenter(centre.x, centre.y, { zoom: Math.max(zoom, readable) });
    },
    [layout, store, setCenter],
  );
  const shown = useRef(`${node} ${edge}`);
  useEffect(() => {
    if (shown.current === `${node} ${edge}`) return;
    shown.current = `${node} ${edge}`;
    reveal({ node, edge });
  }, [node, edge, reveal]);
  return reveal;
};
