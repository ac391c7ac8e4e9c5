import type { Point } from './layout';
import { ringSize } from './sizes';

const toward = (from: Point, to: Point, distance: number): Point => {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(0.5, distance / length);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
};

/** roundedPath draws a line through the points as an SVG path with rounded corners. */
export const roundedPath = (points: Point[], radius = 12): string =>
  points
    .map((point, i) => {
      const before = points[i - 1];
      const after = points[i + 1];
      if (before === undefined) return `M${point.x},${point.y}`;
      if (after === undefined) return `L${point.x},${point.y}`;
      const enter = toward(point, before, radius);
      const leave = toward(point, after, radius);
      return `L${enter.x},${enter.y}Q${point.x},${point.y} ${leave.x},${leave.y}`;
    })
    .join('');

/** A ring as it is drawn, in the middle of the square that the layout gave it. */
export interface Circle {
  corner: Point;
  size: number;
}

/** Routes that meet a ring this near its top or bottom, in radii, turn towards its middle first. */
const steep = 0.8;

/** reach leads a route from the side of a square at `point` to the ring within: straight ahead, or in a bend if it would miss. */
const reach = (point: Point, { corner, size }: Circle): Point[] => {
  const centre = { x: corner.x + ringSize / 2, y: corner.y + ringSize / 2 };
  const radius = size / 2;
  const dy = point.y - centre.y;
  const side = point.x < centre.x ? -1 : 1;
  if (Math.abs(dy) <= steep * radius) return [{ x: centre.x + side * Math.sqrt(radius * radius - dy * dy), y: point.y }];
  const distance = Math.hypot(point.x - centre.x, dy);
  const part = distance === 0 ? 0 : radius / distance;
  return [point, { x: centre.x + (point.x - centre.x) * part, y: centre.y + dy * part }];
};

/** touchRings leads both ends of a route from the squares that were laid out to the rings that are drawn. */
export const touchRings = (points: Point[], from: Circle, to: Circle): Point[] => {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return points;
  return [...reach(first, from).reverse(), ...points.slice(1, -1), ...reach(last, to)];
};
