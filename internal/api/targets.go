package api

import (
	"context"
	"errors"
	"math"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/sampling"
)

type getSamplingTargetsInput struct {
	SamplingStatisticsDocuments      []samplingStatistics
	SamplingBoostStatisticsDocuments []boostStatistics
}

// samplingStatistics is what clients send. The time of a report must be there, but is not used: SDKs send seconds, fractions
// of seconds and milliseconds, and a report counts when it arrives.
type samplingStatistics struct {
	RuleName     string
	ClientID     string
	Timestamp    any
	RequestCount *int32
	SampledCount *int32
	SampleCount  *int32 // what ADOT for Python calls SampledCount
	BorrowCount  int32
}

// boostStatistics is what clients send that can boost. ADOT for Python sends a ClientID as well, which does not matter.
type boostStatistics struct {
	RuleName            string
	ServiceName         *string
	Timestamp           any
	TotalCount          *int32
	AnomalyCount        *int32
	SampledAnomalyCount *int32
}

type getSamplingTargetsOutput struct {
	SamplingTargetDocuments []samplingTarget
	LastRuleModification    int64
	UnprocessedStatistics   []unprocessedStatistics

	// Left out unless the client sent boost statistics, and so knows it: SDKs for Java before 2.18.3 refuse members that
	// they do not know.
	UnprocessedBoostStatistics []unprocessedStatistics `json:",omitzero"`
}

type samplingTarget struct {
	RuleName          string
	FixedRate         float64
	ReservoirQuota    *int
	ReservoirQuotaTTL *int64
	Interval          *int
	SamplingBoost     *samplingBoost `json:",omitempty"` // left out by the service too
}

type samplingBoost struct {
	BoostRate    float64
	BoostRateTTL int64
}

type unprocessedStatistics struct {
	RuleName  string
	ErrorCode string
	Message   string
}

// Limits of the model.
const (
	maxStatistics  = 25
	clientIDLength = 24
)

func (a *API) getSamplingTargets(ctx context.Context, in *getSamplingTargetsInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	targets, changed, err := a.Sampling.Targets(ctx)
	if err != nil {
		return nil, err
	}
	now := a.Now()
	out := getSamplingTargetsOutput{
		SamplingTargetDocuments: []samplingTarget{}, LastRuleModification: changed.Unix(), UnprocessedStatistics: []unprocessedStatistics{},
	}
	boosts, unknown, err := boost(targets, now, in.SamplingBoostStatisticsDocuments)
	if err != nil {
		return nil, err
	}
	out.UnprocessedBoostStatistics = unknown
	for i := range in.SamplingStatisticsDocuments {
		s := &in.SamplingStatisticsDocuments[i]
		switch t, err := targets.Report(now, s.report()); {
		case errors.Is(err, sampling.ErrUnknownRule):
			out.UnprocessedStatistics = append(out.UnprocessedStatistics, unprocessedStatistics{s.RuleName, "400", err.Error()})
		case err != nil:
			return nil, err
		default:
			out.SamplingTargetDocuments = append(out.SamplingTargetDocuments, toTarget(s.RuleName, t, boosts[s.RuleName]))
		}
	}
	return out, nil
}

// boost takes the boost statistics and gives the boost of each rule that has one: the highest among the services that the
// client reported. The list of unknown rules is nil if there are no statistics.
func boost(targets *sampling.Targets, now time.Time, list []boostStatistics) (boosts map[string]*samplingBoost, unknown []unprocessedStatistics, err error) {
	for i := range list {
		if unknown == nil {
			boosts, unknown = map[string]*samplingBoost{}, []unprocessedStatistics{}
		}
		s := &list[i]
		b, err := targets.ReportBoost(now, s.report())
		switch is := boosts[s.RuleName]; {
		case errors.Is(err, sampling.ErrUnknownRule):
			unknown = append(unknown, unprocessedStatistics{s.RuleName, "400", err.Error()})
		case err != nil:
			return nil, nil, err
		case b != nil && (is == nil || is.BoostRate < b.Rate):
			boosts[s.RuleName] = &samplingBoost{b.Rate, b.Expires.Unix()}
		}
	}
	return boosts, unknown, nil
}

func (in *getSamplingTargetsInput) check() error {
	if in.SamplingStatisticsDocuments == nil {
		return invalid("SamplingStatisticsDocuments is missing. Send a list, which may be empty.")
	}
	if n := len(in.SamplingStatisticsDocuments); n > maxStatistics {
		return invalid("SamplingStatisticsDocuments has %d items, %d is the most.", n, maxStatistics)
	}
	if n := len(in.SamplingBoostStatisticsDocuments); n > maxStatistics {
		return invalid("SamplingBoostStatisticsDocuments has %d items, %d is the most.", n, maxStatistics)
	}
	for i := range in.SamplingStatisticsDocuments {
		if err := in.SamplingStatisticsDocuments[i].check(i); err != nil {
			return err
		}
	}
	for i := range in.SamplingBoostStatisticsDocuments {
		if err := in.SamplingBoostStatisticsDocuments[i].check(i); err != nil {
			return err
		}
	}
	return nil
}

func (s *samplingStatistics) check(i int) error {
	const list = "SamplingStatisticsDocuments"
	switch {
	case len(s.ClientID) != clientIDLength:
		return invalid("%s[%d].ClientID has %d characters, exactly %d are needed.", list, i, len(s.ClientID), clientIDLength)
	case s.RequestCount == nil:
		return invalid("%s[%d].RequestCount is missing.", list, i)
	}
	return checkReport(list, i, s.RuleName, s.Timestamp,
		count{"RequestCount", s.RequestCount}, count{"SampledCount", s.SampledCount}, count{"SampleCount", s.SampleCount}, count{"BorrowCount", &s.BorrowCount})
}

func (s *boostStatistics) check(i int) error {
	const list = "SamplingBoostStatisticsDocuments"
	switch {
	case s.ServiceName == nil:
		return invalid("%s[%d].ServiceName is missing.", list, i)
	case utf8.RuneCountInString(*s.ServiceName) > sampling.MaxServiceName:
		return invalid("%s[%d].ServiceName has %d characters, %d is the most.", list, i, utf8.RuneCountInString(*s.ServiceName), sampling.MaxServiceName)
	case s.TotalCount == nil:
		return invalid("%s[%d].TotalCount is missing.", list, i)
	case s.AnomalyCount == nil:
		return invalid("%s[%d].AnomalyCount is missing.", list, i)
	case s.SampledAnomalyCount == nil:
		return invalid("%s[%d].SampledAnomalyCount is missing.", list, i)
	}
	return checkReport(list, i, s.RuleName, s.Timestamp,
		count{"TotalCount", s.TotalCount}, count{"AnomalyCount", s.AnomalyCount}, count{"SampledAnomalyCount", s.SampledAnomalyCount})
}

// A count is a member of statistics; nil if it is not given.
type count struct {
	name  string
	value *int32
}

// checkReport checks what both kinds of statistics have. Any name of 1 to 32 characters may be that of a rule.
func checkReport(list string, i int, rule string, at any, counts ...count) error {
	if n := utf8.RuneCountInString(rule); n == 0 {
		return invalid("%s[%d].RuleName is missing.", list, i)
	} else if n > sampling.MaxName {
		return invalid("%s[%d].RuleName has %d characters, %d is the most.", list, i, n, sampling.MaxName)
	}
	switch at.(type) {
	case float64, string:
	case nil:
		return invalid("%s[%d].Timestamp is missing. Send epoch seconds.", list, i)
	default:
		return invalid("%s[%d].Timestamp is not a time. Send epoch seconds as a number, for example 1758654600.25.", list, i)
	}
	for _, n := range counts {
		if n.value != nil && *n.value < 0 {
			return invalid("%s[%d].%s is %d. Counts are 0 or more.", list, i, n.name, *n.value)
		}
	}
	return nil
}

func (s *samplingStatistics) report() sampling.Report {
	counts := sampling.Counts{Requests: int(*s.RequestCount), Borrowed: int(s.BorrowCount)}
	if s.SampledCount != nil {
		counts.Sampled = int(*s.SampledCount)
	} else if s.SampleCount != nil {
		counts.Sampled = int(*s.SampleCount)
	}
	return sampling.Report{Rule: s.RuleName, Client: s.ClientID, Counts: counts}
}

func (s *boostStatistics) report() sampling.BoostReport {
	return sampling.BoostReport{
		Rule: s.RuleName, Service: *s.ServiceName, Requests: int(*s.TotalCount), Anomalies: int(*s.AnomalyCount), Sampled: int(*s.SampledAnomalyCount),
	}
}

func toTarget(rule string, t sampling.Target, boost *samplingBoost) samplingTarget {
	out := samplingTarget{RuleName: rule, FixedRate: t.FixedRate, SamplingBoost: boost}
	if l := t.Lease; l != nil {
		interval, expires := int(l.Interval.Seconds()), l.Expires.Unix()
		out.ReservoirQuota, out.ReservoirQuotaTTL, out.Interval = &l.Quota, &expires, &interval
	}
	return out
}

// The input of GetSamplingStatisticSummaries has a NextToken; there is one page.
type getSamplingStatisticSummariesInput struct{}

type getSamplingStatisticSummariesOutput struct {
	SamplingStatisticSummaries []samplingStatisticSummary
	NextToken                  *string
}

type samplingStatisticSummary struct {
	RuleName     string
	Timestamp    int64 // start of the ten seconds
	RequestCount int32
	BorrowCount  int32
	SampledCount int32
}

func (a *API) getSamplingStatisticSummaries(ctx context.Context, _ *getSamplingStatisticSummariesInput) (any, error) {
	targets, _, err := a.Sampling.Targets(ctx)
	if err != nil {
		return nil, err
	}
	return getSamplingStatisticSummariesOutput{SamplingStatisticSummaries: convert(targets.Statistics(a.Now()), func(s sampling.Statistic) samplingStatisticSummary {
		return samplingStatisticSummary{s.Rule, s.Start.Unix(), int32Of(s.Requests), int32Of(s.Borrowed), int32Of(s.Sampled)}
	})}, nil
}

// int32Of is a sum as the model has it, whose clients refuse larger ones.
func int32Of(n int) int32 { return int32(min(n, math.MaxInt32)) }

var (
	sampledRequests = prometheus.NewDesc("rayscope_sampling_requests_total", "Requests that clients reported for a sampling rule.", []string{"rule"}, nil)
	sampledSampled  = prometheus.NewDesc("rayscope_sampling_sampled_total", "Requests that clients reported as sampled by a sampling rule. Some SDKs count borrowed ones too.", []string{"rule"}, nil)
	sampledBorrowed = prometheus.NewDesc("rayscope_sampling_borrowed_total", "Requests that clients without a quota sampled from the reservoir of a sampling rule.", []string{"rule"}, nil)
)

// ruleMetrics are the counters of the rules that exist: rules come and go, and their series with them.
type ruleMetrics struct {
	totals func(func(rule string, total sampling.Counts))
}

func (m ruleMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- sampledRequests
	out <- sampledSampled
	out <- sampledBorrowed
}

func (m ruleMetrics) Collect(out chan<- prometheus.Metric) {
	m.totals(func(rule string, total sampling.Counts) {
		out <- prometheus.MustNewConstMetric(sampledRequests, prometheus.CounterValue, float64(total.Requests), rule)
		out <- prometheus.MustNewConstMetric(sampledSampled, prometheus.CounterValue, float64(total.Sampled), rule)
		out <- prometheus.MustNewConstMetric(sampledBorrowed, prometheus.CounterValue, float64(total.Borrowed), rule)
	})
}
