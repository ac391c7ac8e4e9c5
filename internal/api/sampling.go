package api

import (
	"context"
	"maps"

	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/settings"
)

type createSamplingRuleInput struct {
	SamplingRule *samplingRuleInput
	Tags         []tagShape
}

type updateSamplingRuleInput struct {
	SamplingRuleUpdate *samplingRuleInput
}

type deleteSamplingRuleInput struct {
	RuleName string
	RuleARN  string
}

// samplingRuleInput is a rule or a change of one: members that are not given are nil. Clients that read a rule may send back
// what they read, so that the update takes a Version too, and ignores it as X-Ray does.
type samplingRuleInput struct {
	RuleName          string
	RuleARN           string
	ResourceARN       *string
	Priority          *int
	FixedRate         *float64
	ReservoirSize     *int
	ServiceName       *string
	ServiceType       *string
	Host              *string
	HTTPMethod        *string
	URLPath           *string
	Version           *int
	Attributes        map[string]string
	SamplingRateBoost *rateBoostInput
}

type rateBoostInput struct {
	MaxRate               *float64
	CooldownWindowMinutes *int
}

// The input of GetSamplingRules has a NextToken, which the service ignores: all rules come at once.
type getSamplingRulesInput struct{}

type getSamplingRulesOutput struct {
	SamplingRuleRecords []samplingRuleRecord
	NextToken           *string
}

type samplingRuleOutput struct {
	SamplingRuleRecord samplingRuleRecord
}

type samplingRuleRecord struct {
	SamplingRule samplingRule
	CreatedAt    int64
	ModifiedAt   int64
}

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

	// Left out when there is none, where the service writes null: SDKs for Java before 2.18.3 refuse members that they do
	// not know.
	SamplingRateBoost *rateBoost `json:",omitempty"`
}

type rateBoost struct {
	MaxRate               float64
	CooldownWindowMinutes int
}

func (a *API) getSamplingRules(ctx context.Context, _ *getSamplingRulesInput) (any, error) {
	rules, err := a.Sampling.Rules(ctx)
	if err != nil {
		return nil, err
	}
	return getSamplingRulesOutput{SamplingRuleRecords: convert(rules, a.ruleRecord)}, nil
}

func (a *API) createSamplingRule(ctx context.Context, in *createSamplingRuleInput) (any, error) {
	if in.SamplingRule == nil {
		return nil, invalid("SamplingRule is missing.")
	}
	if err := in.SamplingRule.complete(); err != nil {
		return nil, err
	}
	tags, err := toTags(in.Tags)
	if err != nil {
		return nil, err
	}
	rule := sampling.Rule{Version: *in.SamplingRule.Version, Attributes: map[string]string{}}
	in.SamplingRule.apply(&rule)
	return a.answerRule(a.Sampling.CreateRule(ctx, in.SamplingRule.id(), rule, tags))
}

func (a *API) updateSamplingRule(ctx context.Context, in *updateSamplingRuleInput) (any, error) {
	if in.SamplingRuleUpdate == nil {
		return nil, invalid("SamplingRuleUpdate is missing.")
	}
	if err := in.SamplingRuleUpdate.SamplingRateBoost.complete("SamplingRuleUpdate"); err != nil {
		return nil, err
	}
	return a.answerRule(a.Sampling.UpdateRule(ctx, in.SamplingRuleUpdate.id(), in.SamplingRuleUpdate.apply))
}

func (a *API) deleteSamplingRule(ctx context.Context, in *deleteSamplingRuleInput) (any, error) {
	return a.answerRule(a.Sampling.DeleteRule(ctx, settings.RuleID{Name: in.RuleName, ARN: in.RuleARN}))
}

func (a *API) answerRule(r settings.RuleRecord, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return samplingRuleOutput{a.ruleRecord(r)}, nil
}

func (r *samplingRuleInput) id() settings.RuleID {
	return settings.RuleID{Name: r.RuleName, ARN: r.RuleARN}
}

// complete says which member that a new rule needs is missing. How to name it is the rooms' question.
func (r *samplingRuleInput) complete() error {
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"Priority", r.Priority != nil},
		{"FixedRate", r.FixedRate != nil},
		{"ReservoirSize", r.ReservoirSize != nil},
		{"ServiceName", r.ServiceName != nil},
		{"ServiceType", r.ServiceType != nil},
		{"Host", r.Host != nil},
		{"HTTPMethod", r.HTTPMethod != nil},
		{"URLPath", r.URLPath != nil},
		{"ResourceARN", r.ResourceARN != nil},
		{"Version", r.Version != nil},
	} {
		if !m.given {
			return invalid("SamplingRule.%s is missing. A new rule needs Priority, FixedRate, ReservoirSize, Version 1 and, as patterns such as *, "+
				"ServiceName, ServiceType, Host, HTTPMethod, URLPath and ResourceARN.", m.name)
		}
	}
	return r.SamplingRateBoost.complete("SamplingRule")
}

func (b *rateBoostInput) complete(in string) error {
	switch {
	case b == nil:
		return nil
	case b.MaxRate == nil:
		return invalid("%s.SamplingRateBoost.MaxRate is missing.", in)
	case b.CooldownWindowMinutes == nil:
		return invalid("%s.SamplingRateBoost.CooldownWindowMinutes is missing.", in)
	}
	return nil
}

// apply sets what was given. A boost that was not given is removed, as the service does.
func (r *samplingRuleInput) apply(rule *sampling.Rule) {
	set(&rule.ResourceARN, r.ResourceARN)
	set(&rule.Priority, r.Priority)
	set(&rule.FixedRate, r.FixedRate)
	set(&rule.ReservoirSize, r.ReservoirSize)
	set(&rule.ServiceName, r.ServiceName)
	set(&rule.ServiceType, r.ServiceType)
	set(&rule.Host, r.Host)
	set(&rule.HTTPMethod, r.HTTPMethod)
	set(&rule.URLPath, r.URLPath)
	if r.Attributes != nil {
		rule.Attributes = maps.Clone(r.Attributes)
	}
	rule.Boost = nil
	if b := r.SamplingRateBoost; b != nil {
		rule.Boost = &sampling.RateBoost{MaxRate: *b.MaxRate, CooldownMinutes: *b.CooldownWindowMinutes}
	}
}

func set[T any](member, given *T) {
	if given != nil {
		*member = *given
	}
}

func (a *API) ruleRecord(r settings.RuleRecord) samplingRuleRecord {
	rule := samplingRule{
		RuleName: r.Name, RuleARN: a.Sampling.RuleARN(r.Name), ResourceARN: r.ResourceARN,
		Priority: r.Priority, FixedRate: r.FixedRate, ReservoirSize: r.ReservoirSize,
		ServiceName: r.ServiceName, ServiceType: r.ServiceType, Host: r.Host, HTTPMethod: r.HTTPMethod, URLPath: r.URLPath,
		Version: r.Version, Attributes: r.Attributes,
	}
	if b := r.Boost; b != nil {
		rule.SamplingRateBoost = &rateBoost{b.MaxRate, b.CooldownMinutes}
	}
	return samplingRuleRecord{rule, r.Created.Unix(), r.Modified.Unix()}
}
