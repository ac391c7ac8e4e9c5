package rayapi

// AnalyzeRequest asks what is common to the traces of a time range, and what sets some of them apart.
//
// The base is the traces of the range that belong to the group and match the filter expression, by the same rules as
// GetTraceSummaries. Selection splits it: set A is what it selects, set B the rest. Without it A is the base and there is no B.
type AnalyzeRequest struct {
	StartTime        Timestamp  // beginning of the time range; required
	EndTime          Timestamp  // end of the time range, not in it; required, at most 24 hours later
	TimeRangeType    string     // what has to lie in the range: TraceId (default) the trace's start, Event the receipt of a document, Service the end of a segment
	GroupName        string     // only the traces of this group; empty for all
	GroupARN         string     // the same by ARN; one of the two at most
	FilterExpression string     // only the traces that match; empty for all
	Selection        *Selection // splits the base into A and B; null for no split
	Compare          string     // a filter expression that makes B the traces of the base that match it, not the rest; needs Selection. A trace that both choose is in both
	Views            Views      // what is asked for; the sets' own figures are always answered
}

// Selection chooses traces of the base: those that satisfy every member that is given. At least one has to be.
type Selection struct {
	FilterExpression string     // what they match
	StartTime        *Timestamp // they are in the time range from here on
	EndTime          *Timestamp // and before this
	MinResponseTime  *Seconds   // their response time is known and at least this
	MaxResponseTime  *Seconds   // their response time is known and less than this
}

// Views are the parts of the answer. Those that are null are left out and cost nothing.
type Views struct {
	Histogram  *HistogramView
	TimeSeries *TimeSeriesView
	HeatMap    *HeatMapView
	Traces     *TracesView
	Tables     []TableView // at most 40
	Users      *UsersView
	Ranking    *RankingView
	Exceptions *ExceptionsView
}

// HistogramView asks how response times are distributed.
type HistogramView struct {
	BucketsPerDecade int // 1 to 50; 0 for 10. Each bucket ends at 10^(1/n) times its beginning
}

// TimeSeriesView asks how the figures went over time.
type TimeSeriesView struct {
	Period int // seconds, from 1 on, in at most 1,500 periods; 0 chooses one that gives at most 120
}

// HeatMapView asks for counts by time and response time.
type HeatMapView struct {
	Period        int // seconds of a column, in at most 400 columns; 0 chooses one that gives at most 80
	RowsPerDecade int // 1 to 20; 0 for 5
}

// TracesView asks for the traces that are first in an order. Those without a response time are in none.
type TracesView struct {
	Order string // slowest, fastest or newest; empty for slowest
	Limit int    // traces; 0 for 100, at most 1,000
}

// TableView asks for the values of an attribute with their figures.
//
// Attributes have the names of filter expressions: http.status, http.method, http.url, http.clientip, http.useragent (of the
// root), user, availabilityzone, instance.id, resource.arn (of any segment), service (nodes, also those that did not report),
// annotation.KEY, annotation.* for a table of every key, url.template (the path of the root's URL with ids folded to {id}) and
// exception (type and folded message, of any entity). Beside them: entrypoint (service of the root), rootcause.fault,
// rootcause.error and rootcause.responsetime (the services on the path to a cause, joined by →).
type TableView struct {
	Attribute string // required
	Limit     int    // rows; 0 for 20, at most 1,000
}

// UsersView asks how many distinct users there are, and how many were hit.
type UsersView struct {
	SlowResponseTime *Seconds // a request of this time or longer is slow; null: nobody asks
}

// RankingView asks which values set A apart from B; it needs Selection.
type RankingView struct {
	Attributes []string // as in TableView, at most 40; empty for all but http.url and causes
	Limit      int      // entries of each list; 0 for 10, at most 100
}

// ExceptionsView asks for exceptions grouped by service, type and message.
type ExceptionsView struct {
	Limit int // groups; 0 for 50, at most 500
}

// AnalyzeResponse is the answer. A view that was not asked for is null.
type AnalyzeResponse struct {
	TracesSeen     int64        // traces of the time range that were looked at; with a group or FilterExpression without those that the index ruled out
	Exact          bool         // all of the range was looked at; else every count is "at least"
	StoppedBecause *string      // why not, in a sentence; null if exact
	ReachedTime    EpochSeconds // the traces from here to the end of the range were looked at; StartTime if exact
	RelativeError  float64      // of percentiles: they are at most this share away from the true value
	A              Set          // what the selection chose; the base without one
	B              *Set         // the rest, or what Compare chose; null without Selection
	Histogram      *Histogram
	TimeSeries     *TimeSeries
	HeatMap        *HeatMap
	Traces         *PickedTraces
	Tables         []Table // in the order asked; one for each key where annotation.* was asked, by the key's traces
	KeysLeftOut    int64   // occurrences in traces of annotation keys beyond the 200 that annotation.* keeps
	Users          *Users
	Ranking        *Ranking
	Exceptions     *Exceptions
}

// Set is a set of traces.
type Set struct {
	Figures
	Min *Seconds // shortest response time
	Max *Seconds // longest response time
	P75 *Seconds
	P90 *Seconds
}

// Figures are what is counted of traces. Each trace is in one class: that of its root segment, throttle before fault before
// error, or open if it has no completed root. Response times are of the root; without one in any trace they are null.
type Figures struct {
	Count         int64
	OkCount       int64
	ErrorCount    int64
	FaultCount    int64
	ThrottleCount int64
	OpenCount     int64
	Average       *Seconds // response time
	P50           *Seconds
	P95           *Seconds
	P99           *Seconds
}

// Histogram has buckets that follow one another without a gap, from the first with a trace to the last.
type Histogram struct {
	Buckets []Bucket
}

// Bucket counts the traces of a band of response times.
type Bucket struct {
	From   Seconds // included
	To     Seconds // not included
	A      int64
	B      int64 // 0 without a set B
	Faults int64 // of both: traces with a fault
}

// TimeSeries has a point for each period that the time range touches, also where nothing was.
type TimeSeries struct {
	Period int // seconds; periods begin at multiples of it
	Points []Point
}

// Point is the figures of one period.
type Point struct {
	Time EpochSeconds // beginning of the period
	A    Figures
	B    *Figures // null without a set B
}

// HeatMap counts traces by time (columns) and response time (rows).
type HeatMap struct {
	Period    int          // seconds of a column
	StartTime EpochSeconds // beginning of column 0
	Columns   int
	Bounds    []Seconds // row i is from Bounds[i] to Bounds[i+1], which is not in it; the least bound is 0
	Cells     []Cell    // those with a trace, by column, then row
}

// Cell is one cell of a heat map.
type Cell struct {
	Column int
	Row    int
	A      int64
	B      int64 // 0 without a set B
	Faults int64 // of both: traces with a fault
}

// PickedTraces are the traces that are first in the order asked; equal ones newest first.
type PickedTraces struct {
	Items []PickedTrace
}

// PickedTrace is one of them: its summary is found by GetTraceSummaries, its segments by BatchGetTraces.
type PickedTrace struct {
	Id           string
	Time         EpochSeconds // for which it is in the time range: its start, by default
	ResponseTime Seconds      // of the root
	Class        string       // ok, error, fault or throttle
	InA          bool
	InB          bool
}

// Table is the values of one attribute.
type Table struct {
	Attribute string
	Traces    int64 // of both sets that have the attribute
	Distinct  int64 // values that were met, at least: those that were met, dropped and met again count once more
	Exact     bool  // no value was dropped; else rows may lack up to Missed traces each, and Others has them
	Rows      []Row // by the traces of both sets, most first
	Others    Row   // values without a row of their own; its Value is null
}

// Row is one value with the traces that have it. A trace with several values counts in the row of each.
type Row struct {
	Value      *Value
	Expression *string // filter expression that finds these traces; that of a root cause also finds other causes along its services; null for Others, and if it would be too long
	Missed     int64   // traces with this value that may have been counted in Others, at most
	A          RowSet
	B          *RowSet  // null without a set B
	Delta      *float64 // share in A less share in B, -1 to 1; null without a set B
}

// RowSet is the part of a row in one set.
type RowSet struct {
	Share float64 // of the set's traces, 0 to 1
	Figures
}

// Value is a value of an attribute: one of the members is set.
type Value struct {
	String  *string
	Number  *float64
	Boolean *bool
}

// Users counts distinct users. A user is in every count that fits.
type Users struct {
	Exact bool // else the counts are estimates, about 1 % off: there were more than 32,768 users
	A     UserCounts
	B     *UserCounts // null without a set B
}

// UserCounts are distinct users of the traces of one set.
type UserCounts struct {
	All       int64
	Faulted   int64  // had a trace of class fault
	Errored   int64  // of class error
	Throttled int64  // of class throttle
	Slowed    *int64 // had a response time of SlowResponseTime or longer; null if that was not given
}

// Ranking lists the values whose share differs most between A and B, with the evidence.
//
// Circumstances are what was given before the request took its course: annotations, user, client, host and zone. They are
// compared within the same kind of request (method and url.template, or the root's service), so that what all requests to a page
// have in common does not count. Places are which request it was and which services it reached, Outcomes what came of it: status,
// causes, exceptions. Each list is ordered by Score.
type Ranking struct {
	Circumstances []Ranked
	Places        []Ranked
	Outcomes      []Ranked
	Candidates    int64 // values that were compared
}

// Ranked is one value and its evidence.
type Ranked struct {
	Attribute  string
	Value      Value
	Expression *string // filter expression that finds its traces, as in Row
	CountA     int64   // traces of A that have it
	CountB     int64
	ShareA     float64 // of A, 0 to 1
	ShareB     float64 // of B
	Difference float64 // of the shares, A less B, within the same kind of request for circumstances
	Score      float64 // how large the difference is at least, whatever its sign, with 99.9 % confidence: 0 to 1
	OddsRatio  float64 // odds of the value in A by its odds in B, one half added to each count
}

// Exceptions are the exceptions of all entities of the traces in both sets.
type Exceptions struct {
	Exact  bool             // no group was dropped; else rare ones may be missing
	Groups []ExceptionGroup // by traces, most first
}

// ExceptionGroup is what has one service, type and message in common. In messages numbers, ids and quoted text are folded.
type ExceptionGroup struct {
	Service      string // name of the segment's service; empty if the segment is missing
	Type         string // empty if the exception has none
	Message      string // with {n}, {id} and {text} for what differs
	Count        int64  // exceptions
	A            int64  // traces of A
	B            int64  // traces of B
	Users        int64  // distinct users of these traces; at least, if UsersExact is false
	UsersExact   bool
	FirstSeen    EpochSeconds // start of the earliest entity with it
	LastSeen     EpochSeconds // start of the latest
	ExampleTrace string       // id of the newest trace with it
	Example      string       // its message as it came
}
