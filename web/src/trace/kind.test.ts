import { expect, test } from 'vitest';
import { graphOf } from '../graph/graph';
import { kindSentence, trafficFor } from './kind';
import { treeOf } from './tree';

const hist = (...values: [number, number][]) => ({ histogram: values.map(([Value, Count]) => ({ Value, Count })) });

test.each([
  [0.5, hist([0.1, 97], [0.5, 1], [0.9, 2]), 'Slower than 97 % of its kind (100 calls in the hour around it)'],
  [0.0501, hist([0.05, 10], [0.1, 190]), 'As fast as the fastest of its kind (200 calls in the hour around it)'],
  [0.9, hist([0.1, 99], [0.9, 1]), 'As slow as the slowest of its kind (100 calls in the hour around it)'],
  [0.2, hist([0.1, 10], [0.2, 1], [0.3, 989]), 'Faster than 98 % of its kind (1,000 calls in the hour around it)'],
  [0.1, hist([0.1, 50]), 'As fast as all of its kind (50 calls in the hour around it)'],
  [0.1, hist([0.1, 10], [0.2, 9]), null],
  [0.1, hist(), null],
])('%s s', (seconds, traffic, want) => expect(kindSentence(seconds, traffic)).toBe(want));

const stats = { OkCount: 1, ErrorStatistics: null, FaultStatistics: null, TotalCount: 1, TotalResponseTime: 1 };
const service = (ReferenceId: number, Name: string, Type: string | null, to: [number, number][] = []) => ({
  ReferenceId, Name, Names: [Name], AccountId: null, Type, Root: null, State: null, StartTime: null, EndTime: null, SummaryStatistics: stats, DurationHistogram: null,
  ResponseTimeHistogram: [{ Value: ReferenceId, Count: 1 }],
  Edges: to.map(([target, Value]) => ({ ReferenceId: target, StartTime: null, EndTime: null, SummaryStatistics: stats, ResponseTimeHistogram: [{ Value, Count: 1 }], Aliases: null, EdgeType: null, ReceivedEventAgeHistogram: null })),
});
const graph = graphOf([service(1, 'web', 'AWS::EC2::Instance', [[2, 12], [3, 13], [4, 14]]), service(2, 'carts', 'AWS::DynamoDB::Table'), service(3, 'stock', null), service(4, 'mail.example', 'remote')]);
const doc = {
  id: 'a', name: 'web', origin: 'AWS::EC2::Instance', start_time: 0, end_time: 9,
  subsegments: [
    { id: 'b', name: 'DynamoDB', namespace: 'aws', aws: { operation: 'GetItem', table_name: 'carts' }, start_time: 1, end_time: 2 },
    { id: 'c', name: 'stock.internal', namespace: 'remote', start_time: 2, end_time: 3 },
    { id: 'd', name: 'mail.example', namespace: 'remote', start_time: 3, end_time: 4 },
    { id: 'e', name: 'render', start_time: 4, end_time: 5 },
    { id: 'f', name: 'elsewhere', namespace: 'remote', start_time: 5, end_time: 6 },
  ],
};
const callee = { id: 's', name: 'stock', parent_id: 'c', start_time: 2, end_time: 3 };
const tree = treeOf({ Id: '1', Duration: null, LimitExceeded: null, Segments: [doc, callee].map((one) => ({ Id: one.id, Document: JSON.stringify(one) })) });

test.each([['a', 1], ['b', 12], ['c', 13], ['d', 14], ['e', undefined], ['f', undefined], ['s', 3]])('what the map knows of %s', (id, want) => {
  const entity = tree.byId.get(id);
  if (entity === undefined) throw new Error(id);
  expect(trafficFor(entity, graph)?.histogram[0]?.Value).toBe(want);
});
