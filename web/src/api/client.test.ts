import { afterEach, describe, expect, test, vi } from 'vitest';
import { api, ApiError } from './client';

const answer = (status: number, body: string, headers: Record<string, string> = {}): void => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status, headers })));
};

const failureOf = async (call: Promise<unknown>): Promise<ApiError> => {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`got ${String(error)}, want an ApiError`);
  return error;
};

const signal = new AbortController().signal;

afterEach(() => vi.unstubAllGlobals());

describe('every failure is one error with a sentence', () => {
  test.each([
    [400, '{"Message":"Group not found."}', 'InvalidRequestException', 'refused', /Group not found\./],
    [404, '{"Message":null}', 'UnknownOperationException', 'missing', /does not know/],
    [429, '{}', 'ThrottledException', 'throttled', /slow down/],
    [500, '{"message":"disk"}', 'InternalFailure:http://x', 'server', /It says: disk/],
    [502, '<html>', undefined, 'server', /internal problem/],
    [200, '<html>', undefined, 'unreadable', /another program or a proxy/],
  ])('HTTP %d %s', async (status, body, name, kind, sentence) => {
    answer(status, body, name === undefined ? {} : { 'x-amzn-ErrorType': name });
    const error = await failureOf(api.traces(['1-0-0'], signal));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(sentence);
    if (name !== undefined) expect(error.name).toBe(name.split(':')[0]);
  });

  test('no server', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect((await failureOf(api.info(signal))).kind).toBe('offline');
  });
});

test('a call that is cancelled stays a cancellation', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('gone', 'AbortError')));
  await expect(api.info(signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('requests are what the operations want', async () => {
  const fetched = vi.fn<typeof fetch>(() => Promise.resolve(new Response('{"Services":[]}')));
  vi.stubGlobal('fetch', fetched);
  await api.traceGraph('1-0-0', signal);
  expect(fetched).toHaveBeenCalledWith('/TraceGraph', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"TraceIds":["1-0-0"]}', signal });
});
