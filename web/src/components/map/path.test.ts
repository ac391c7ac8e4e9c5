import { expect, test } from 'vitest';
import { roundedPath, touchRings } from './path';

test('a bend becomes a curve that stays on the line before and after', () => {
  expect(roundedPath([{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 50 }], 10)).toBe('M0,0L90,0Q100,0 100,10L100,50');
});

test('short pieces are not overshot', () => {
  expect(roundedPath([{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 4, y: 4 }], 10)).toBe('M0,0L2,0Q4,0 4,2L4,4');
});

test('routes are lengthened to the circles', () => {
  const straight = touchRings([{ x: 64, y: 32 }, { x: 200, y: 32 }], { x: 0, y: 0 }, { x: 200, y: 0 });
  expect(straight).toEqual([{ x: 64, y: 32 }, { x: 199, y: 32 }]);
  const high = touchRings([{ x: 64, y: 0 }, { x: 200, y: 32 }], { x: 0, y: 0 }, { x: 200, y: 0 });
  expect(high[0]).toEqual({ x: 32, y: 0 });
  expect(touchRings([], { x: 0, y: 0 }, { x: 0, y: 0 })).toEqual([]);
});
