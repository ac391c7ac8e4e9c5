import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import type { Layout } from './layout';
import { ringSize } from './sizes';

/** So near the edge of the map, in pixels, a node counts as out of sight: its words would be cut off. */
const margin = 70;
/** Below this zoom nobody can read names, so who is led to a node gets it larger. */
const readable = 0.6;

/** useReveal moves the map so that a node can be seen, if it cannot, and does so with the selected one whenever that changes. */
export const useReveal = (layout: Layout, selected: string | null): ((key: string) => void) => {
  const store = useStoreApi();
  const { setCenter } = useReactFlow();
  const reveal = useCallback(
    (key: string) => {
      const place = layout.nodes.get(key);
      if (place === undefined) return;
      const { width, height, transform } = store.getState();
      const [left, top, zoom] = transform;
      const centre = { x: place.x + ringSize / 2, y: place.y + ringSize / 2 };
      const [x, y] = [centre.x * zoom + left, centre.y * zoom + top];
      const inside = x > margin && x < width - margin && y > margin && y < height - margin;
      if (!inside || zoom < readable / 2) void setCenter(centre.x, centre.y, { zoom: Math.max(zoom, readable) });
    },
    [layout, store, setCenter],
  );
  const shown = useRef(selected);
  useEffect(() => {
    if (selected !== null && selected !== shown.current) reveal(selected);
    shown.current = selected;
  }, [selected, reveal]);
  return reveal;
};
