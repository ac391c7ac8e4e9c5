import { ringSize, type Point } from './layout';

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

/** How far inside its square a circle begins at the height `y` of a point on the square's side. */
const inset = (y: number, corner: Point): number => {
  const radius = ringSize / 2;
  const dy = Math.min(radius, Math.abs(y - corner.y - radius));
  return radius - Math.sqrt(radius * radius - dy * dy);
};

/** touchRings lengthens both ends of a route from the squares that were laid out to the circles that are drawn. */
export const touchRings = (points: Point[], from: Point, to: Point): Point[] => {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return points;
  const start = { x: first.x - inset(first.y, from), y: first.y };
  const end = { x: last.x + inset(last.y, to) - 1, y: last.y };
  return [start, ...points.slice(1, -1), end];
};
