import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import { asList, asNumber, asObject, asText, parseObject, type JsonObject } from '../src/util/json.ts';
import { normalTraceId } from '../src/util/traceId.ts';
import { summaryOf, traceOf } from './answers.ts';
import type { Doc } from './build.ts';
import { graphOfTraces } from './graph.ts';
import { numberOf, shopTrace, spacing, stillRunning, type MockTrace } from './shop.ts';

/** The policy that the Go handler sends; a test of package console compares the two. */
export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

const pageSize = 100;
/** The mock remembers a day. */
const kept = 24 * 3600;
/** Asking for this trace provokes an internal error, so that the error page can be seen. */
const brokenTrace = `1-${'f'.repeat(8)}-${'f'.repeat(24)}`;

interface Answer {
  status: number;
  body: object;
  error?: string;
}

const ok = (body: object): Answer => ({ status: 200, body });
const refuse = (Message: string): Answer => ({ status: 400, error: 'InvalidRequestException', body: { Message } });

interface Shop {
  empty: boolean;
  /** What was sent to /TraceSegments. */
  sent: MockTrace[];
}

const now = (): number => Date.now() / 1000;

const between = (shop: Shop, start: number, end: number): MockTrace[] => {
  const last = Math.floor((Math.min(end, now()) - 0.5) / spacing) - 1;
  const first = Math.ceil(Math.max(start, now() - kept) / spacing);
  const made = shop.empty ? [] : Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => shopTrace(last - i));
  const [newest, ...others] = made;
  return [...shop.sent, ...(newest === undefined ? [] : [stillRunning(newest)]), ...others];
};

const traceById = (shop: Shop, id: string): MockTrace | undefined => {
  const sent = shop.sent.find((trace) => trace.id === id);
  if (sent !== undefined || shop.empty) return sent;
  const made = shopTrace(numberOf(id));
  return made.id === id ? made : undefined;
};

const idsOf = (body: JsonObject): string[] => asList(body['TraceIds']).map((id) => normalTraceId(asText(id) ?? '') ?? '');

const summaries = (shop: Shop, body: JsonObject): Answer => {
  if (asText(body['FilterExpression']) !== null) return refuse('filter expressions are not available yet');
  const all = between(shop, asNumber(body['StartTime']) ?? 0, asNumber(body['EndTime']) ?? 0);
  const from = asNumber(body['NextToken']) ?? 0;
  const NextToken = from + pageSize < all.length ? String(from + pageSize) : null;
  const TraceSummaries = all.slice(from, from + pageSize).map(summaryOf);
  return ok({ TraceSummaries, ApproximateTime: now(), TracesProcessedCount: TraceSummaries.length, NextToken });
};

const serviceGraph = (shop: Shop, body: JsonObject): Answer => {
  const start = asNumber(body['StartTime']) ?? 0;
  const end = asNumber(body['EndTime']) ?? 0;
  if (end < start) return refuse('End time cannot be earlier than start time');
  if (end - start > 6 * 3600 + 1) return refuse('The window is longer than 6 hours');
  const Services = graphOfTraces(between(shop, start, end));
  return ok({ StartTime: start, EndTime: end, Services, ContainsOldGroupVersions: false, NextToken: null });
};

const traces = (shop: Shop, body: JsonObject): Answer => {
  const ids = idsOf(body);
  if (ids.includes(brokenTrace)) return { status: 500, error: 'InternalFailure', body: { Message: 'provoked by the trace id' } };
  if (ids.includes('')) return refuse('Invalid trace id: incorrect id format');
  const found = ids.map((id) => traceById(shop, id)).filter((trace) => trace !== undefined);
  return ok({ Traces: found.map(traceOf), UnprocessedTraceIds: [], NextToken: null });
};

const traceGraph = (shop: Shop, body: JsonObject): Answer => {
  const trace = traceById(shop, idsOf(body)[0] ?? '');
  return trace === undefined ? refuse('Trace id not found') : ok({ Services: graphOfTraces([trace]), NextToken: null });
};

const putSegments = (shop: Shop, body: JsonObject): Answer => {
  for (const text of asList(body['TraceSegmentDocuments'])) {
    const doc = asObject(parseObject(asText(text) ?? '')) as unknown as Doc | null;
    if (doc?.trace_id !== undefined) shop.sent.unshift({ id: doc.trace_id, start: doc.start_time, segments: [doc] });
  }
  return ok({ UnprocessedTraceSegments: [] });
};

const operations: Record<string, (shop: Shop, body: JsonObject) => Answer> = {
  '/TraceSummaries': summaries,
  '/ServiceGraph': serviceGraph,
  '/Traces': traces,
  '/TraceGraph': traceGraph,
  '/TraceSegments': putSegments,
};

const info = { Version: 'mock', Account: '000000000000', Region: 'us-east-1', Listen: '127.0.0.1:1895', Daemon: '127.0.0.1:2000' };

const readBody = async (request: IncomingMessage): Promise<JsonObject> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parseObject(Buffer.concat(parts).toString()) ?? {};
};

const send = (response: ServerResponse, { status, body, error }: Answer): void => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...(error === undefined ? {} : { 'x-amzn-ErrorType': error }) });
  response.end(JSON.stringify(body));
};

const middleware = (shop: Shop): Connect.NextHandleFunction => (request, response, next) => {
  const path = new URL(request.url ?? '/', 'http://mock').pathname;
  const operation = request.method === 'POST' ? operations[path] : undefined;
  if (operation !== undefined) {
    readBody(request).then((body) => send(response, operation(shop, body)), next);
  } else if (path === '/rayscope/v1/info') {
    send(response, ok(info));
  } else {
    next();
  }
};

/** mockApi answers the API with a made-up shop, in the dev server and in the preview of a build. */
export const mockApi = ({ empty }: { empty: boolean }): Plugin => {
  const shop: Shop = { empty, sent: [] };
  return {
    name: 'mock-api',
    configureServer: ({ middlewares }) => void middlewares.use(middleware(shop)),
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((_, response, next) => {
        response.setHeader('Content-Security-Policy', contentSecurityPolicy);
        next();
      });
      middlewares.use(middleware(shop));
    },
  };
};
