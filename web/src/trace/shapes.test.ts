import { expect, test } from 'vitest';
import { pathOf } from './shapes';

test.each([
  [[], ''],
  [[{ from: 0, to: 10 }], 'M0 0H1000V1H0Z'],
  [[{ from: 1, to: 2 }, { from: 5, to: 6 }], 'M100 0H200V1H100ZM500 0H600V1H500Z'],
  [[{ from: -5, to: 1 }, { from: 9, to: 15 }, { from: 20, to: 30 }], 'M0 0H100V1H0ZM900 0H1000V1H900Z'],
])('%j', (pieces, want) => expect(pathOf(pieces, 0, 10)).toBe(want));

test('many small pieces become few boxes', () => {
  const pieces = Array.from({ length: 10_000 }, (_, i) => ({ from: i / 1000, to: i / 1000 + 0.0005 }));
  expect(pathOf(pieces, 0, 10)).toBe('M0 0H1000V1H0Z');
  expect(pathOf(pieces, 5, 5)).toBe('');
});
