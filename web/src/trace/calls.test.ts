import { expect, test } from 'vitest';
import { callsOf } from './calls';
import { timingOf } from './timing';
import { treeOf } from './tree';

test('calls of a name are summed up', () => {
  const doc = {
    id: 'a', name: 'web', start_time: 0, end_time: 10,
    subsegments: [
      { id: 'b', name: 'db', start_time: 1, end_time: 2 },
      { id: 'c', name: 'db', start_time: 3, end_time: 6, error: true },
      { id: 'd', name: 'web', start_time: 7, end_time: 8 },
    ],
  };
  const tree = treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: [{ Id: 'a', Document: JSON.stringify(doc) }] });
  const groups = callsOf(tree, timingOf(tree));
  expect(groups.map(({ name, isSegment, calls, total, self, average, max, share, failures, slowest }) => ({ name, isSegment, calls, total, self, average, max, share, failures, slowest }))).toEqual([
    { name: 'web', isSegment: true, calls: 1, total: 10, self: 5, average: 10, max: 10, share: 0.5, failures: 0, slowest: 'a' },
    { name: 'db', isSegment: false, calls: 2, total: 4, self: 4, average: 2, max: 3, share: 0.4, failures: 1, slowest: 'c' },
    { name: 'web', isSegment: false, calls: 1, total: 1, self: 1, average: 1, max: 1, share: 0.1, failures: 0, slowest: 'd' },
  ]);
});
