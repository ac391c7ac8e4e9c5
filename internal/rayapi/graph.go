package rayapi

// GraphRequest asks for the map of some traces.
//
// As with GetServiceGraph it is a map of what was received in the time range. A trace is in it if it belongs to the group
// and matches the filter expression, with all of its services, not only those that the expression names.
type GraphRequest struct {
	StartTime        Timestamp // beginning of the time range; required
	EndTime          Timestamp // end of the time range, not in it; required, at most 24 hours later
	GroupName        string    // only the traces of this group; empty for all
	GroupARN         string    // the same by ARN; one of the two at most
	FilterExpression string    // only the traces that match; empty for all
}

// GraphResponse is the map.
type GraphResponse struct {
	StartTime                EpochSeconds // of the first second in which a trace began; of the time range if there is none
	EndTime                  EpochSeconds // of the last
	Services                 []Service    // by name
	TracesSeen               int64        // traces of the time range that were looked at; with a group or FilterExpression without those that the index ruled out
	TracesMatched            int64        // those that are in the map
	Exact                    bool         // all of the range was looked at; else every count is "at least"
	StoppedBecause           *string      // why not, in a sentence; null if exact
	ReachedTime              EpochSeconds // traces that began from here on were looked at; StartTime of the request if exact
	ContainsOldGroupVersions bool         // traces of the group are in it that an earlier version of its expression chose
}

// Service is a node of a map: a service, a resource or a client. It has the members that GetServiceGraph answers.
type Service struct {
	ReferenceId           int // of this node in this answer
	Name                  string
	Names                 []string
	Root                  *bool         // true if requests begin here; else null
	AccountId             *string       // null for the account's own
	Type                  *string       // client, remote, AWS::ECS::Fargate and the like; null for a service that did not say
	State                 string        // active: it reports; passive: it is called and does not; unknown
	StartTime             *EpochSeconds // of the first trace; null in the map of one trace
	EndTime               *EpochSeconds
	Edges                 []Edge           // whom it calls
	SummaryStatistics     *Statistics      // null for a client
	DurationHistogram     []HistogramEntry // with all of its subsegments, also those that end later; null for a client
	ResponseTimeHistogram []HistogramEntry // null for a client
}

// Edge is the calls from one node to another, as the caller saw them.
type Edge struct {
	ReferenceId               int // of the node that is called
	StartTime                 *EpochSeconds
	EndTime                   *EpochSeconds
	SummaryStatistics         *Statistics
	ResponseTimeHistogram     []HistogramEntry
	Aliases                   []Alias          // names under which the caller knows whom it calls
	EdgeType                  *string          // link for events, whose receiver's trace links to the sender's; else null
	ReceivedEventAgeHistogram []HistogramEntry // of links: from sending to receiving
}

// Alias is a name under which a caller knows whom it calls.
type Alias struct {
	Name  string
	Names []string
	Type  string
}

// Statistics counts requests, each in one class.
type Statistics struct {
	OkCount           int64
	ErrorStatistics   ErrorStatistics
	FaultStatistics   FaultStatistics
	TotalCount        int64
	TotalResponseTime Seconds
}

// ErrorStatistics counts requests that were refused.
type ErrorStatistics struct {
	ThrottleCount int64 // for there were too many
	OtherCount    int64 // all others
	TotalCount    int64
}

// FaultStatistics counts requests that the service failed to answer.
type FaultStatistics struct {
	OtherCount int64
	TotalCount int64
}

// HistogramEntry is how many requests took about this time.
type HistogramEntry struct {
	Value Seconds
	Count int64
}
