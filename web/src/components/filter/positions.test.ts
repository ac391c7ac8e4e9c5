import { expect, test } from 'vitest';
import { charactersAt, spanOf, unitsAt } from './positions';

test('characters beyond the basic plane count once', () => {
  const text = 'a😀b';
  expect([0, 1, 3, 4].map((units) => charactersAt(text, units))).toEqual([0, 1, 2, 3]);
  expect([0, 1, 2, 3].map((characters) => unitsAt(text, characters))).toEqual([0, 1, 3, 4]);
});

test.each([
  ['fault AND', 1, { from: 0, to: 1 }],
  ['fault AND', 10, { from: 8, to: 9 }],
  ['fault AND', 0, { from: 0, to: 9 }],
  ['', 1, { from: 0, to: 0 }],
])('in %j column %d is %j', (text, column, want) => {
  expect(spanOf(text, column)).toEqual(want);
});
