package api

import (
	"context"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/settings"
)

const (
	// maxMatched is the length of a member of a request to match: more than any that patterns of at most 500 are for.
	maxMatched = 2048

	// maxRequestRate is what no service reaches; sums of it keep their precision.
	maxRequestRate = 1e9
)

// The verdicts of rules.
const (
	verdictDecides = "decides"
	verdictDiffers = "differs"
	verdictSkipped = "skipped"
	verdictLater   = "later"
)

// matchSamplingRules says which rule decides on a request.
func (a *API) matchSamplingRules(ctx context.Context, in *rayapi.SamplingMatchRequest) (any, error) {
	if err := checkMatch(in); err != nil {
		return nil, err
	}
	rules, err := a.orderedRules(ctx)
	if err != nil {
		return nil, err
	}
	q := sampling.Request{ServiceName: in.ServiceName, ServiceType: in.ServiceType, Host: in.Host, HTTPMethod: in.HTTPMethod, URLPath: in.URLPath}
	out := rayapi.SamplingMatchResponse{}
	for i := range rules {
		v := verdictOf(&rules[i], &q, out.RuleName != "")
		out.Rules = append(out.Rules, v)
		if v.Verdict != verdictDecides {
			continue
		}
		out.RuleName = v.RuleName
		if in.RequestsPerSecond != nil {
			kept := rules[i].Kept(*in.RequestsPerSecond)
			out.SampledPerSecond = &kept
		}
	}
	return out, nil
}

func checkMatch(in *rayapi.SamplingMatchRequest) error {
	for _, m := range [...][2]string{
		{"ServiceName", in.ServiceName}, {"ServiceType", in.ServiceType}, {"Host", in.Host}, {"HTTPMethod", in.HTTPMethod}, {"URLPath", in.URLPath},
	} {
		if n := utf8.RuneCountInString(m[1]); n > maxMatched {
			return invalid("%s has %d characters, %d is the most.", m[0], n, maxMatched)
		}
	}
	if r := in.RequestsPerSecond; r != nil && (*r < 0 || *r > maxRequestRate) {
		return invalid("RequestsPerSecond is %v; it must be from 0 to %.0f.", *r, float64(maxRequestRate))
	}
	return nil
}

// orderedRules are the account's rules as clients try them.
func (a *API) orderedRules(ctx context.Context) ([]sampling.Rule, error) {
	records, err := a.Sampling.Rules(ctx)
	rules := convert(records, func(r settings.RuleRecord) sampling.Rule { return r.Rule })
	sampling.Order(rules)
	return rules, err
}

func verdictOf(r *sampling.Rule, q *sampling.Request, decided bool) rayapi.SamplingVerdict {
	v := rayapi.SamplingVerdict{
		RuleName: r.Name, Priority: r.Priority, Verdict: verdictDecides, SkippedFor: optional(r.SkippedFor()),
		Mismatches: convert(r.Mismatches(q), func(m sampling.Mismatch) rayapi.SamplingMismatch { return rayapi.SamplingMismatch(m) }),
	}
	switch {
	case v.SkippedFor != nil:
		v.Verdict = verdictSkipped
	case decided:
		v.Verdict = verdictLater
	case len(v.Mismatches) > 0:
		v.Verdict = verdictDiffers
	}
	return v
}

// samplingTrend tells what clients reported of each rule lately.
func (a *API) samplingTrend(ctx context.Context, _ []byte) (any, error) {
	targets, _, err := a.Sampling.Targets(ctx)
	if err != nil {
		return nil, err
	}
	rules, err := a.orderedRules(ctx)
	if err != nil {
		return nil, err
	}
	to := a.Now().Truncate(sampling.WindowLength)
	from := to.Add(-sampling.TrendFor)
	trend := targets.Trend(from, to)
	return rayapi.SamplingTrendResponse{
		WindowSeconds: int(sampling.WindowLength.Seconds()), StartTime: epoch(from), EndTime: epoch(to),
		Rules: convert(rules, func(r sampling.Rule) rayapi.SamplingTrend {
			return rayapi.SamplingTrend{RuleName: r.Name, Windows: convert(trend[r.Name], toWindow)}
		}),
	}, nil
}

func toWindow(s sampling.Statistic) rayapi.SamplingWindow {
	return rayapi.SamplingWindow{Timestamp: epoch(s.Start), RequestCount: int64(s.Requests), SampledCount: int64(s.Sampled), BorrowCount: int64(s.Borrowed)}
}
