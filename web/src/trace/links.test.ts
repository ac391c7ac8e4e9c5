import { expect, test } from 'vitest';
import { linksOf } from './links';
import { treeOf } from './tree';

test('links of segments and subsegments, each once', () => {
  const other = '1-68d2ef10-0c1d2e3f4a5b6c7d8e9f0a1b';
  const link = { trace_id: other, id: '0F1E2D3C4B5A6978', attributes: { reference_type: 'parent' } };
  const doc = {
    id: 'a', name: 'worker', start_time: 0, end_time: 9, links: [link, link, { trace_id: 'nonsense' }, 7, { trace_id: '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14' }],
    subsegments: [{ id: 'b', name: 'send', start_time: 1, end_time: 2, links: [{ trace_id: other }] }],
  };
  const tree = treeOf({ Id: '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14', Duration: null, LimitExceeded: null, Segments: [{ Id: 'a', Document: JSON.stringify(doc) }] });
  expect(linksOf(tree).map(({ traceId, row, kind, owner }) => [traceId, row, kind, owner.id])).toEqual([
    [other, '0f1e2d3c4b5a6978', 'parent', 'a'],
    [other, null, 'unknown', 'b'],
  ]);
});
