import { expect, test } from 'vitest';
import { defaultColumns, defaultOpen, listCodec, type ListState } from './listState';
import { patched } from './urlState';

const initial: ListState = { columns: defaultColumns, open: defaultOpen, tools: false };

test.each<[string, ListState]>([
  ['', initial],
  ['cols=status%2Cannotation.plan', { ...initial, columns: ['status', 'annotation.plan'] }],
  ['cols=annotation.a%252Cb%2Cid', { ...initial, columns: ['annotation.a,b', 'id'] }],
  ['open=', { ...initial, open: [] }],
  ['open=user%2Cannotation.plan&tools=shown', { ...initial, open: ['user', 'annotation.plan'], tools: true }],
])('%s is read and written', (text, state) => {
  const query = new URLSearchParams(text);
  expect(listCodec.read(query)).toEqual(state);
  expect(patched(listCodec, new URLSearchParams(), state).toString()).toBe(text);
});

test('what is not understood is left out', () => {
  expect(listCodec.read(new URLSearchParams('cols=colour,annotation.,%25&tools=yes'))).toEqual(initial);
});
