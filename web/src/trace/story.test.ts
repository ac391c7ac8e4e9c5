import { expect, test } from 'vitest';
import { storyOf, type Story } from './story';
import { treeOf } from './tree';

type Doc = Record<string, unknown>;

const part = (id: string, start_time: number, end_time: number, more: Doc = {}, ...subsegments: Doc[]): Doc => ({ id, name: id, start_time, end_time, ...more, subsegments });
const said = (...exceptions: Doc[]): Doc => ({ cause: { exceptions } });
const storyTo = (...docs: Doc[]): Story => storyOf(treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: docs.map((doc, i) => ({ Id: String(i), Document: JSON.stringify(doc) })) }));
const sentencesOf = (...docs: Doc[]): string[] => storyTo(...docs).reasons.map(({ text, place, said, about }) => `${text} [${place}](${about})${said === null ? '' : `: ${said}`}`);

const remote = { namespace: 'remote' };
const fault = { fault: true };
const late = said({ id: 'e1', type: 'url.Error', message: 'Post: context deadline exceeded', cause: 'e2' }, { id: 'e2', type: 'deadline', message: 'context deadline exceeded' });

/** A checkout that waits two seconds for a processor of cards that does not answer, as a Go SDK records it. */
const checkout: Doc[] = [
  part('web', 0, 2.01, { ...fault, ...said({ id: 'e4', type: 'status', message: 'payments answered 504' }), http: { request: { method: 'POST' }, response: { status: 502 } } }, part('payments.internal', 0, 2.01, { ...remote, ...fault }, part('request', 0, 0.001), part('response', 0.001, 2.01))),
  { ...part('payments', 0.001, 2, { ...fault, ...late }, part('api.cardworks.example', 0.002, 1.99, { ...remote, ...fault }, part('asked', 0.002, 0.003), part('answer', 0.003, 1.99, { ...fault, ...said({ id: 'e3', type: 'deadline', message: 'context deadline exceeded' }) }))), parent_id: 'payments.internal' },
];

test.each<[string, Doc[], string[]]>([
  ['a failure is named once, where it was first, with what was said there', checkout, ['It failed first in [the call from payments to api.cardworks.example](api.cardworks.example): context deadline exceeded']],
  ['a failure at one place, the time at another', [part('web', 0, 10, fault, part('render', 0, 8), part('db', 8, 9, { ...remote, ...fault, ...said({ id: '1', type: 'SQLError', message: 'no such table' }) }))], ['It failed first in [the call from web to db](db): no such table', '80 % of the time was spent in [“render” of web](render)']],
  ['of a failure without a word, what those above say, down to its cause', [part('web', 0, 1, { ...fault, ...late }, part('db', 0, 0.2, { ...remote, ...fault }))], ['It failed first in [the call from web to db](db): context deadline exceeded']],
  ['of a failure that nobody explains, its status', [part('web', 0, 1, fault, part('db', 0, 0.2, { ...remote, http: { response: { status: 503 } } }))], ['It failed first in [the call from web to db](db): the answer was HTTP 503']],
  ['an exception without a message by its type', [part('web', 0, 1, { ...fault, ...said({ id: '1', type: 'KeyError' }) })], ['It failed first in [web](web): KeyError']],
  ['a client that gave up while the service went on', [part('web', 0, 1, fault, part('pay', 0, 0.2, { ...remote, ...fault }, part('response', 0, 0.2, { ...fault, ...said({ id: '1', type: 'Timeout', message: 'gave up' }) }))), { ...part('payments', 0, 0.4), parent_id: 'pay' }], ['It failed first in [the call from web to pay](pay): gave up']],
  ['a fault before a refusal', [part('web', 0, 1, fault, part('cache', 0, 0.1, { ...remote, error: true }), part('db', 0.1, 0.2, { ...remote, ...fault }))], ['It failed first in [the call from web to db](db)']],
  ['a refusal that made a fault', [part('web', 0, 1, fault, part('login', 0, 0.1, { ...remote, http: { response: { status: 401 } } }))], ['It failed first in [the call from web to login](login): the answer was HTTP 401']],
  ['a failure that the request survived', [part('web', 0, 1, {}, part('bank', 0, 0.1, { ...remote, throttle: true }), part('render', 0.2, 1))], ['80 % of the time was spent in [“render” of web](render)', 'On the way, something failed in [the call from web to bank](bank)']],
  ['a slow answer', [part('web', 0, 1, {}, part('render', 0.1, 0.9))], ['80 % of the time was spent in [“render” of web](render)']],
  ['of a failure without a cause, nothing that the result does not say', [part('web', 0, 1, { http: { response: { status: 500 } } })], []],
  ['nothing to add', [part('web', 0, 1, {}, part('a', 0, 0.4), part('b', 0.4, 0.8))], []],
  ['exceptions that cause each other', [part('web', 0, 1, { ...fault, ...said({ id: '1', type: 'A', message: 'a', cause: '2' }, { id: '2', type: 'B', message: 'b', cause: '1' }) })], ['It failed first in [web](web): b']],
])('%s', (_, docs, want) => expect(sentencesOf(...docs)).toEqual(want));

test('messages of pages are cut', () => {
  const [reason] = storyTo(part('web', 0, 1, { ...fault, ...said({ id: '1', type: 'A', message: 'x'.repeat(5000) }) })).reasons;
  expect(reason?.said?.length).toBeLessThan(210);
});

test('results', () => {
  expect(storyTo(...checkout)).toMatchObject({ status: 'fault', result: 'failed, HTTP 502, after 2.01 s' });
  expect(storyTo({ ...part('late', 0, 1), parent_id: 'x' })).toMatchObject({ status: 'pending', reasons: [] });
});
