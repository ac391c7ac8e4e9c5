package rayapi

// SamplingMatchRequest describes a request as an SDK knows it when it decides whether to sample. What is empty is not known, and every pattern matches it, as in X-Ray's SDKs. Each has at most 2,048 characters.
type SamplingMatchRequest struct {
	ServiceName       string   // of the segment
	ServiceType       string   // its origin, for example AWS::ECS::Container
	Host              string   // of the request
	HTTPMethod        string   // GET, POST, ...
	URLPath           string   // without host and query
	RequestsPerSecond *float64 // how many such requests there are, 0 to 1,000,000,000; null if that does not matter
}

// SamplingMatchResponse says which sampling rule decides on the request, and why the others do not.
type SamplingMatchResponse struct {
	RuleName         string            // of the rule that decides
	Rules            []SamplingVerdict // all, in the order in which they are tried
	SampledPerSecond *float64          // of RequestsPerSecond, on average, once clients share the whole reservoir; null if that was not given
}

// SamplingVerdict is what one rule makes of the request.
type SamplingVerdict struct {
	RuleName   string
	Priority   int                // lower ones are tried first
	Verdict    string             // decides, differs (a pattern does not match), skipped (SDKs do not try it) or later (an earlier one decides)
	SkippedFor *string            // Attributes or ResourceARN, which X-Ray's SDKs do not know when they decide, so that they leave the rule out; Version if it is not 1; null if they try it
	Mismatches []SamplingMismatch // what differs, also of rules that come later
}

// SamplingMismatch is a member of the request that a rule's pattern does not match.
type SamplingMismatch struct {
	Member  string // its name in a rule
	Pattern string // of the rule: * is any run of characters, ? is one, case does not matter
	Value   string // of the request
}

// SamplingTrendResponse is what clients reported of each sampling rule lately. It is kept in memory, since the server began.
type SamplingTrendResponse struct {
	WindowSeconds int             // length of a window
	StartTime     *EpochSeconds   // beginning of the time that is told of
	EndTime       *EpochSeconds   // its end, where the newest window that is over ends
	Rules         []SamplingTrend // in the order in which they are tried
}

// SamplingTrend is one rule's reports.
type SamplingTrend struct {
	RuleName string
	Windows  []SamplingWindow // those in which there were reports, the oldest first
}

// SamplingWindow sums what clients reported in a window.
type SamplingWindow struct {
	Timestamp    *EpochSeconds // beginning of the window
	RequestCount int64         // requests that the rule decided on
	SampledCount int64         // of them; some SDKs count borrowed ones too
	BorrowCount  int64         // sampled by clients that had no quota yet
}
