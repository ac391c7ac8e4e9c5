import type { api } from '../api/client';

/** The service under which test traces appear, that of `rayscope doctor`. */
export const testService = 'rayscope-doctor';

export interface Arrived {
  traceId: string;
  /** Milliseconds from the sending until the trace was read back. */
  tookMs: number;
}

const randomHex = (bytes: number): string =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A trace is there when the sending was answered; a few tries cover a server that is laden. */
const tries = 5;
const pauseMs = 400;

/** sendTestTrace sends one segment and resolves when the server hands it out again. It rejects with a sentence. */
export const sendTestTrace = async (server: Pick<typeof api, 'putDocuments' | 'traces'>, now: () => number): Promise<Arrived> => {
  const begin = now();
  const end = begin / 1000;
  const traceId = `1-${Math.floor(end).toString(16).padStart(8, '0')}-${randomHex(12)}`;
  const document = { trace_id: traceId, id: randomHex(8), name: testService, start_time: end - 0.001, end_time: end, annotations: { doctor: true } };
  const signal = AbortSignal.timeout(20_000);
  const answer = await server.putDocuments([document], signal);
  const refused = answer.UnprocessedTraceSegments[0];
  if (refused !== undefined) throw new Error(`The server refused the test trace: ${refused.Message ?? refused.ErrorCode ?? 'it does not say why'}`);
  for (let i = 0; i < tries; i += 1) {
    const found = await server.traces([traceId], signal);
    if ((found.Traces ?? []).length > 0) return { traceId, tookMs: now() - begin };
    await wait(pauseMs);
  }
  throw new Error('The server took the test trace but does not hand it out. Look at “Is the store well?” below.');
};
