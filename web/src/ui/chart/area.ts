/** A place in a chart in pixels. */
export interface Pixel {
  x: number;
  y: number;
}

/** A part of a chart, in the values of its axes, each from the lower to the higher. */
export interface Area {
  x: [number, number];
  y: [number, number];
}

const ordered = (a: number, b: number): [number, number] => (a <= b ? [a, b] : [b, a]);

/** areaOf is the part between two corners, whichever way they were dragged. */
export const areaOf = (a: readonly [number, number], b: readonly [number, number]): Area => ({ x: ordered(a[0], b[0]), y: ordered(a[1], b[1]) });

/** A movement shorter than this, in pixels, was a click. */
const leastDrag = 4;

export const isDrag = (from: Pixel, to: Pixel): boolean => Math.hypot(to.x - from.x, to.y - from.y) >= leastDrag;

/** bandStyle is where the band that is being drawn stands: the whole height unless both directions count. */
export const bandStyle = (from: Pixel, to: Pixel, both: boolean): { left: number; width: number; top: number | string; height: number | string } => ({
  left: Math.min(from.x, to.x),
  width: Math.abs(to.x - from.x),
  top: both ? Math.min(from.y, to.y) : 0,
  height: both ? Math.abs(to.y - from.y) : '100%',
});
