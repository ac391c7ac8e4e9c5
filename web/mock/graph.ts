import type { Edge, HistogramEntry, Service, Statistics } from '../src/api/types.ts';
import type { Doc } from './build.ts';
import { queueUrl, type MockTrace } from './shop.ts';

const emptyStatistics = (): Statistics => ({
  OkCount: 0,
  ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
  FaultStatistics: { OtherCount: 0, TotalCount: 0 },
  TotalCount: 0,
  TotalResponseTime: 0,
});

interface Tally {
  statistics: Statistics;
  times: Map<number, number>;
}

const newTally = (): Tally => ({ statistics: emptyStatistics(), times: new Map() });

const add = ({ statistics, times }: Tally, doc: Doc): void => {
  if (doc.end_time === undefined) return;
  const seconds = Math.round((doc.end_time - doc.start_time) * 1000) / 1000;
  const { ErrorStatistics: errors, FaultStatistics: faults } = statistics;
  if (errors === null || faults === null) return;
  if (doc.throttle === true) errors.ThrottleCount = (errors.ThrottleCount ?? 0) + 1;
  else if (doc.fault === true) faults.OtherCount = faults.TotalCount = (faults.TotalCount ?? 0) + 1;
  else if (doc.error === true) errors.OtherCount = (errors.OtherCount ?? 0) + 1;
  else statistics.OkCount = (statistics.OkCount ?? 0) + 1;
  errors.TotalCount = (errors.ThrottleCount ?? 0) + (errors.OtherCount ?? 0);
  statistics.TotalCount = (statistics.TotalCount ?? 0) + 1;
  statistics.TotalResponseTime = (statistics.TotalResponseTime ?? 0) + (doc.end_time - doc.start_time);
  times.set(seconds, (times.get(seconds) ?? 0) + 1);
};

const histogramOf = ({ times }: Tally): HistogramEntry[] => [...times].map(([Value, Count]) => ({ Value, Count }));

interface NodeTally extends Tally {
  name: string;
  type: string | null;
  root: boolean;
  state: string;
  edges: Map<string, Tally & { aliases: Set<string>; link: boolean }>;
}

type Nodes = Map<string, NodeTally>;

const nodeFor = (nodes: Nodes, name: string, type: string | null, state: string): NodeTally => {
  const key = `${name}|${type ?? ''}`;
  const node = nodes.get(key) ?? { ...newTally(), name, type, root: false, state, edges: new Map() };
  nodes.set(key, node);
  return node;
};

const edgeTo = (from: NodeTally, to: NodeTally): Tally & { aliases: Set<string>; link: boolean } => {
  const key = `${to.name}|${to.type ?? ''}`;
  const edge = from.edges.get(key) ?? { ...newTally(), aliases: new Set<string>(), link: false };
  from.edges.set(key, edge);
  return edge;
};

/** calleeOf names the node that stands for a callee that does not report itself. */
export const calleeOf = (sub: Doc): { name: string; type: string } => {
  if (sub.sql !== undefined) return { name: sub.name, type: 'Database::SQL' };
  if (sub.namespace !== 'aws') return { name: sub.name, type: 'remote' };
  const table = sub.aws?.['table_name'];
  if (typeof table === 'string') return { name: table, type: 'AWS::DynamoDB::Table' };
  const queue = sub.aws?.['queue_url'];
  return typeof queue === 'string' ? { name: queue, type: 'AWS::SQS::Queue' } : { name: sub.name, type: `AWS::${sub.name}` };
};

const visitCalls = (nodes: Nodes, owner: NodeTally, parent: Doc, children: Map<string, Doc>): void => {
  for (const sub of parent.subsegments ?? []) {
    const child = children.get(sub.id);
    if (child !== undefined) {
      const edge = edgeTo(owner, nodeFor(nodes, child.name, child.origin ?? null, 'active'));
      edge.aliases.add(sub.name);
      add(edge, sub);
    } else if (sub.namespace !== undefined) {
      const callee = calleeOf(sub);
      const node = nodeFor(nodes, callee.name, callee.type, 'passive');
      add(node, sub);
      add(edgeTo(owner, node), sub);
    }
    visitCalls(nodes, owner, sub, children);
  }
};

const addTrace = (nodes: Nodes, trace: MockTrace): void => {
  const segments = trace.segments.filter((doc) => doc.type !== 'subsegment');
  const children = new Map(segments.flatMap((doc) => (doc.parent_id === undefined ? [] : [[doc.parent_id, doc] as const])));
  for (const segment of segments) {
    const node = nodeFor(nodes, segment.name, segment.origin ?? null, 'active');
    add(node, segment);
    if (segment.parent_id === undefined) {
      node.root = true;
      add(edgeTo(nodeFor(nodes, segment.name, 'client', 'unknown'), node), segment);
    }
    if (segment.links !== undefined) {
      const link = edgeTo(nodeFor(nodes, queueUrl, 'AWS::SQS::Queue', 'passive'), node);
      link.link = true;
      add(link, segment);
    }
    visitCalls(nodes, node, segment, children);
  }
};

const edgesOf = (node: NodeTally, ids: Map<string, number>): Edge[] =>
  [...node.edges].map(([key, tally]) => ({
    ReferenceId: ids.get(key) ?? 0,
    StartTime: null,
    EndTime: null,
    SummaryStatistics: tally.statistics,
    ResponseTimeHistogram: tally.link ? [] : histogramOf(tally),
    Aliases: [...tally.aliases].map((name) => ({ Name: name, Names: [name], Type: 'remote' })),
    EdgeType: tally.link ? 'link' : null,
    ReceivedEventAgeHistogram: tally.link ? histogramOf(tally) : [],
  }));

/** graphOfTraces does what the graph operations do, near enough for development. */
export const graphOfTraces = (traces: MockTrace[]): Service[] => {
  const nodes: Nodes = new Map();
  for (const trace of traces) addTrace(nodes, trace);
  const ordered = [...nodes].sort(([a], [b]) => (a < b ? -1 : 1));
  const ids = new Map(ordered.map(([key], i) => [key, i]));
  return ordered.map(([, node], i) => ({
    ReferenceId: i,
    Name: node.name,
    Names: [node.name],
    Root: node.root ? true : null,
    AccountId: null,
    Type: node.type,
    State: node.state,
    StartTime: null,
    EndTime: null,
    Edges: edgesOf(node, ids),
    SummaryStatistics: node.type === 'client' ? null : node.statistics,
    DurationHistogram: node.type === 'client' ? null : histogramOf(node),
    ResponseTimeHistogram: node.type === 'client' ? null : histogramOf(node),
  }));
};
