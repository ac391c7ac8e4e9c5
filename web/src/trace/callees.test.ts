import { describe, expect, test } from 'vitest';
import { callsOf } from './calls';
import { sourceOf } from './callees';
import { criticalPath, timingOf } from './timing';
import { mainRoot, treeOf, type TraceTree } from './tree';
import { expectWholePath } from './wholePath.testing';

type Doc = Record<string, unknown>;

const part = (id: string, start_time: number, end_time: number, ...subsegments: Doc[]): Doc => ({ id, name: id, start_time, end_time, subsegments });
const call = (id: string, start_time: number, end_time: number, ...subsegments: Doc[]): Doc => ({ ...part(id, start_time, end_time, ...subsegments), namespace: 'remote' });
const below = (parent_id: string, doc: Doc): Doc => ({ ...doc, parent_id });
const traceOf = (docs: Doc[]): TraceTree => treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: docs.map((doc, i) => ({ Id: String(i), Document: JSON.stringify(doc) })) });

const rootOf = (tree: TraceTree) => {
  const root = mainRoot(tree);
  if (root === undefined) throw new Error('no root');
  return root;
};
const selfOf = (tree: TraceTree, id: string): number => {
  const entity = tree.byId.get(id);
  if (entity === undefined) throw new Error(`no part ${id}`);
  return timingOf(tree).of(entity).selfSeconds;
};
const pathOf = (tree: TraceTree): string[] =>
  [...criticalPath(rootOf(tree), tree)].flatMap(([{ id }, pieces]) => pieces.map(({ from, to }) => `${from}-${to} ${id}`)).sort((a, b) => parseFloat(a) - parseFloat(b));
const slowest = (tree: TraceTree): string => {
  const length = ({ start, end }: { start: number; end: number | null }): number => (end ?? start) - start;
  return sourceOf(tree, rootOf(tree), (entity) => length(entity) > 5, length).id;
};

/** How SDKs nest a call of ten seconds that another service answered within eight: what is charged to whom. */
const nestings: [string, Doc[], { path: string[]; self: Record<string, number>; slowest: string }][] = [
  [
    'Go: steps beside the segment',
    [part('web', 0, 10, call('to-pay', 0, 10, part('connect', 0, 1, part('dns', 0, 0.5), part('dial', 0.5, 1)), part('request', 1, 2), part('response', 2, 10))), below('to-pay', part('pay', 1, 9))],
    { path: ['0-0.5 dns', '0.5-1 dial', '1-9 pay', '9-10 response'], self: { connect: 0, request: 0, response: 1, 'to-pay': 0, pay: 8 }, slowest: 'pay' },
  ],
  [
    'Go: a step around the whole answer counts before and after it',
    [part('web', 0, 10, call('to-pay', 0, 10, part('attempt', 0, 10))), below('to-pay', part('pay', 1, 9))],
    { path: ['0-1 attempt', '1-9 pay', '9-10 attempt'], self: { attempt: 2, pay: 8 }, slowest: 'pay' },
  ],
  [
    'Go: steps of steps wait, too',
    [part('web', 0, 10, call('to-pay', 0, 10, part('attempt', 0, 10, part('response', 0, 10)))), below('to-pay', part('pay', 1, 9))],
    { path: ['0-1 response', '1-9 pay', '9-10 response'], self: { attempt: 0, response: 2, pay: 8 }, slowest: 'pay' },
  ],
  [
    'Java, Python: the segment alone below the call',
    [part('web', 0, 10, call('to-pay', 1, 10)), below('to-pay', part('pay', 1, 9))],
    { path: ['0-1 web', '1-9 pay', '9-10 to-pay'], self: { web: 1, 'to-pay': 1, pay: 8 }, slowest: 'pay' },
  ],
  [
    'OpenTelemetry: client spans as steps beside the server span',
    [part('web', 0, 10, call('GET', 0, 10, call('http.getconn', 0, 1), call('http.receive', 2, 10))), below('GET', part('pay', 1, 9))],
    { path: ['0-1 http.getconn', '1-9 pay', '9-10 http.receive'], self: { 'http.receive': 1, pay: 8 }, slowest: 'pay' },
  ],
  [
    'OpenTelemetry: an inner client span that the server span hangs below is no step',
    [part('web', 0, 10, call('outer', 0, 10, call('inner', 0, 10, part('response', 0, 10)))), below('inner', part('pay', 1, 9))],
    { path: ['0-1 response', '1-9 pay', '9-10 response'], self: { outer: 0, inner: 0, response: 2, pay: 8 }, slowest: 'pay' },
  ],
  [
    'work beside a service that was called without a call is work',
    [part('web', 0, 10, part('reckon', 0, 10)), below('web', part('pay', 1, 9))],
    { path: ['0-10 reckon'], self: { web: 0, reckon: 10, pay: 8 }, slowest: 'pay' },
  ],
  [
    'nobody answered: the steps tell what they waited for, the call is to blame',
    [part('web', 0, 10, call('to-bank', 0, 10, part('request', 0, 1), part('response', 1, 10)))],
    { path: ['0-1 request', '1-10 response'], self: { request: 1, response: 9, 'to-bank': 0 }, slowest: 'to-bank' },
  ],
];

describe.each(nestings)('%s', (_, docs, want) => {
  const tree = traceOf(docs);
  test('critical path', () => expect(pathOf(tree)).toEqual(want.path));
  test('worked itself', () => expect(Object.fromEntries(Object.keys(want.self).map((id) => [id, selfOf(tree, id)]))).toEqual(want.self));
  test('where most of the time went', () => expect(slowest(tree)).toBe(want.slowest));
});

test('the statistics of calls charge a service with its time, not the wait for it', () => {
  const [, docs] = nestings[0] ?? ['', []];
  const tree = traceOf(docs);
  const groups = callsOf(tree, timingOf(tree));
  expect(groups[0]).toMatchObject({ name: 'pay', of: null, self: 8, share: 0.8 });
  expect(groups.find(({ name }) => name === 'response')).toMatchObject({ of: 'to-pay', self: 1 });
  expect(timingOf(tree).mostAtOnce).toBe(1);
});

test('with steps, too, the pieces of a trace make up the time of its root', () => {
  let seed = 11;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const docs: Doc[] = [];
  const grow = (from: number, to: number, depth: number, id: string): Doc => {
    const children = Array.from({ length: depth === 0 ? 0 : Math.floor(random() * 4) }, (_, i) => {
      const start = from + random() * (to - from);
      const end = start + random() * (to - from) * 0.9;
      if (random() < 0.6) return grow(start, end, depth - 1, `${id}.${i}`);
      docs.push(below(id, grow(start, end, depth - 1, `${id}.${i}`)));
      return null;
    });
    return call(id, from, to, ...children.filter((child) => child !== null));
  };
  for (let i = 0; i < 200; i += 1) {
    docs.length = 0;
    expectWholePath(traceOf([grow(1000, 1010, 5, 'r'), ...docs]));
  }
});
