import { expect, test } from 'vitest';
import { clampZoom, zoomBy } from './zoom';

test.each([
  [{ from: 2, to: 4 }, { from: 2, to: 4 }],
  [{ from: -3, to: 2 }, { from: 0, to: 5 }],
  [{ from: 8, to: 12 }, { from: 6, to: 10 }],
  [{ from: 0, to: 10 }, null],
  [{ from: -5, to: 50 }, null],
])('%j of ten seconds', (zoom, want) => expect(clampZoom(zoom, 10)).toEqual(want));

test('not below what clocks can tell', () => expect(clampZoom({ from: 5, to: 5.000001 }, 10)?.to).toBeCloseTo(5.00001, 9));

test.each([
  [0.5, 5, { from: 2.5, to: 7.5 }],
  [0.5, 0, { from: 0, to: 5 }],
  [0.5, 99, { from: 5, to: 10 }],
  [2, 5, null],
])('by %d around %d', (factor, around, want) => expect(zoomBy({ from: 0, to: 10 }, factor, around, 10)).toEqual(want));
