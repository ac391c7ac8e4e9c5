package sampling

// The bodies of the service's two operations for sampling. Members that are nil were left out.

// GetSamplingRulesInput asks for a page of the rules.
type GetSamplingRulesInput struct {
	NextToken *string // of the page before; nil for the first
}

// GetSamplingRulesOutput is a page of the rules.
type GetSamplingRulesOutput struct {
	NextToken           *string // nil or empty on the last page
	SamplingRuleRecords []*SamplingRuleRecord
}

// A SamplingRuleRecord is a rule with its times, in seconds of the epoch.
type SamplingRuleRecord struct {
	CreatedAt    *float64
	ModifiedAt   *float64
	SamplingRule *SamplingRule
}

// A SamplingRule says which requests it is for, and how many of them are traced.
type SamplingRule struct {
	Attributes    map[string]*string
	FixedRate     *float64 // share of the requests beyond the reservoir, 0 to 1
	HTTPMethod    *string
	Host          *string
	Priority      *int64 // rules are tried in ascending order
	ReservoirSize *int64 // requests per second, for all clients together
	ResourceARN   *string
	RuleARN       *string
	RuleName      *string
	ServiceName   *string
	ServiceType   *string
	URLPath       *string
	Version       *int64 // of the rule's form: 1

	SamplingRateBoost *SamplingRateBoost
}

// A SamplingRateBoost lets the service raise the rate of a rule for a while, when requests go wrong.
type SamplingRateBoost struct {
	MaxRate               *float64
	CooldownWindowMinutes *int64
}

// GetSamplingTargetsInput reports the use of rules, 25 at most in one call.
type GetSamplingTargetsInput struct {
	SamplingStatisticsDocuments      []*SamplingStatisticsDocument
	SamplingBoostStatisticsDocuments []*SamplingBoostStatisticsDocument `json:",omitempty"`
}

// A SamplingStatisticsDocument counts what a rule did since the report before.
type SamplingStatisticsDocument struct {
	BorrowCount  *int64  // traced without a quota
	ClientID     *string // 24 hexadecimal digits
	RequestCount *int64
	RuleName     *string
	SampledCount *int64 // traced, borrowed ones not among them
	Timestamp    *int64 // seconds of the epoch
}

// A SamplingBoostStatisticsDocument counts anomalies of the requests that a rule decided on since the report before.
type SamplingBoostStatisticsDocument struct {
	AnomalyCount        *int64
	RuleName            *string
	SampledAnomalyCount *int64
	ServiceName         *string
	Timestamp           *int64 // seconds of the epoch
	TotalCount          *int64
}

// GetSamplingTargetsOutput says what the client may sample until its next report.
type GetSamplingTargetsOutput struct {
	LastRuleModification    *float64 // seconds of the epoch
	SamplingTargetDocuments []*SamplingTargetDocument
	UnprocessedStatistics   []*UnprocessedStatistics

	UnprocessedBoostStatistics []*UnprocessedStatistics
}

// A SamplingTargetDocument is the rate of a rule, and the client's part of its reservoir.
type SamplingTargetDocument struct {
	FixedRate         *float64
	Interval          *int64   // seconds until the next report
	ReservoirQuota    *int64   // requests per second
	ReservoirQuotaTTL *float64 // until when, in seconds of the epoch
	RuleName          *string
	SamplingBoost     *SamplingBoost
}

// A SamplingBoost is a rate that replaces the fixed one for a while.
type SamplingBoost struct {
	BoostRate    *float64
	BoostRateTTL *float64 // until when, in seconds of the epoch
}

// UnprocessedStatistics is a report that the service did not take.
type UnprocessedStatistics struct {
	ErrorCode *string // as of HTTP: begins with 4 or 5
	Message   *string
	RuleName  *string
}
