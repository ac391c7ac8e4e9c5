import { expect, test } from 'vitest';
import { graphOf } from '../src/graph/graph.ts';
import { treeOf } from '../src/trace/tree.ts';
import { summaryOf, traceOf } from './answers.ts';
import { graphOfTraces } from './graph.ts';
import { numberOf, shopTrace, stillRunning } from './shop.ts';

const traces = Array.from({ length: 200 }, (_, n) => shopTrace(1_000_000 + n));

test('a trace can be written again from its id', () => {
  for (const trace of traces) expect(shopTrace(numberOf(trace.id))).toEqual(trace);
});

test('the shop has all kinds of nodes and classes', () => {
  const graph = graphOf(graphOfTraces(traces));
  expect(graph.nodes.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['web|client', 'web|AWS::ECS::Fargate', 'users', 'shop@db|Database::SQL', 'stock|AWS::DynamoDB::Table', 'pay.example.com|remote']),
  );
  const counts = graph.nodes.map(({ traffic }) => traffic.counts);
  for (const name of ['ok', 'error', 'throttle', 'fault'] as const) expect(counts.some((count) => count[name] > 0)).toBe(true);
  expect(graph.edges.some(({ isLink }) => isLink)).toBe(true);
});

test('answers fit together', () => {
  for (const trace of traces.slice(0, 20)) {
    const tree = treeOf(traceOf(trace));
    expect(tree.unreadable).toBe(0);
    expect(tree.end - tree.start).toBeCloseTo(summaryOf(trace).Duration ?? -1, 6);
    expect(summaryOf(stillRunning(trace)).Duration).toBeNull();
  }
});
