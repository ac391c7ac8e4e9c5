import { describe, expect, test } from 'vitest';
import { editingCodec, insightListCodec, noTested, testedCodec } from './adminUrl';
import { patched } from './urlState';

describe('codecs of the pages', () => {
  test.each([
    ['', { phase: '', days: 7 }],
    ['phase=active&days=30', { phase: 'ACTIVE', days: 30 }],
    ['phase=closed', { phase: 'CLOSED', days: 7 }],
  ] as const)('insights: %s', (text, state) => {
    expect(insightListCodec.read(new URLSearchParams(text))).toEqual(state);
    expect(patched(insightListCodec, new URLSearchParams(), state).toString()).toBe(text);
  });

  test('what insights do not know is as if it were not there', () => {
    expect(insightListCodec.read(new URLSearchParams('phase=lost&days=9'))).toEqual({ phase: '', days: 7 });
  });

  test.each([
    ['', null],
    ['new=1', 'new'],
    ['edit=a+%26+b', { name: 'a & b' }],
  ] as const)('editing: %s', (text, edit) => {
    expect(editingCodec.read(new URLSearchParams(text))).toEqual({ edit });
    expect(patched(editingCodec, new URLSearchParams(), { edit }).toString()).toBe(text);
  });

  test('the tester keeps what belongs to others', () => {
    const query = patched(testedCodec, new URLSearchParams('edit=a&host=x'), { host: '', path: '/a?b' });
    expect(query.toString()).toBe('edit=a&path=%2Fa%3Fb');
    expect(testedCodec.read(query)).toEqual({ ...noTested, path: '/a?b' });
  });
});
