import { useReactFlow, type OnMove } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import { captionSize, edgeLabelSize, ringSize, type Layout } from './layout';
import { captionOverhang } from './model';

const padding = 18;
/** Larger than life looks silly on maps of two nodes. */
const largestFit = 1.15;

const boundsOf = (layout: Layout) => {
  const labels = [...layout.edges.values()].map(({ label }) => label);
  const lefts = [...layout.nodes.values()].map(({ x }) => x - captionOverhang.side);
  const tops = [...layout.nodes.values()].map(({ y }) => y);
  const left = Math.min(...lefts, ...labels.map(({ x }) => x - edgeLabelSize.width / 2));
  const top = Math.min(...tops, ...labels.map(({ y }) => y - edgeLabelSize.height / 2)) - 6;
  const right = Math.max(...lefts.map((x) => x + captionSize.width), ...labels.map(({ x }) => x + edgeLabelSize.width / 2));
  const bottom = Math.max(...tops.map((y) => y + ringSize + captionOverhang.bottom), ...labels.map(({ y }) => y + edgeLabelSize.height / 2));
  return { left, top, width: right - left, height: bottom - top };
};

/**
 * useKeepFitted shows the whole map, and again whenever its shape or the room for it changes, until the user moves it.
 * React Flow's own fit knows only the rings, not the captions below them.
 */
export const useKeepFitted = (layout: Layout) => {
  const container = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const { setViewport } = useReactFlow();

  const fit = useCallback(() => {
    moved.current = false;
    const box = container.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0 || layout.nodes.size === 0) return;
    const { left, top, width, height } = boundsOf(layout);
    const zoom = Math.min((box.width - 2 * padding) / width, (box.height - 2 * padding) / height, largestFit);
    const x = (box.width - width * zoom) / 2 - left * zoom;
    const y = (box.height - height * zoom) / 2 - top * zoom;
    void setViewport({ x, y, zoom });
  }, [layout, setViewport]);

  useEffect(() => {
    fit();
    if (container.current === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (!moved.current) fit();
    });
    observer.observe(container.current);
    return () => observer.disconnect();
  }, [fit]);

  const onMove = useCallback<OnMove>((event) => {
    // Moves made by code carry no event.
    if (event !== null) moved.current = true;
  }, []);

  return { container, fit, onMove };
};
