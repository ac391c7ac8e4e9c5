import { useReactFlow, type OnMove } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import { captionSize, edgeLabelSize, type Layout } from './layout';
import { captionOverhang } from './model';
import { ringSize } from './sizes';

const padding = 18;
/** Larger than life looks silly on maps of two nodes. */
const largestFit = 1.15;
/** Below this nobody can read the words: then the beginning is shown, larger, and the rest is a drag away. */
const readable = 0.4;
const readableStart = 0.55;

/** boundsOf is what a layout takes with all of its words. */
export const boundsOf = (layout: Layout) => {
  const labels = [...layout.edges.values()].map(({ label }) => label);
  const lefts = [...layout.nodes.values()].map(({ x }) => x - captionOverhang.side);
  const tops = [...layout.nodes.values()].map(({ y }) => y);
  const left = Math.min(...lefts, ...labels.map(({ x }) => x - edgeLabelSize.width / 2));
  const top = Math.min(...tops, ...labels.map(({ y }) => y - edgeLabelSize.height / 2)) - 6;
  const right = Math.max(...lefts.map((x) => x + captionSize.width), ...labels.map(({ x }) => x + edgeLabelSize.width / 2));
  const bottom = Math.max(...tops.map((y) => y + ringSize + captionOverhang.bottom), ...labels.map(({ y }) => y + edgeLabelSize.height / 2));
  return { left, top, width: right - left, height: bottom - top };
};

interface Box {
  width: number;
  height: number;
}

/** Less than the margin that a fitted map has, such as a scroll bar that comes or goes, is no reason to move all of it. */
const isOther = (room: Box, fitted: Box): boolean => Math.abs(room.width - fitted.width) > padding || Math.abs(room.height - fitted.height) > padding;

/** The column of buttons at the right takes this much; in narrow rooms it is a row at the top. */
const buttons = 40;
const narrow = 640;

const wholeView = (layout: Layout, room: Box) => {
  const { left, top, width, height } = boundsOf(layout);
  const box = { height: room.height, width: room.width - (room.width > narrow ? buttons : 0) };
  const zoom = Math.min((box.width - 2 * padding) / width, (box.height - 2 * padding) / height, largestFit);
  return { x: (box.width - width * zoom) / 2 - left * zoom, y: (box.height - height * zoom) / 2 - top * zoom, zoom };
};

/** The left end of the map, where requests come in: in the middle of the height if it fits, else from the top. */
const startView = (layout: Layout, box: Box) => {
  const { left, top, height } = boundsOf(layout);
  const spare = Math.max(padding, (box.height - height * readableStart) / 2);
  return { x: padding - left * readableStart, y: spare - top * readableStart, zoom: readableStart };
};

/**
 * useKeepFitted shows the whole map, or its beginning where the whole would be too small to read, and does so again
 * whenever its shape or the room for it changes, until the user moves it.
 * React Flow's own fit knows only the rings, not the captions below them.
 */
export const useKeepFitted = (layout: Layout) => {
  const container = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const fitted = useRef<Box>({ width: 0, height: 0 });
  const { setViewport } = useReactFlow();

  const show = useCallback(
    (mayBeSmall: boolean) => {
      moved.current = false;
      const box = container.current?.getBoundingClientRect();
      if (box === undefined || box.width === 0 || layout.nodes.size === 0) return;
      fitted.current = { width: box.width, height: box.height };
      const whole = wholeView(layout, box);
      void setViewport(mayBeSmall || whole.zoom >= readable ? whole : startView(layout, box));
    },
    [layout, setViewport],
  );
  const fit = useCallback(() => show(true), [show]);

  useEffect(() => {
    show(false);
    if (container.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (!moved.current && entry !== undefined && isOther(entry.contentRect, fitted.current)) show(false);
    });
    observer.observe(container.current);
    return () => observer.disconnect();
  }, [show]);

  const onMove = useCallback<OnMove>((event) => {
    // Moves made by code carry no event.
    if (event !== null) moved.current = true;
  }, []);

  return { container, fit, onMove };
};
