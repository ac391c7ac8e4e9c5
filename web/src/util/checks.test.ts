import { expect, test } from 'vitest';
import type { Check } from '../api/rayscope.gen';
import { checkCodec, isWrong, sizeText, stateOf, verdictOf } from './checks';
import { sendTestTrace } from './testTrace';

const check = (State: string): Check => ({ Id: State, Question: '?', State, Sentence: '', NextStep: '', Command: null, Facts: [], Documentation: '' });

test('the verdict counts what is wrong and begins with the worst', () => {
  expect(verdictOf({ Checks: [check('ok'), check('unknown')] })).toEqual({ state: 'ok', text: 'Everything that can be checked from here is good' });
  expect(verdictOf({ Checks: [check('ok'), check('attention')] })).toEqual({ state: 'attention', text: '1 thing to look at' });
  expect(verdictOf({ Checks: [check('problem'), check('attention'), check('attention')] })).toEqual({
    state: 'problem',
    text: '1 problem and 2 more things to look at',
  });
});

test('a state that a newer server has is unknown, and not wrong', () => {
  expect(stateOf(check('marvellous'))).toBe('unknown');
  expect(isWrong(check('marvellous'))).toBe(false);
});

test('the URL holds what is shown', () => {
  const query = new URLSearchParams();
  checkCodec.write({ wrongOnly: true }, query);
  expect(query.toString()).toBe('show=wrong');
  expect(checkCodec.read(query)).toEqual({ wrongOnly: true });
  expect(checkCodec.read(new URLSearchParams('show=x'))).toEqual({ wrongOnly: false });
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 KB'],
  [99_940, '99.9 KB'],
  [123_456_789, '123 MB'],
  [999_600, '1.0 MB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test('a test trace is sent and read back', async () => {
  let clock = 1758654600_000;
  const sent: object[] = [];
  const server = {
    putDocuments: (documents: object[]) => {
      sent.push(...documents);
      return Promise.resolve({ UnprocessedTraceSegments: [] });
    },
    traces: (ids: string[]) => {
      clock += 12;
      return Promise.resolve({ Traces: ids.map((Id) => ({ Id, Duration: 0, LimitExceeded: false, Segments: [] })), UnprocessedTraceIds: [], NextToken: null });
    },
  };
  const { traceId, tookMs } = await sendTestTrace(server, () => clock);
  expect(tookMs).toBe(12);
  expect(traceId).toMatch(/^1-68d2f088-[0-9a-f]{24}$/);
  expect(sent).toMatchObject([{ trace_id: traceId, name: 'rayscope-doctor', end_time: 1758654600 }]);
});

test('a refusal is a sentence', async () => {
  const server = {
    putDocuments: () => Promise.resolve({ UnprocessedTraceSegments: [{ Id: null, ErrorCode: 'InvalidId', Message: 'Invalid segment.' }] }),
    traces: () => Promise.reject(new Error('not asked')),
  };
  await expect(sendTestTrace(server, Date.now)).rejects.toThrow('The server refused the test trace: Invalid segment.');
});
