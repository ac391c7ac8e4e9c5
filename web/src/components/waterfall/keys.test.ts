import { expect, test } from 'vitest';
import { rowsOf, treeOf } from '../../trace/tree';
import { keyAction } from './keys';

const doc = { id: 'a', name: 'a', start_time: 1, end_time: 9, subsegments: [{ id: 'b', name: 'b', start_time: 2, end_time: 3, subsegments: [{ id: 'c', name: 'c', start_time: 2, end_time: 3 }] }, { id: 'd', name: 'd', start_time: 4, end_time: 5 }] };
const tree = treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: [{ Id: 'a', Document: JSON.stringify(doc) }] });
const act = (key: string, selected: string | null, closed: string[] = []) => keyAction(key, rowsOf(tree.roots, new Set(closed)), selected, new Set(closed));

test.each([
  ['ArrowDown', null, [], { do: 'select', id: 'a' }],
  ['ArrowDown', 'a', [], { do: 'select', id: 'b' }],
  ['ArrowDown', 'b', ['b'], { do: 'select', id: 'd' }],
  ['ArrowDown', 'd', [], { do: 'select', id: 'd' }],
  ['ArrowUp', 'a', [], { do: 'select', id: 'a' }],
  ['PageDown', 'a', [], { do: 'select', id: 'd' }],
  ['PageUp', 'd', [], { do: 'select', id: 'a' }],
  ['End', 'a', [], { do: 'select', id: 'd' }],
  ['Home', 'c', [], { do: 'select', id: 'a' }],
  ['ArrowRight', 'b', [], { do: 'select', id: 'c' }],
  ['ArrowRight', 'b', ['b'], { do: 'toggle', id: 'b' }],
  ['ArrowRight', 'c', [], null],
  ['ArrowLeft', 'b', [], { do: 'toggle', id: 'b' }],
  ['ArrowLeft', 'b', ['b'], { do: 'select', id: 'a' }],
  ['ArrowLeft', 'd', [], { do: 'select', id: 'a' }],
  ['Enter', 'c', [], { do: 'details' }],
  ['x', 'a', [], null],
  ['x', null, [], null],
])('%s on %s with %j closed', (key, selected, closed, want) => {
  expect(act(key, selected, closed)).toEqual(want);
});
