import { describe, expect, test } from 'vitest';
import { busyness, criticalPath, mostAtOnce, timingOf, uncovered } from './timing';
import { mainRoot, treeOf, type TraceTree } from './tree';
import { expectWholePath } from './wholePath.testing';

type Doc = Record<string, unknown>;

const step = (id: string, start_time: number, end_time: number, ...subsegments: Doc[]): Doc => ({ id, name: id, start_time, end_time, subsegments });
const traceOf = (...docs: Doc[]): TraceTree => treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: docs.map((doc, i) => ({ Id: String(i), Document: JSON.stringify(doc) })) });

const pathOf = (tree: TraceTree): string[] => {
  const root = mainRoot(tree);
  if (root === undefined) throw new Error('no root');
  return [...criticalPath(root, tree)].flatMap(([entity, pieces]) => pieces.map(({ from, to }) => `${from}-${to} ${entity.id}`)).sort((a, b) => parseFloat(a) - parseFloat(b));
};

describe('what the root waited for', () => {
  test.each<[string, Doc[], string[]]>([
    ['itself, when nothing is below', [step('a', 0, 10)], ['0-10 a']],
    ['parts one after the other, and itself between them', [step('a', 0, 10, step('b', 1, 4), step('c', 6, 9))], ['0-1 a', '1-4 b', '4-6 a', '6-9 c', '9-10 a']],
    ['the slowest of parts that run at once', [step('a', 0, 10, step('b', 1, 9), step('c', 1, 5))], ['0-1 a', '1-9 b', '9-10 a']],
    ['the longer of two that end together', [step('a', 0, 10, step('b', 5, 9), step('c', 1, 9))], ['0-1 a', '1-9 c', '9-10 a']],
    ['the last of overlapping parts; what still ran when it began did not hold it up', [step('a', 0, 10, step('b', 0, 6), step('c', 4, 10))], ['0-4 a', '4-10 c']],
    ['deep parts', [step('a', 0, 10, step('b', 2, 8, step('c', 3, 5), step('d', 5, 7)))], ['0-2 a', '2-3 b', '3-5 c', '5-7 d', '7-8 b', '8-10 a']],
    ['not for work of the same program that outlived it', [step('a', 0, 10, step('b', 2, 20), step('c', 1, 3))], ['0-1 a', '1-3 c', '3-10 a']],
    ['for a called segment no longer than the call, whatever its clock says', [step('a', 0, 10, step('b', 2, 8)), { ...step('s', 1, 9), parent_id: 'b' }], ['0-2 a', '2-8 s', '8-10 a']],
    ['not for a called segment that lies outside the call', [step('a', 0, 10, step('b', 2, 3)), { ...step('s', 4, 5), parent_id: 'b' }], ['0-2 a', '2-3 b', '3-10 a']],
    ['not for parts without length', [step('a', 0, 10, step('b', 5, 5))], ['0-10 a']],
  ])('%s', (_, docs, want) => expect(pathOf(traceOf(...docs))).toEqual(want));

  test('a running request waits for what runs in it', () => {
    const running = { id: 'a', name: 'a', start_time: 0, in_progress: true, subsegments: [step('b', 1, 6), { id: 'c', name: 'c', start_time: 6, in_progress: true, subsegments: [step('d', 7, 9)] }] };
    expect(pathOf(traceOf(running))).toEqual(['0-1 a', '1-6 b', '6-7 c', '7-9 d']);
  });

  test('the pieces of any trace make up the time of its root, without a gap or an overlap', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const grow = (from: number, to: number, depth: number, id: string): Doc => {
      const children = Array.from({ length: depth === 0 ? 0 : Math.floor(random() * 5) }, (_, i) => {
        const start = from + random() * (to - from);
        return grow(start, start + random() * (to - from) * 0.9, depth - 1, `${id}.${i}`);
      });
      return step(id, from, to, ...children);
    };
    for (let i = 0; i < 200; i += 1) {
      expectWholePath(traceOf(grow(1000, 1010, 4, 'r')));
    }
  });

  test('ten thousand calls in a chain', () => {
    const docs = Array.from({ length: 10_000 }, (_, i) => ({ ...step(`s${i}`, i / 1e5, 1 - i / 1e5), ...(i === 0 ? {} : { parent_id: `s${i - 1}` }) }));
    expect(pathOf(traceOf(...docs))).toHaveLength(2 * 9_999 + 1);
  });
});

test.each([
  [[], [{ from: 0, to: 10 }]],
  [[{ from: 0, to: 10 }], []],
  [[{ from: -5, to: 2 }, { from: 8, to: 20 }], [{ from: 2, to: 8 }]],
  [[{ from: 5, to: 6 }, { from: 1, to: 4 }, { from: 2, to: 3 }], [{ from: 0, to: 1 }, { from: 4, to: 5 }, { from: 6, to: 10 }]],
  [[{ from: 20, to: 30 }], [{ from: 0, to: 10 }]],
])('what %j leaves of 0-10', (covers, want) => expect(uncovered({ from: 0, to: 10 }, covers)).toEqual(want));

test('self time, and how much ran at once', () => {
  const tree = traceOf(step('a', 0, 10, step('b', 1, 5), step('c', 3, 7), step('d', 4, 6)));
  const timing = timingOf(tree);
  const [a] = tree.roots;
  if (a === undefined) throw new Error('no root');
  expect(timing.of(a)).toMatchObject({ total: 10, selfSeconds: 4, criticalSeconds: 6 });
  expect(timing.mostAtOnce).toBe(3);
});

test('one after the other is never two at once', () => expect(mostAtOnce([{ from: 0, to: 1 }, { from: 1, to: 2 }])).toBe(1));

test('busyness', () => {
  expect(busyness([{ from: 0, to: 5 }, { from: 2.5, to: 7.5 }], { from: 0, to: 10 }, 4)).toEqual([1, 2, 1, 0]);
  expect(busyness([{ from: 0, to: 5 }], { from: 3, to: 3 }, 2)).toEqual([0, 0]);
});
