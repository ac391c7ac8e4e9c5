import { expect, test } from 'vitest';
import { readBand } from './BandFields';

test.each([
  ['', '', null],
  ['100', '', { from: 0.1, to: Infinity }],
  ['', '250.5', { from: 0, to: 0.2505 }],
  [' 1 ', '2', { from: 0.001, to: 0.002 }],
  ['2', '1', undefined],
  ['x', '', undefined],
  ['-1', '5', undefined],
])('from %j to %j', (from, to, want) => {
  expect(readBand(from, to)).toEqual(want);
});
