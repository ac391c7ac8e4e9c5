/** The wire shapes of the X-Ray operations the console calls. Unset members arrive as explicit nulls. */

/** Seconds since the epoch, with a fraction. */
export type EpochSeconds = number;
/** A length of time in seconds. */
export type Seconds = number;

export interface ServiceId {
  Name: string | null;
  Names: string[] | null;
  AccountId: string | null;
  Type: string | null;
}

export interface ErrorStatistics {
  ThrottleCount: number | null;
  OtherCount: number | null;
  TotalCount: number | null;
}

export interface FaultStatistics {
  OtherCount: number | null;
  TotalCount: number | null;
}

export interface Statistics {
  OkCount: number | null;
  ErrorStatistics: ErrorStatistics | null;
  FaultStatistics: FaultStatistics | null;
  TotalCount: number | null;
  TotalResponseTime: Seconds | null;
}

export interface HistogramEntry {
  Value: Seconds;
  Count: number;
}

export interface Alias {
  Name: string | null;
  Names: string[] | null;
  Type: string | null;
}

export interface Edge {
  /** ReferenceId of the destination node. */
  ReferenceId: number;
  StartTime: EpochSeconds | null;
  EndTime: EpochSeconds | null;
  SummaryStatistics: Statistics | null;
  ResponseTimeHistogram: HistogramEntry[] | null;
  Aliases: Alias[] | null;
  EdgeType: string | null;
  ReceivedEventAgeHistogram: HistogramEntry[] | null;
}

export interface Service extends ServiceId {
  ReferenceId: number;
  Root: boolean | null;
  State: string | null;
  StartTime: EpochSeconds | null;
  EndTime: EpochSeconds | null;
  Edges: Edge[] | null;
  SummaryStatistics: Statistics | null;
  DurationHistogram: HistogramEntry[] | null;
  ResponseTimeHistogram: HistogramEntry[] | null;
}

export interface ServiceGraphRequest {
  StartTime: EpochSeconds;
  EndTime: EpochSeconds;
  GroupName?: string;
}

export interface ServiceGraphResponse {
  StartTime: EpochSeconds | null;
  EndTime: EpochSeconds | null;
  Services: Service[] | null;
  ContainsOldGroupVersions: boolean | null;
  NextToken: string | null;
}

export interface TimeSeriesRequest {
  StartTime: EpochSeconds;
  EndTime: EpochSeconds;
  GroupName?: string;
  EntitySelectorExpression: string;
  Period: 60 | 300;
  NextToken?: string;
}

/** What was counted in the period before the time stamp; one of the two statistics is there. */
export interface TimeSeriesBucket {
  Timestamp: EpochSeconds;
  EdgeSummaryStatistics: Statistics | null;
  ServiceSummaryStatistics: Statistics | null;
  ResponseTimeHistogram: HistogramEntry[] | null;
}

export interface TimeSeriesResponse {
  TimeSeriesServiceStatistics: TimeSeriesBucket[] | null;
  NextToken: string | null;
}

export interface TraceGraphResponse {
  Services: Service[] | null;
  NextToken: string | null;
}

export interface Http {
  HttpURL: string | null;
  HttpStatus: number | null;
  HttpMethod: string | null;
  UserAgent: string | null;
  ClientIp: string | null;
}

export interface AnnotationValue {
  NumberValue: number | null;
  BooleanValue: boolean | null;
  StringValue: string | null;
}

export interface ValueWithServiceIds {
  AnnotationValue: AnnotationValue | null;
  ServiceIds: ServiceId[] | null;
}

export interface TraceUser {
  UserName: string | null;
  ServiceIds: ServiceId[] | null;
}

/** The members of a summary that the console reads; root causes and instance lists are left out. */
export interface TraceSummary {
  Id: string;
  StartTime: EpochSeconds | null;
  Duration: Seconds | null;
  ResponseTime: Seconds | null;
  HasFault: boolean | null;
  HasError: boolean | null;
  HasThrottle: boolean | null;
  IsPartial: boolean | null;
  Http: Http | null;
  Annotations: Record<string, ValueWithServiceIds[]> | null;
  Users: TraceUser[] | null;
  ServiceIds: ServiceId[] | null;
  EntryPoint: ServiceId | null;
}

export interface TraceSummariesRequest {
  StartTime: EpochSeconds;
  EndTime: EpochSeconds;
  TimeRangeType?: 'TraceId' | 'Event' | 'Service';
  FilterExpression?: string;
  NextToken?: string;
}

export interface TraceSummariesResponse {
  TraceSummaries: TraceSummary[] | null;
  ApproximateTime: EpochSeconds | null;
  TracesProcessedCount: number | null;
  NextToken: string | null;
}

export interface SegmentEnvelope {
  Id: string;
  /** The segment document as JSON text. */
  Document: string;
}

export interface Trace {
  Id: string;
  Duration: Seconds | null;
  LimitExceeded: boolean | null;
  Segments: SegmentEnvelope[] | null;
}

export interface BatchGetTracesResponse {
  Traces: Trace[] | null;
  UnprocessedTraceIds: string[] | null;
  NextToken: string | null;
}

export interface GroupSummary {
  GroupName: string;
  GroupARN: string | null;
  FilterExpression: string | null;
  InsightsConfiguration: InsightsConfiguration | null;
}

export interface InsightsConfiguration {
  InsightsEnabled: boolean | null;
  NotificationsEnabled: boolean | null;
}

export interface GetGroupsResponse {
  Groups: GroupSummary[] | null;
  NextToken: string | null;
}

export interface PutTraceSegmentsResponse {
  UnprocessedTraceSegments: { Id: string | null; ErrorCode: string | null; Message: string | null }[];
}
