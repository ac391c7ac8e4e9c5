/* eslint-disable max-lines */
/** Shapes of Rayscope's own operations, written from internal/rayapi by `go test ./internal/rayapi -rewrite`. Do not edit. */

/** AnalyzeRequest asks what is common to the traces of a time range, and what sets some of them apart. The base is the traces of the range that belong to the group and match the filter expression, by the same rules as GetTraceSummaries. Selection splits it: set A is what it selects, set B the rest. Without it A is the base and there is no B. */
export interface AnalyzeRequest {
  /** beginning of the time range; required */
  StartTime: EpochSeconds;
  /** end of the time range, not in it; required, at most 24 hours later */
  EndTime: EpochSeconds;
  /** what has to lie in the range: TraceId (default) the trace's start, Event the receipt of a document, Service the end of a segment */
  TimeRangeType?: string;
  /** only the traces of this group; empty for all */
  GroupName?: string;
  /** the same by ARN; one of the two at most */
  GroupARN?: string;
  /** only the traces that match; empty for all */
  FilterExpression?: string;
  /** splits the base into A and B; null for no split */
  Selection?: Selection | null;
  /** a filter expression that makes B the traces of the base that match it, not the rest; needs Selection. A trace that both choose is in both */
  Compare?: string;
  /** what is asked for; the sets' own figures are always answered */
  Views?: Views;
}

/** Selection chooses traces of the base: those that satisfy every member that is given. At least one has to be. */
export interface Selection {
  /** what they match */
  FilterExpression?: string;
  /** they are in the time range from here on */
  StartTime?: EpochSeconds | null;
  /** and before this */
  EndTime?: EpochSeconds | null;
  /** their response time is known and at least this */
  MinResponseTime?: Seconds | null;
  /** their response time is known and less than this */
  MaxResponseTime?: Seconds | null;
}

/** Views are the parts of the answer. Those that are null are left out and cost nothing. */
export interface Views {
  Histogram?: HistogramView | null;
  TimeSeries?: TimeSeriesView | null;
  HeatMap?: HeatMapView | null;
  Traces?: TracesView | null;
  /** at most 40 */
  Tables?: TableView[];
  Users?: UsersView | null;
  Ranking?: RankingView | null;
  Exceptions?: ExceptionsView | null;
}

/** HistogramView asks how response times are distributed. */
export interface HistogramView {
  /** 1 to 50; 0 for 10. Each bucket ends at 10^(1/n) times its beginning */
  BucketsPerDecade?: number;
}

/** TimeSeriesView asks how the figures went over time. */
export interface TimeSeriesView {
  /** seconds, from 1 on, in at most 1,500 periods; 0 chooses one that gives at most 120 */
  Period?: number;
}

/** HeatMapView asks for counts by time and response time. */
export interface HeatMapView {
  /** seconds of a column, in at most 400 columns; 0 chooses one that gives at most 80 */
  Period?: number;
  /** 1 to 20; 0 for 5 */
  RowsPerDecade?: number;
}

/** TracesView asks for the traces that are first in an order. Those without a response time are in none. */
export interface TracesView {
  /** slowest, fastest or newest; empty for slowest */
  Order?: string;
  /** traces; 0 for 100, at most 1,000 */
  Limit?: number;
}

/** TableView asks for the values of an attribute with their figures. Attributes have the names of filter expressions: http.status, http.method, http.url, http.clientip, http.useragent (of the root), user, availabilityzone, instance.id, resource.arn (of any segment), service (nodes, also those that did not report), annotation.KEY, annotation.* for a table of every key, url.template (the path of the root's URL with ids folded to {id}) and exception (type and folded message, of any entity). Beside them: entrypoint (service of the root), rootcause.fault, rootcause.error and rootcause.responsetime (the services on the path to a cause, joined by →). */
export interface TableView {
  /** required */
  Attribute: string;
  /** rows; 0 for 20, at most 1,000 */
  Limit?: number;
}

/** UsersView asks how many distinct users there are, and how many were hit. */
export interface UsersView {
  /** a request of this time or longer is slow; null: nobody asks */
  SlowResponseTime?: Seconds | null;
}

/** RankingView asks which values set A apart from B; it needs Selection. */
export interface RankingView {
  /** as in TableView, at most 40; empty for all but http.url and causes */
  Attributes?: string[];
  /** entries of each list; 0 for 10, at most 100 */
  Limit?: number;
}

/** ExceptionsView asks for exceptions grouped by service, type and message. */
export interface ExceptionsView {
  /** groups; 0 for 50, at most 500 */
  Limit?: number;
}

/** AnalyzeResponse is the answer. A view that was not asked for is null. */
export interface AnalyzeResponse {
  /** traces of the time range that were looked at; with a group or FilterExpression without those that the index ruled out */
  TracesSeen: number;
  /** all of the range was looked at; else every count is "at least" */
  Exact: boolean;
  /** why not, in a sentence; null if exact */
  StoppedBecause: string | null;
  /** the traces from here to the end of the range were looked at; StartTime if exact */
  ReachedTime: EpochSeconds;
  /** of percentiles: they are at most this share away from the true value */
  RelativeError: number;
  /** what the selection chose; the base without one */
  A: Set;
  /** the rest, or what Compare chose; null without Selection */
  B: Set | null;
  Histogram: Histogram | null;
  TimeSeries: TimeSeries | null;
  HeatMap: HeatMap | null;
  Traces: PickedTraces | null;
  /** in the order asked; one for each key where annotation.* was asked, by the key's traces */
  Tables: Table[];
  /** occurrences in traces of annotation keys beyond the 200 that annotation.* keeps */
  KeysLeftOut: number;
  Users: Users | null;
  Ranking: Ranking | null;
  Exceptions: Exceptions | null;
}

/** Set is a set of traces. */
export interface Set extends Figures {
  /** shortest response time */
  Min: Seconds | null;
  /** longest response time */
  Max: Seconds | null;
  P75: Seconds | null;
  P90: Seconds | null;
}

/** Figures are what is counted of traces. Each trace is in one class: that of its root segment, throttle before fault before error, or open if it has no completed root. Response times are of the root; without one in any trace they are null. */
export interface Figures {
  Count: number;
  OkCount: number;
  ErrorCount: number;
  FaultCount: number;
  ThrottleCount: number;
  OpenCount: number;
  /** response time */
  Average: Seconds | null;
  P50: Seconds | null;
  P95: Seconds | null;
  P99: Seconds | null;
}

/** Histogram has buckets that follow one another without a gap, from the first with a trace to the last. */
export interface Histogram {
  Buckets: Bucket[];
}

/** Bucket counts the traces of a band of response times. */
export interface Bucket {
  /** included */
  From: Seconds;
  /** not included */
  To: Seconds;
  A: number;
  /** 0 without a set B */
  B: number;
  /** of both: traces with a fault */
  Faults: number;
}

/** TimeSeries has a point for each period that the time range touches, also where nothing was. */
export interface TimeSeries {
  /** seconds; periods begin at multiples of it */
  Period: number;
  Points: Point[];
}

/** Point is the figures of one period. */
export interface Point {
  /** beginning of the period */
  Time: EpochSeconds;
  A: Figures;
  /** null without a set B */
  B: Figures | null;
}

/** HeatMap counts traces by time (columns) and response time (rows). */
export interface HeatMap {
  /** seconds of a column */
  Period: number;
  /** beginning of column 0 */
  StartTime: EpochSeconds;
  Columns: number;
  /** row i is from Bounds[i] to Bounds[i+1], which is not in it; the least bound is 0 */
  Bounds: Seconds[];
  /** those with a trace, by column, then row */
  Cells: Cell[];
}

/** Cell is one cell of a heat map. */
export interface Cell {
  Column: number;
  Row: number;
  A: number;
  /** 0 without a set B */
  B: number;
  /** of both: traces with a fault */
  Faults: number;
}

/** PickedTraces are the traces that are first in the order asked; equal ones newest first. */
export interface PickedTraces {
  Items: PickedTrace[];
}

/** PickedTrace is one of them: its summary is found by GetTraceSummaries, its segments by BatchGetTraces. */
export interface PickedTrace {
  Id: string;
  /** for which it is in the time range: its start, by default */
  Time: EpochSeconds;
  /** of the root */
  ResponseTime: Seconds;
  /** ok, error, fault or throttle */
  Class: string;
  InA: boolean;
  InB: boolean;
}

/** Table is the values of one attribute. */
export interface Table {
  Attribute: string;
  /** of both sets that have the attribute */
  Traces: number;
  /** values that were met, at least: those that were met, dropped and met again count once more */
  Distinct: number;
  /** no value was dropped; else rows may lack up to Missed traces each, and Others has them */
  Exact: boolean;
  /** by the traces of both sets, most first */
  Rows: Row[];
  /** values without a row of their own; its Value is null */
  Others: Row;
}

/** Row is one value with the traces that have it. A trace with several values counts in the row of each. */
export interface Row {
  Value: Value | null;
  /** filter expression that finds these traces; that of a root cause also finds other causes along its services; null for Others, and if it would be too long */
  Expression: string | null;
  /** traces with this value that may have been counted in Others, at most */
  Missed: number;
  A: RowSet;
  /** null without a set B */
  B: RowSet | null;
  /** share in A less share in B, -1 to 1; null without a set B */
  Delta: number | null;
}

/** RowSet is the part of a row in one set. */
export interface RowSet extends Figures {
  /** of the set's traces, 0 to 1 */
  Share: number;
}

/** Value is a value of an attribute: one of the members is set. */
export interface Value {
  String: string | null;
  Number: number | null;
  Boolean: boolean | null;
}

/** Users counts distinct users. A user is in every count that fits. */
export interface Users {
  /** else the counts are estimates, about 1 % off: there were more than 32,768 users */
  Exact: boolean;
  A: UserCounts;
  /** null without a set B */
  B: UserCounts | null;
}

/** UserCounts are distinct users of the traces of one set. */
export interface UserCounts {
  All: number;
  /** had a trace of class fault */
  Faulted: number;
  /** of class error */
  Errored: number;
  /** of class throttle */
  Throttled: number;
  /** had a response time of SlowResponseTime or longer; null if that was not given */
  Slowed: number | null;
}

/** Ranking lists the values whose share differs most between A and B, with the evidence. Circumstances are what was given before the request took its course: annotations, user, client, host and zone. They are compared within the same kind of request (method and url.template, or the root's service), so that what all requests to a page have in common does not count. Places are which request it was and which services it reached, Outcomes what came of it: status, causes, exceptions. Each list is ordered by Score. */
export interface Ranking {
  Circumstances: Ranked[];
  Places: Ranked[];
  Outcomes: Ranked[];
  /** values that were compared */
  Candidates: number;
}

/** Ranked is one value and its evidence. */
export interface Ranked {
  Attribute: string;
  Value: Value;
  /** filter expression that finds its traces, as in Row */
  Expression: string | null;
  /** traces of A that have it */
  CountA: number;
  CountB: number;
  /** of A, 0 to 1 */
  ShareA: number;
  /** of B */
  ShareB: number;
  /** of the shares, A less B, within the same kind of request for circumstances */
  Difference: number;
  /** how large the difference is at least, whatever its sign, with 99.9 % confidence: 0 to 1 */
  Score: number;
  /** odds of the value in A by its odds in B, one half added to each count */
  OddsRatio: number;
}

/** Exceptions are the exceptions of all entities of the traces in both sets. */
export interface Exceptions {
  /** no group was dropped; else rare ones may be missing */
  Exact: boolean;
  /** by traces, most first */
  Groups: ExceptionGroup[];
}

/** ExceptionGroup is what has one service, type and message in common. In messages numbers, ids and quoted text are folded. */
export interface ExceptionGroup {
  /** name of the segment's service; empty if the segment is missing */
  Service: string;
  /** empty if the exception has none */
  Type: string;
  /** with {n}, {id} and {text} for what differs */
  Message: string;
  /** exceptions */
  Count: number;
  /** traces of A */
  A: number;
  /** traces of B */
  B: number;
  /** distinct users of these traces; at least, if UsersExact is false */
  Users: number;
  UsersExact: boolean;
  /** start of the earliest entity with it */
  FirstSeen: EpochSeconds;
  /** start of the latest */
  LastSeen: EpochSeconds;
  /** id of the newest trace with it */
  ExampleTrace: string;
  /** its message as it came */
  Example: string;
}

/** ChecksResponse is what a server knows of its own set-up, so that "I see no traces" has an answer. */
export interface ChecksResponse {
  /** of the answer, by the server's clock */
  Time: EpochSeconds;
  /** when the server began to count; what came before is not in the counts */
  Started: EpochSeconds;
  /** the worst of the checks: problem, attention or ok */
  State: string;
  /** in the order in which to look at them */
  Checks: Check[];
  /** who sends, the last heard first; at most 201 */
  Senders: Arrivals[];
  /** what was refused, by sender and reason, the newest first; at most 50 */
  Refusals: Refusal[];
}

/** Check is one question and its answer. */
export interface Check {
  /** its name for programs, for example clock */
  Id: string;
  /** what is asked, for people */
  Question: string;
  /** ok, attention (look at it), problem (traces are missing or wrong) or unknown (nothing to tell by) */
  State: string;
  /** the answer with its numbers */
  Sentence: string;
  /** what to do; empty if nothing is to be done */
  NextStep: string;
  /** that does it, or looks closer; null if there is none */
  Command: string | null;
  /** the evidence, at most 20 */
  Facts: Fact[];
  /** section of docs/troubleshooting.md; empty if there is none */
  Documentation: string;
}

/** Fact is a part of the evidence. */
export interface Fact {
  Name: string;
  Value: string;
  /** an example; null without one */
  TraceId: string | null;
}

/** Arrivals are the documents of one sender. */
export interface Arrivals {
  /** udp (datagrams to the daemon's address), tcp (calls to it) or api (calls of PutTraceSegments) */
  Door: string;
  /** of the caller; empty for datagrams */
  Address: string;
  /** of the caller; empty for datagrams */
  UserAgent: string;
  /** kept lately: in the last 10 to 20 minutes */
  Documents: number;
  /** of these documents */
  Bytes: number;
  /** documents kept since the server began to count */
  Total: number;
  /** when the last one came */
  LastHeard: EpochSeconds | null;
}

/** Refusal is documents, or whole calls, of one sender that were refused for one reason. Of a document it has its id and no content. */
export interface Refusal {
  /** as in Arrivals */
  Door: string;
  Address: string;
  UserAgent: string;
  /** X-Ray's code of a document, or the name of the exception that a call was answered with */
  ErrorCode: string;
  /** member of the document that breaks the rule; empty if it is the whole */
  Member: string;
  /** what the rule is */
  Rule: string;
  /** what to do */
  NextStep: string;
  /** since the server began to count */
  Count: number;
  /** when the last one came */
  LastTime: EpochSeconds;
  /** of the last document; null if it had none that can be read */
  SegmentId: string | null;
  /** size of the last document; 0 for calls */
  Bytes: number;
}

/** StorageResponse is what is kept, what it takes, and for how long there is room. */
export interface StorageResponse {
  Time: EpochSeconds;
  /** how long traces are kept */
  Retention: Seconds;
  /** on disk */
  DiskBytes: number;
  /** left on the volume; null if the system does not tell */
  FreeBytes: number | null;
  /** DiskBytes by what they hold, estimated; empty if the engine does not know */
  Kinds: StorageKind[];
  /** start of the oldest trace; null if there is none */
  OldestTrace: EpochSeconds | null;
  NewestTrace: EpochSeconds | null;
  /** what is counted for a day is measured over this time: a day, or since the server began if that is later */
  MeasuredFor: Seconds;
  /** accepted, at the rate of that time; null while it is less than ten minutes */
  DocumentsPerDay: number | null;
  /** by their completed roots */
  TracesPerDay: number | null;
  /** that a day of traces takes on disk: the average of what is kept; null while that spans less than an hour */
  BytesPerDay: number | null;
  /** on disk when traces of the whole retention are kept, at that rate */
  ExpectedBytes: number | null;
  /** when the volume is full at that rate; null if it will not be, or nothing can be told */
  FullTime: EpochSeconds | null;
  /** the same in a sentence */
  Forecast: string;
}

/** StorageKind is one kind of what is on disk. */
export interface StorageKind {
  /** documents, digests (what lists and maps read), index, rollups (sealed minutes), settings or log (with what is not sorted or not given back yet) */
  Kind: string;
  Bytes: number;
}

/** CompleteRequest asks what may stand at a place of a filter expression. */
export interface CompleteRequest {
  /** beginning of the time range whose traces values are taken from; required */
  StartTime: EpochSeconds;
  /** end of it; required, at most 24 hours later */
  EndTime: EpochSeconds;
  /** as far as it is written */
  Expression?: string;
  /** of the cursor in it, in characters from 0; null for its end */
  Position?: number | null;
  /** items; 0 for 50, at most 500 */
  Limit?: number;
}

/** CompleteResponse is what may stand there. */
export interface CompleteResponse {
  /** characters [From, To) of the expression are what an item's Text replaces */
  From: number;
  To: number;
  /** best first: values and names by their traces, then keywords in the order of the alphabet */
  Items: CompletionItem[];
  /** newest traces of the range that values were taken from */
  TracesSeen: number;
  /** these were all of them */
  Exact: boolean;
  /** what is wrong with the expression as a whole; null if nothing is, or it is empty */
  Error: ExpressionError | null;
}

/** CompletionItem is one thing that may stand there. */
export interface CompletionItem {
  /** to put in, with quotes and brackets where they are needed */
  Text: string;
  /** keyword, operator, service, type, key, value or group */
  Kind: string;
  /** traces seen that have it; null where nothing is counted */
  Count: number | null;
}

/** ExpressionError is where an expression breaks the rules. */
export interface ExpressionError {
  /** of the character, from 1; 0 if the expression as a whole is meant */
  Column: number;
  /** which rule, and what to write instead */
  Message: string;
}

/** EpochSeconds is a point in time: seconds since 1970 with a fraction. */
export type EpochSeconds = number;

/** Seconds is a length of time. */
export type Seconds = number;

/** GraphRequest asks for the map of some traces. As with GetServiceGraph it is a map of what was received in the time range. A trace is in it if it belongs to the group and matches the filter expression, with all of its services, not only those that the expression names. */
export interface GraphRequest {
  /** beginning of the time range; required */
  StartTime: EpochSeconds;
  /** end of the time range, not in it; required, at most 24 hours later */
  EndTime: EpochSeconds;
  /** only the traces of this group; empty for all */
  GroupName?: string;
  /** the same by ARN; one of the two at most */
  GroupARN?: string;
  /** only the traces that match; empty for all */
  FilterExpression?: string;
}

/** GraphResponse is the map. */
export interface GraphResponse {
  /** of the first second in which a trace began; of the time range if there is none */
  StartTime: EpochSeconds;
  /** of the last */
  EndTime: EpochSeconds;
  /** by name */
  Services: Service[];
  /** traces of the time range that were looked at; with a group or FilterExpression without those that the index ruled out */
  TracesSeen: number;
  /** those that are in the map */
  TracesMatched: number;
  /** all of the range was looked at; else every count is "at least" */
  Exact: boolean;
  /** why not, in a sentence; null if exact */
  StoppedBecause: string | null;
  /** traces that began from here on were looked at; StartTime of the request if exact */
  ReachedTime: EpochSeconds;
  /** traces of the group are in it that an earlier version of its expression chose */
  ContainsOldGroupVersions: boolean;
}

/** Service is a node of a map: a service, a resource or a client. It has the members that GetServiceGraph answers. */
export interface Service {
  /** of this node in this answer */
  ReferenceId: number;
  Name: string;
  Names: string[];
  /** true if requests begin here; else null */
  Root: boolean | null;
  /** null for the account's own */
  AccountId: string | null;
  /** client, remote, AWS::ECS::Fargate and the like; null for a service that did not say */
  Type: string | null;
  /** active: it reports; passive: it is called and does not; unknown */
  State: string;
  /** of the first trace; null in the map of one trace */
  StartTime: EpochSeconds | null;
  EndTime: EpochSeconds | null;
  /** whom it calls */
  Edges: Edge[];
  /** null for a client */
  SummaryStatistics: Statistics | null;
  /** with all of its subsegments, also those that end later; null for a client */
  DurationHistogram: HistogramEntry[];
  /** null for a client */
  ResponseTimeHistogram: HistogramEntry[];
}

/** Edge is the calls from one node to another, as the caller saw them. */
export interface Edge {
  /** of the node that is called */
  ReferenceId: number;
  StartTime: EpochSeconds | null;
  EndTime: EpochSeconds | null;
  SummaryStatistics: Statistics | null;
  ResponseTimeHistogram: HistogramEntry[];
  /** names under which the caller knows whom it calls */
  Aliases: Alias[];
  /** link for events, whose receiver's trace links to the sender's; else null */
  EdgeType: string | null;
  /** of links: from sending to receiving */
  ReceivedEventAgeHistogram: HistogramEntry[];
}

/** Alias is a name under which a caller knows whom it calls. */
export interface Alias {
  Name: string;
  Names: string[];
  Type: string;
}

/** Statistics counts requests, each in one class. */
export interface Statistics {
  OkCount: number;
  ErrorStatistics: ErrorStatistics;
  FaultStatistics: FaultStatistics;
  TotalCount: number;
  TotalResponseTime: Seconds;
}

/** ErrorStatistics counts requests that were refused. */
export interface ErrorStatistics {
  /** for there were too many */
  ThrottleCount: number;
  /** all others */
  OtherCount: number;
  TotalCount: number;
}

/** FaultStatistics counts requests that the service failed to answer. */
export interface FaultStatistics {
  OtherCount: number;
  TotalCount: number;
}

/** HistogramEntry is how many requests took about this time. */
export interface HistogramEntry {
  Value: Seconds;
  Count: number;
}

/** Info is what a server says about itself: what people need to point programs at it. */
export interface Info {
  /** of the server */
  Version: string;
  /** 12 digits */
  Account: string;
  /** goes into ARNs */
  Region: string;
  /** address of the API and the console */
  Listen: string;
  /** address of the UDP and TCP listener for SDKs; empty if there is none */
  Daemon: string;
}

/** DaemonsResponse lists the daemons that sent telemetry, the last heard first. */
export interface DaemonsResponse {
  /** the last records of each */
  Daemons: Daemon[];
}

/** Daemon is what one daemon reported of itself, in the names of PutTelemetryRecords. */
export interface Daemon {
  /** of its machine; empty if it did not say */
  Hostname: string;
  /** empty elsewhere */
  EC2InstanceId: string;
  /** empty if it did not say */
  ResourceARN: string;
  /** by the server's clock */
  LastHeard: EpochSeconds | null;
  /** of its last report, which names program and version, at most 256 bytes; empty if it did not say */
  UserAgent: string;
  /** in the order they were received */
  TelemetryRecords: TelemetryRecord[];
}

/** TelemetryRecord is what a daemon counted, as a rule in one minute. */
export interface TelemetryRecord {
  /** by the daemon's clock */
  Timestamp: EpochSeconds | null;
  /** documents taken from SDKs */
  SegmentsReceivedCount: number;
  /** documents that the server took */
  SegmentsSentCount: number;
  /** documents dropped for want of room */
  SegmentsSpilloverCount: number;
  /** documents that the server refused */
  SegmentsRejectedCount: number;
  /** calls that failed */
  BackendConnectionErrors: BackendConnectionErrors;
}

/** BackendConnectionErrors counts a daemon's failed calls to its endpoint by reason. */
export interface BackendConnectionErrors {
  /** no answer in time */
  TimeoutCount: number;
  /** nobody listens */
  ConnectionRefusedCount: number;
  /** the endpoint refused */
  HTTPCode4XXCount: number;
  /** the endpoint failed */
  HTTPCode5XXCount: number;
  /** the endpoint's name is not known */
  UnknownHostCount: number;
  /** all else */
  OtherCount: number;
}

/** SamplingMatchRequest describes a request as an SDK knows it when it decides whether to sample. What is empty is not known, and every pattern matches it, as in X-Ray's SDKs. Each has at most 2,048 characters. */
export interface SamplingMatchRequest {
  /** of the segment */
  ServiceName?: string;
  /** its origin, for example AWS::ECS::Container */
  ServiceType?: string;
  /** of the request */
  Host?: string;
  /** GET, POST, ... */
  HTTPMethod?: string;
  /** without host and query */
  URLPath?: string;
  /** how many such requests there are, 0 to 1,000,000,000; null if that does not matter */
  RequestsPerSecond?: number | null;
}

/** SamplingMatchResponse says which sampling rule decides on the request, and why the others do not. */
export interface SamplingMatchResponse {
  /** of the rule that decides */
  RuleName: string;
  /** all, in the order in which they are tried */
  Rules: SamplingVerdict[];
  /** of RequestsPerSecond, on average, once clients share the whole reservoir; null if that was not given */
  SampledPerSecond: number | null;
}

/** SamplingVerdict is what one rule makes of the request. */
export interface SamplingVerdict {
  RuleName: string;
  /** lower ones are tried first */
  Priority: number;
  /** decides, differs (a pattern does not match), skipped (SDKs do not try it) or later (an earlier one decides) */
  Verdict: string;
  /** Attributes or ResourceARN, which X-Ray's SDKs do not know when they decide, so that they leave the rule out; Version if it is not 1; null if they try it */
  SkippedFor: string | null;
  /** what differs, also of rules that come later */
  Mismatches: SamplingMismatch[];
}

/** SamplingMismatch is a member of the request that a rule's pattern does not match. */
export interface SamplingMismatch {
  /** its name in a rule */
  Member: string;
  /** of the rule: * is any run of characters, ? is one, case does not matter */
  Pattern: string;
  /** of the request */
  Value: string;
}

/** SamplingTrendResponse is what clients reported of each sampling rule lately. It is kept in memory, since the server began. */
export interface SamplingTrendResponse {
  /** length of a window */
  WindowSeconds: number;
  /** beginning of the time that is told of */
  StartTime: EpochSeconds | null;
  /** its end, where the newest window that is over ends */
  EndTime: EpochSeconds | null;
  /** in the order in which they are tried */
  Rules: SamplingTrend[];
}

/** SamplingTrend is one rule's reports. */
export interface SamplingTrend {
  RuleName: string;
  /** those in which there were reports, the oldest first */
  Windows: SamplingWindow[];
}

/** SamplingWindow sums what clients reported in a window. */
export interface SamplingWindow {
  /** beginning of the window */
  Timestamp: EpochSeconds | null;
  /** requests that the rule decided on */
  RequestCount: number;
  /** of them; some SDKs count borrowed ones too */
  SampledCount: number;
  /** sampled by clients that had no quota yet */
  BorrowCount: number;
}

/** TargetsResponse is what is wanted of requests. For a group counts its own target, else that of all requests, else the default. */
export interface TargetsResponse {
  /** counts until others are set */
  Default: Target;
  /** those that were set, that of all requests first, then by the names of their groups */
  Targets: Target[];
}

/** Target is what is wanted of the requests of a group. */
export interface Target {
  /** empty: of all requests */
  GroupName: string;
  /** percent of requests that have to end without a fault */
  Availability: number;
  /** 95 % of requests have to be answered within this time */
  ResponseTime: Seconds;
}

/** PutTargetRequest sets the target of a group, or of all requests. A group that is deleted takes its target along. */
export interface PutTargetRequest {
  /** empty: of all requests */
  GroupName?: string;
  /** percent, from 0 to 99.999; required */
  Availability: number | null;
  /** more than 0, at most 3,600; required */
  ResponseTime: Seconds | null;
}

/** PutTargetResponse is the target as it is now. */
export interface PutTargetResponse {
  Target: Target;
}
