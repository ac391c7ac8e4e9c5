import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../util/json';
import { exceptionsOf } from './exceptions';
import { storyOf } from './story';
import { rowsOf, treeOf, type TraceTree } from './tree';

const traceOf = (...docs: (JsonObject | string)[]): TraceTree =>
  treeOf({
    Id: '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14',
    Duration: null,
    LimitExceeded: null,
    Segments: docs.map((doc, i) => ({ Id: String(i), Document: typeof doc === 'string' ? doc : JSON.stringify(doc) })),
  });

const outline = (tree: TraceTree, closed: string[] = []): string[] =>
  rowsOf(tree.roots, new Set(closed)).map(({ entity, depth, hidden }) => `${'  '.repeat(depth)}${entity.name}${hidden > 0 ? ` +${hidden}` : ''}`);

const root = {
  id: 'A1F0C3D2E4B59687',
  name: 'orders',
  origin: 'AWS::ECS::Fargate',
  start_time: 100.118,
  end_time: 1.00642e2,
  fault: true,
  cause: '1122334455667788',
  http: { request: { method: 'POST', url: 'https://orders.example.net/v2/orders' }, response: { status: 503 } },
  subsegments: [
    { id: 'b7c6d5e4f3a29180', name: 'DynamoDB', namespace: 'aws', start_time: 100.13, end_time: 100.142 },
    {
      id: 'c8d7e6f5a4b39281',
      name: 'stock.example.net',
      namespace: 'remote',
      start_time: 100.15,
      end_time: 100.64,
      http: { response: { status: '504' } },
      cause: { exceptions: [{ id: '1122334455667788', type: 'StockError', message: 'no answer', remote: true, stack: [{ path: 'a.go', line: null }] }] },
    },
  ],
};

const inferred = { id: 'ffffffffffffffff', name: 'DynamoDB', origin: 'AWS::DynamoDB::Table', parent_id: 'b7c6d5e4f3a29180', inferred: true, start_time: 100.13, end_time: 100.142 };
const stock = { id: '1111111111111111', name: 'stock', parent_id: 'C8D7E6F5A4B39281', start_time: 100.2, end_time: 100.6 };

describe('the tree of a trace', () => {
  test('a segment hangs under the call that names it, an inferred one marks its call', () => {
    const tree = traceOf(stock, root, inferred);
    expect(outline(tree)).toEqual(['orders', '  DynamoDB', '  stock.example.net', '    stock']);
    expect(tree.byId.get('b7c6d5e4f3a29180')?.inferredType).toBe('AWS::DynamoDB::Table');
    expect(tree.services).toEqual(['orders', 'stock']);
    expect([tree.start, tree.end]).toEqual([100.118, 100.642]);
  });

  test('a closed row hides what is below it and says how much', () => {
    expect(outline(traceOf(root, stock), ['c8d7e6f5a4b39281'])).toEqual(['orders', '  DynamoDB', '  stock.example.net +1']);
  });

  test('an orphan stands at the end and is marked', () => {
    const lost = { id: '2222222222222222', type: 'subsegment', name: 'late work', parent_id: '9999999999999999', start_time: 1, end_time: 2 };
    const tree = traceOf(lost, root);
    expect(tree.roots.map(({ name, isOrphan, isSegment }) => [name, isOrphan, isSegment])).toEqual([
      ['orders', false, true],
      ['late work', true, false],
    ]);
  });

  test('an independent subsegment belongs to the service it hangs under', () => {
    const late = { id: '2222222222222222', type: 'subsegment', name: 'late work', parent_id: 'a1f0c3d2e4b59687', start_time: 101, end_time: 102 };
    expect(traceOf(late, root).byId.get('2222222222222222')).toMatchObject({ service: 'orders', serviceType: 'AWS::ECS::Fargate' });
  });

  test('rings of parents are cut', () => {
    const a = { id: 'aaaaaaaaaaaaaaaa', name: 'a', parent_id: 'bbbbbbbbbbbbbbbb', start_time: 1, end_time: 2 };
    const b = { id: 'bbbbbbbbbbbbbbbb', name: 'b', parent_id: 'aaaaaaaaaaaaaaaa', start_time: 1, end_time: 2 };
    const self = { id: 'cccccccccccccccc', name: 'self', parent_id: 'cccccccccccccccc', start_time: 1, end_time: 2 };
    const tree = traceOf(a, b, self);
    expect(rowsOf(tree.roots, new Set())).toHaveLength(3);
  });

  test.each([['{'], ['[]'], ['null'], [{}], [{ name: 7, id: null, http: 'x', subsegments: [null, 3, {}] }], [{ start_time: 'soon', cause: { exceptions: 'many' } }]])(
    'the odd document %j breaks nothing',
    (doc) => {
      const tree = traceOf(root, doc);
      expect(outline(tree)).toContain('orders');
      for (const { entity } of rowsOf(tree.roots, new Set())) expect(exceptionsOf(entity, tree)).toBeInstanceOf(Array);
      expect(storyOf(tree).result).not.toBe('');
    },
  );

  test('no documents at all', () => {
    expect(traceOf()).toMatchObject({ roots: [], start: 0, end: 0, unreadable: 0 });
    expect(traceOf('{').unreadable).toBe(1);
  });

  test.each([
    [{ fault: true }, 'fault'],
    [{ http: { response: { status: 404 } } }, 'error'],
    [{ http: { response: { status: 429 } } }, 'throttle'],
    [{ http: { response: { status: '500' } } }, 'fault'],
    [{ in_progress: true, end_time: undefined }, 'pending'],
    [{}, 'ok'],
  ])('%j is classed %s', (members, want) => {
    expect(traceOf({ id: '1', name: 'a', start_time: 1, end_time: 2, ...members }).roots[0]?.status).toBe(want);
  });
});

describe('exceptions', () => {
  test('a reference leads to where the exception was recorded', () => {
    const tree = traceOf(root);
    const [entity] = tree.roots;
    if (entity === undefined) throw new Error('no root');
    expect(exceptionsOf(entity, tree)).toMatchObject([{ type: 'StockError', remote: true, owner: { name: 'stock.example.net' } }]);
  });

  test('a chain begins with what was not a cause', () => {
    const cause = { exceptions: [{ id: '02', type: 'Inner' }, { id: '01', type: 'Outer', cause: '02' }] };
    const tree = traceOf({ id: '1', name: 'a', start_time: 1, end_time: 2, cause });
    const [entity] = tree.roots;
    if (entity === undefined) throw new Error('no root');
    expect(exceptionsOf(entity, tree).map(({ type }) => type)).toEqual(['Outer', 'Inner']);
  });
});

describe('chains of exceptions', () => {
  const at = (id: string, ...exceptions: Record<string, unknown>[]) => ({ id, name: id, start_time: 1, end_time: 2, cause: { exceptions } });
  const typesOf = (...docs: Record<string, unknown>[]): string[] => {
    const tree = traceOf(...docs);
    const [entity] = tree.roots;
    if (entity === undefined) throw new Error('no root');
    return exceptionsOf(entity, tree).map(({ type }) => type);
  };

  test('are in the order of causes, whatever the order recorded', () => {
    expect(typesOf(at('a', { id: '3', type: 'C' }, { id: '1', type: 'A', cause: '2' }, { id: '2', type: 'B', cause: '3' }))).toEqual(['A', 'B', 'C']);
  });

  test('go on where the cause was recorded on another entity', () => {
    expect(typesOf(at('a', { id: '1', type: 'A', cause: '2' }), at('b', { id: '2', type: 'B' }))).toEqual(['A', 'B']);
  });

  test('end in rings and at unknown causes', () => {
    expect(typesOf(at('a', { id: '1', type: 'A', cause: '2' }, { id: '2', type: 'B', cause: '1' }))).toEqual(['A', 'B']);
    expect(typesOf(at('a', { id: '1', type: 'A', cause: '9' }))).toEqual(['A']);
  });
});
