package api

import (
	"context"
	"errors"

	"github.com/rayscope/rayscope/internal/sampling"
)

// The input of GetSamplingRules has a NextToken, which the service ignores: all rules come at once.
type getSamplingRulesInput struct{}

type getSamplingRulesOutput struct {
	SamplingRuleRecords []samplingRuleRecord
	NextToken           *string
}

type samplingRuleRecord struct {
	SamplingRule samplingRule
	CreatedAt    float64
	ModifiedAt   float64
}

// samplingRule has no member for the rate boost: older Java SDKs refuse members that they do not know.
type samplingRule struct {
	RuleName      string
	RuleARN       string
	ResourceARN   string
	Priority      int
	FixedRate     float64
	ReservoirSize int
	ServiceName   string
	ServiceType   string
	Host          string
	HTTPMethod    string
	URLPath       string
	Version       int
	Attributes    map[string]string
}

type getSamplingTargetsInput struct {
	SamplingStatisticsDocuments []samplingStatistics
}

// samplingStatistics is what clients send. The time of the report is not used, so that SDKs that send milliseconds are
// served as well.
type samplingStatistics struct {
	RuleName     *string
	ClientID     string
	RequestCount int64
	SampledCount *int64
	SampleCount  int64 // what ADOT for Python calls SampledCount
	BorrowCount  int64
}

type getSamplingTargetsOutput struct {
	SamplingTargetDocuments []samplingTarget
	LastRuleModification    float64
	UnprocessedStatistics   []unprocessedStatistics
}

type samplingTarget struct {
	RuleName          string
	FixedRate         float64
	ReservoirQuota    *int
	ReservoirQuotaTTL *float64
	Interval          *int
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
	maxRuleName    = 32
)

func (a *API) getSamplingRules(context.Context, *getSamplingRulesInput) (any, error) {
	changed := a.rulesChanged()
	return getSamplingRulesOutput{SamplingRuleRecords: convert(a.Sampling.Rules(), func(r sampling.Rule) samplingRuleRecord {
		return samplingRuleRecord{SamplingRule: samplingRule{
			RuleName: r.Name, RuleARN: "arn:aws:xray:" + a.Region + ":" + a.Account.String() + ":sampling-rule/" + r.Name,
			ResourceARN: r.ResourceARN, Priority: r.Priority, FixedRate: r.FixedRate, ReservoirSize: r.ReservoirSize,
			ServiceName: r.ServiceName, ServiceType: r.ServiceType, Host: r.Host, HTTPMethod: r.HTTPMethod, URLPath: r.URLPath,
			Version: r.Version, Attributes: r.Attributes,
		}, ModifiedAt: changed}
	})}, nil
}

// rulesChanged is when the rules may have changed last: with the start of the server, whose flags set them. Clients that
// fetched them from its predecessor fetch them again.
func (a *API) rulesChanged() float64 { return float64(a.started.Unix()) }

func (a *API) getSamplingTargets(_ context.Context, in *getSamplingTargetsInput) (any, error) {
	if n := len(in.SamplingStatisticsDocuments); n > maxStatistics {
		return nil, invalid("SamplingStatisticsDocuments has %d items, %d is the most.", n, maxStatistics)
	}
	for i := range in.SamplingStatisticsDocuments {
		if err := in.SamplingStatisticsDocuments[i].check(i); err != nil {
			return nil, err
		}
	}
	out := getSamplingTargetsOutput{SamplingTargetDocuments: []samplingTarget{}, LastRuleModification: a.rulesChanged(), UnprocessedStatistics: []unprocessedStatistics{}}
	for i := range in.SamplingStatisticsDocuments {
		s := &in.SamplingStatisticsDocuments[i]
		t, err := a.Sampling.Report(a.Now(), s.report())
		switch {
		case errors.Is(err, sampling.ErrUnknownRule):
			out.UnprocessedStatistics = append(out.UnprocessedStatistics, unprocessedStatistics{*s.RuleName, "400", err.Error()})
		case err != nil:
			return nil, err
		default:
			out.SamplingTargetDocuments = append(out.SamplingTargetDocuments, toTarget(*s.RuleName, t))
		}
	}
	return out, nil
}

func (s *samplingStatistics) check(i int) error {
	switch {
	case s.RuleName == nil || *s.RuleName == "":
		return invalid("SamplingStatisticsDocuments[%d].RuleName is missing.", i)
	case len(*s.RuleName) > maxRuleName:
		return invalid("SamplingStatisticsDocuments[%d].RuleName has %d characters, %d is the most.", i, len(*s.RuleName), maxRuleName)
	case len(s.ClientID) != clientIDLength:
		return invalid("SamplingStatisticsDocuments[%d].ClientID has %d characters, exactly %d are needed.", i, len(s.ClientID), clientIDLength)
	case s.RequestCount < 0 || s.BorrowCount < 0 || s.SampleCount < 0 || s.SampledCount != nil && *s.SampledCount < 0:
		return invalid("SamplingStatisticsDocuments[%d] has a negative count. Counts are 0 or more.", i)
	}
	return nil
}

func (s *samplingStatistics) report() sampling.Report {
	sampled := s.SampleCount
	if s.SampledCount != nil {
		sampled = *s.SampledCount
	}
	return sampling.Report{Rule: *s.RuleName, Client: s.ClientID, Requests: int(s.RequestCount), Sampled: int(sampled), Borrowed: int(s.BorrowCount)}
}

func toTarget(rule string, t sampling.Target) samplingTarget {
	out := samplingTarget{RuleName: rule, FixedRate: t.FixedRate}
	if l := t.Lease; l != nil {
		interval, expires := int(l.Interval.Seconds()), float64(l.Expires.Unix())
		out.ReservoirQuota, out.ReservoirQuotaTTL, out.Interval = &l.Quota, &expires, &interval
	}
	return out
}
