import type { ServiceId, Trace, TraceSummary } from '../src/api/types.ts';
import type { Doc } from './build.ts';
import { calleeOf } from './graph.ts';
import { hex, randomFrom } from './random.ts';
import type { MockTrace } from './shop.ts';

const serviceId = (name: string, type: string | null): ServiceId => ({ Name: name, Names: [name], AccountId: null, Type: type });

const walk = (docs: Doc[], visit: (doc: Doc) => void): void => {
  for (const doc of docs) {
    visit(doc);
    walk(doc.subsegments ?? [], visit);
  }
};

const inferredOf = ({ segments, id }: MockTrace): Doc[] => {
  const parents = new Set(segments.map((doc) => doc.parent_id));
  const found: Doc[] = [];
  walk(segments, (doc) => {
    if (doc.namespace === undefined || parents.has(doc.id) || doc.end_time === undefined) return;
    const rest = structuredClone(doc);
    delete rest.subsegments;
    const { name, type } = calleeOf(doc);
    const origin = type === 'remote' ? {} : { origin: type };
    found.push({ ...rest, ...origin, name: doc.sql === undefined ? doc.name : name, id: hex(randomFrom(Number.parseInt(doc.id.slice(0, 8), 16)), 16), parent_id: doc.id, trace_id: id, inferred: true });
  });
  return found;
};

const idsOf = (trace: MockTrace): ServiceId[] => {
  const ids = new Map<string, ServiceId>();
  const note = (name: string, type: string | null): void => void ids.set(`${name}|${type ?? ''}`, serviceId(name, type));
  for (const doc of trace.segments.filter((segment) => segment.type !== 'subsegment')) {
    if (doc.parent_id === undefined) note(doc.name, 'client');
    note(doc.name, doc.origin ?? null);
  }
  for (const doc of inferredOf(trace)) {
    const { name, type } = calleeOf(doc);
    note(name, type);
  }
  return [...ids.values()];
};

const durationOf = (trace: MockTrace): number | null => {
  const ends: (number | undefined)[] = [];
  walk(trace.segments, (doc) => void ends.push(doc.end_time));
  return ends.includes(undefined) ? null : Math.max(...ends.map((end) => end ?? 0)) - trace.start;
};

const annotationsOf = (trace: MockTrace): TraceSummary['Annotations'] => {
  const all: NonNullable<TraceSummary['Annotations']> = {};
  walk(trace.segments, (doc) => {
    for (const [key, value] of Object.entries(doc.annotations ?? {})) {
      const AnnotationValue = {
        NumberValue: typeof value === 'number' ? value : null,
        BooleanValue: typeof value === 'boolean' ? value : null,
        StringValue: typeof value === 'string' ? value : null,
      };
      all[key] = [{ AnnotationValue, ServiceIds: null }];
    }
  });
  return all;
};

interface MockRequest {
  url?: string;
  method?: string;
  client_ip?: string;
  user_agent?: string;
}

export const summaryOf = (trace: MockTrace): TraceSummary => {
  const root = trace.segments.find((doc) => doc.parent_id === undefined);
  const request = root?.http?.request as MockRequest | undefined;
  return {
    Id: trace.id,
    StartTime: trace.start,
    Duration: durationOf(trace),
    ResponseTime: root?.end_time === undefined ? null : root.end_time - root.start_time,
    HasFault: root?.fault === true,
    HasError: root?.error === true && root.throttle !== true,
    HasThrottle: root?.throttle === true,
    IsPartial: trace.segments.some((doc) => doc.type === 'subsegment') || durationOf(trace) === null,
    Http: {
      HttpURL: request?.url ?? null,
      HttpStatus: root?.http?.response?.status ?? null,
      HttpMethod: request?.method ?? null,
      UserAgent: request?.user_agent ?? null,
      ClientIp: request?.client_ip ?? null,
    },
    Annotations: annotationsOf(trace),
    Users: root?.user === undefined ? [] : [{ UserName: root.user, ServiceIds: null }],
    ServiceIds: idsOf(trace),
    EntryPoint: root === undefined ? null : serviceId(root.name, root.origin ?? null),
  };
};

export const traceOf = (trace: MockTrace): Trace => ({
  Id: trace.id,
  Duration: durationOf(trace),
  LimitExceeded: false,
  Segments: [...trace.segments, ...inferredOf(trace)].map((doc) => ({ Id: doc.id, Document: JSON.stringify(doc) })),
});
