import { expect, test } from 'vitest';
import { findIn, nextOf } from './find';
import { treeOf } from './tree';

const doc = {
  id: 'a1', name: 'orders', start_time: 0, end_time: 9, annotations: { plan: 'gold' },
  subsegments: [
    { id: 'b1', name: 'shop@db', start_time: 1, end_time: 2, namespace: 'remote', sql: { sanitized_query: 'SELECT *\n FROM carts' } },
    { id: 'c1', name: 'pay', start_time: 2, end_time: 3, fault: true, cause: { exceptions: [{ id: '1', type: 'PayError', message: 'no money' }] } },
  ],
};
const tree = treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: [{ Id: 'a1', Document: JSON.stringify(doc) }] });

test.each([
  ['', []],
  ['  ', []],
  ['ORDERS', ['a1', 'b1', 'c1']],
  ['select from carts', ['b1']],
  ['plan=gold', ['a1']],
  ['payerror money', ['c1']],
  ['fault', ['c1']],
  ['nothing like it', []],
])('%j finds %j', (query, want) => expect(findIn(tree, query).map(({ id }) => id)).toEqual(want));

test('next goes round', () => {
  const found = findIn(tree, 'orders');
  expect([nextOf(found, 'a1', 1)?.id, nextOf(found, 'c1', 1)?.id, nextOf(found, 'a1', -1)?.id, nextOf(found, null, 1)?.id, nextOf(found, 'x', -1)?.id, nextOf([], 'a1', 1)]).toEqual(['b1', 'a1', 'c1', 'a1', 'c1', undefined]);
});
