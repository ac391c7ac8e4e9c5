import { asList, asNumber, asObject, asText, type JsonObject } from '../util/json';
import { classOf, type StatusClass } from '../util/status';

export interface EntityHttp {
  method: string | null;
  url: string | null;
  status: number | null;
  clientIp: string | null;
  userAgent: string | null;
}

/** One segment or subsegment of a trace. Times are epoch seconds. */
export interface Entity {
  id: string;
  name: string;
  isSegment: boolean;
  parentId: string | null;
  /** Name of the service whose segment this is or is in. */
  service: string;
  /** Type of that service's node. */
  serviceType: string | null;
  start: number;
  /** null while in progress. */
  end: number | null;
  status: StatusClass;
  /** `aws` and `remote` are calls that left the service. */
  namespace: string | null;
  http: EntityHttp;
  user: string | null;
  /** Set on a call whose callee did not report: the node type that stands for the callee. */
  inferredType: string | null;
  isInferred: boolean;
  /** Its parent has not arrived. */
  isOrphan: boolean;
  children: Entity[];
  /** The document as it came, without its subsegments. */
  doc: JsonObject;
}

const inRange = (status: number | null, from: number, to: number): boolean =>
  status !== null && status >= from && status <= to;

const statusOf = (doc: JsonObject, http: number | null, end: number | null): StatusClass => {
  const found = classOf({
    throttle: doc['throttle'] === true || http === 429,
    fault: doc['fault'] === true || inRange(http, 500, 599),
    error: doc['error'] === true || inRange(http, 400, 499),
  });
  return found === 'ok' && end === null ? 'pending' : found;
};

const httpOf = (doc: JsonObject): EntityHttp => {
  const request = asObject(asObject(doc['http'])?.['request']);
  const response = asObject(asObject(doc['http'])?.['response']);
  return {
    method: asText(request?.['method']),
    url: asText(request?.['url']),
    status: asNumber(response?.['status']),
    clientIp: asText(request?.['client_ip']),
    userAgent: asText(request?.['user_agent']),
  };
};

const without = (doc: JsonObject, member: string): JsonObject =>
  member in doc ? Object.fromEntries(Object.entries(doc).filter(([key]) => key !== member)) : doc;

interface Inside {
  service: string;
  serviceType: string | null;
}

/** entityOf reads a document and what is nested in it. `fallbackId` stands in for a missing id. */
export const entityOf = (doc: JsonObject, fallbackId: string, inside: Inside | null): Entity => {
  const name = asText(doc['name']) ?? 'unnamed';
  const isSegment = inside === null && doc['type'] !== 'subsegment';
  const owner = inside ?? { service: name, serviceType: asText(doc['origin']) };
  const end = doc['in_progress'] === true ? null : asNumber(doc['end_time']);
  const http = httpOf(doc);
  const id = asText(doc['id'])?.toLowerCase() ?? fallbackId;
  const nested = asList(doc['subsegments']).map(asObject).filter((item) => item !== null);
  return {
    id,
    name,
    isSegment,
    parentId: inside === null ? (asText(doc['parent_id'])?.toLowerCase() ?? null) : null,
    ...owner,
    start: asNumber(doc['start_time']) ?? 0,
    end,
    status: statusOf(doc, http.status, end),
    namespace: asText(doc['namespace']),
    http,
    user: asText(doc['user']),
    inferredType: null,
    isInferred: doc['inferred'] === true,
    isOrphan: false,
    children: nested.map((child, i) => entityOf(child, `${id}.${i}`, owner)),
    doc: without(doc, 'subsegments'),
  };
};

/** isCall says that an entity stands for work outside its service. */
export const isCall = (entity: Entity): boolean => entity.namespace === 'aws' || entity.namespace === 'remote';
