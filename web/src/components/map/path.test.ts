import { expect, test } from 'vitest';
import { roundedPath, touchRings } from './path';

test('a bend becomes a curve that stays on the line before and after', () => {
  expect(roundedPath([{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 50 }], 10)).toBe('M0,0L90,0Q100,0 100,10L100,50');
});

test('short pieces are not overshot', () => {
  expect(roundedPath([{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 4, y: 4 }], 10)).toBe('M0,0L2,0Q4,0 4,2L4,4');
});

test('routes are lengthened to the rings', () => {
  const circle = (x: number, size = 64) => ({ corner: { x, y: 0 }, size });
  const line = [{ x: 64, y: 32 }, { x: 200, y: 32 }];
  expect(touchRings(line, circle(0), circle(200))).toEqual(line);
  expect(touchRings(line, circle(0, 40), circle(200, 40))).toEqual([{ x: 52, y: 32 }, { x: 212, y: 32 }]);
  expect(touchRings([], circle(0), circle(0))).toEqual([]);
});

test('a route that would miss a small ring turns to its middle', () => {
  const [first, second] = touchRings([{ x: 64, y: 0 }, { x: 200, y: 32 }], { corner: { x: 0, y: 0 }, size: 40 }, { corner: { x: 200, y: 0 }, size: 64 });
  expect(second).toEqual({ x: 64, y: 0 });
  expect(Math.hypot((first?.x ?? 0) - 32, (first?.y ?? 0) - 32)).toBeCloseTo(20);
});
