import type { TraceTree } from './tree';
import type { Zoom } from '../url/view';

/** Times are known to the microsecond, so nothing smaller than some of them can be looked at. */
const leastSeconds = 1e-5;

export const lengthOf = (tree: TraceTree): number => tree.end - tree.start;

/** wholeOf is the zoom that shows all. */
export const wholeOf = (tree: TraceTree): Zoom => ({ from: 0, to: lengthOf(tree) });

/** clampZoom keeps a part of the trace within it; what shows all of it is no zoom. */
export const clampZoom = (zoom: Zoom, length: number): Zoom | null => {
  const width = Math.min(length, Math.max(leastSeconds, zoom.to - zoom.from));
  const from = Math.max(0, Math.min(zoom.from, length - width));
  return width >= length * 0.9999 ? null : { from, to: from + width };
};

/** zoomBy makes the part smaller (factor below 1) or larger around a moment, which stays where it is in view. */
export const zoomBy = (zoom: Zoom, factor: number, around: number, length: number): Zoom | null => {
  const at = Math.max(zoom.from, Math.min(zoom.to, around));
  return clampZoom({ from: at - (at - zoom.from) * factor, to: at + (zoom.to - at) * factor }, length);
};
