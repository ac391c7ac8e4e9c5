import type { AnalyzeRequest, AnalyzeResponse, ChecksResponse, CompleteRequest, CompleteResponse, GraphRequest, GraphResponse, Info, PutTargetRequest, PutTargetResponse, StorageResponse, TargetsResponse } from './rayscope.gen';
import type {
  BatchGetTracesResponse,
  GetGroupsResponse,
  PutTraceSegmentsResponse,
  ServiceGraphRequest,
  ServiceGraphResponse,
  TimeSeriesRequest,
  TimeSeriesResponse,
  TraceGraphResponse,
  TraceSummariesRequest,
  TraceSummariesResponse,
} from './types';

export type ApiErrorKind = 'offline' | 'refused' | 'throttled' | 'missing' | 'server' | 'unreadable';

/** Every failure of a call. `message` is a sentence for people, `said` what the server said, if anything; `name` is the X-Ray exception if there was one. */
export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  readonly said: string;

  constructor(kind: ApiErrorKind, message: string, name = 'ApiError', said = '') {
    super(message);
    this.kind = kind;
    this.said = said;
    this.name = name;
  }
}

const sentences: Record<ApiErrorKind, string> = {
  offline: 'Rayscope did not answer. Check that the server is still running and that this computer can reach it.',
  refused: 'Rayscope refused the request.',
  throttled: 'Rayscope is busy and asked us to slow down. Try again in a few seconds.',
  missing: 'Rayscope does not know what was asked for.',
  server: 'Rayscope had an internal problem answering this. Its log says more.',
  unreadable: 'The answer was not one of Rayscope. Is another program or a proxy listening at this address?',
};

const kindOf = (status: number): ApiErrorKind => {
  if (status === 429) return 'throttled';
  if (status === 404) return 'missing';
  return status >= 500 ? 'server' : 'refused';
};

const messageOf = (body: unknown): string => {
  if (typeof body !== 'object' || body === null) return '';
  const { Message, message } = body as { Message?: unknown; message?: unknown };
  if (typeof Message === 'string') return Message;
  return typeof message === 'string' ? message : '';
};

const failure = async (response: Response): Promise<ApiError> => {
  const kind = kindOf(response.status);
  const said = messageOf(await response.json().catch((): unknown => null));
  const name = response.headers.get('x-amzn-ErrorType')?.split(':')[0] ?? `HTTP ${response.status}`;
  return new ApiError(kind, said === '' ? sentences[kind] : `${sentences[kind]} It says: ${said}`, name, said);
};

export const request = async <T>(path: string, init: RequestInit): Promise<T> => {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError('offline', sentences.offline);
  }
  if (!response.ok) throw await failure(response);
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError('unreadable', sentences.unreadable);
  }
};

/** The page that an exported trace is put into. */
const viewer = async (): Promise<string> => {
  const response = await fetch('/viewer.html').catch(() => {
    throw new ApiError('offline', sentences.offline);
  });
  if (!response.ok) throw await failure(response);
  return response.text();
};

export const post = <T>(path: string, body: object, signal: AbortSignal | null = null): Promise<T> =>
  request<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });

/** One method per operation; all reject with ApiError. */
export const api = {
  serviceGraph: (window: ServiceGraphRequest, signal: AbortSignal) =>
    post<ServiceGraphResponse>('/ServiceGraph', window, signal),
  traceGraph: (id: string, signal: AbortSignal) => post<TraceGraphResponse>('/TraceGraph', { TraceIds: [id] }, signal),
  traceSummaries: (query: TraceSummariesRequest, signal: AbortSignal) =>
    post<TraceSummariesResponse>('/TraceSummaries', query, signal),
  traces: (ids: string[], signal: AbortSignal) => post<BatchGetTracesResponse>('/Traces', { TraceIds: ids }, signal),
  groups: (NextToken: string | null, signal: AbortSignal) => post<GetGroupsResponse>('/Groups', NextToken === null ? {} : { NextToken }, signal),
  analyze: (query: AnalyzeRequest, signal: AbortSignal) => post<AnalyzeResponse>('/rayscope/v1/analyze', query, signal),
  complete: (query: CompleteRequest, signal: AbortSignal) => post<CompleteResponse>('/rayscope/v1/complete', query, signal),
  targets: (signal: AbortSignal) => request<TargetsResponse>('/rayscope/v1/targets', { signal }),
  putTarget: (target: PutTargetRequest, signal: AbortSignal) => post<PutTargetResponse>('/rayscope/v1/targets', target, signal),
  graph: (query: GraphRequest, signal: AbortSignal) => post<GraphResponse>('/rayscope/v1/graph', query, signal),
  timeSeries: (query: TimeSeriesRequest, signal: AbortSignal) => post<TimeSeriesResponse>('/TimeSeriesServiceStatistics', query, signal),
  viewer,
  putDocuments: (documents: object[], signal: AbortSignal) =>
    post<PutTraceSegmentsResponse>('/TraceSegments', { TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) }, signal),
  info: (signal: AbortSignal) => request<Info>('/rayscope/v1/info', { signal }),
  checks: (signal: AbortSignal) => request<ChecksResponse>('/rayscope/v1/checks', { signal }),
  storage: (signal: AbortSignal) => request<StorageResponse>('/rayscope/v1/storage', { signal }),
};
