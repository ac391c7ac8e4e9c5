import { expect, test } from 'vitest';
import { normalTraceId } from './traceId';

const id = '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14';

test.each([id, ` ${id}\n`, id.toUpperCase(), '68d2f0a15f84c7a21e7b6d0f3a9c2b14', '68D2F0A15F84C7A21E7B6D0F3A9C2B14'])('%j is a trace id', (text) => {
  expect(normalTraceId(text)).toBe(id);
});

test.each(['', 'x', id.slice(1), `${id}0`, '2-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14', '68d2f0a15f84c7a21e7b6d0f3a9c2b1g'])('%j is none', (text) => {
  expect(normalTraceId(text)).toBeNull();
});
