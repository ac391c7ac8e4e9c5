package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
)

type nextTokenInput struct{ NextToken *string }

type getIndexingRulesOutput struct {
	IndexingRules []indexingRule
	NextToken     *string
}

type updateIndexingRuleInput struct {
	Name string
	Rule *struct {
		Probabilistic *struct{ DesiredSamplingPercentage *float64 }
	}
}

type updateIndexingRuleOutput struct{ IndexingRule indexingRule }

type indexingRule struct {
	Name       string
	ModifiedAt *float64 // null: never
	Rule       indexingRuleValue
}

type indexingRuleValue struct {
	Probabilistic struct {
		DesiredSamplingPercentage float64
		ActualSamplingPercentage  float64
	}
}

type destinationInput struct {
	Destination                 string
	CloudWatchLogsConfiguration *struct{ SpansLogGroupKmsKeyId *string }
}

type destinationOutput struct {
	Destination string
	Status      string
}

func (a *API) getIndexingRules(ctx context.Context, in *nextTokenInput) (any, error) {
	if err := noToken(in.NextToken); err != nil {
		return nil, err
	}
	r, err := a.Settings.IndexingRule(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return getIndexingRulesOutput{IndexingRules: []indexingRule{toIndexingRule(r)}}, nil
}

func (a *API) updateIndexingRule(ctx context.Context, in *updateIndexingRuleInput) (any, error) {
	switch {
	case in.Name == "":
		return nil, invalid("Name is missing. The only indexing rule is Default.")
	case in.Rule == nil || in.Rule.Probabilistic == nil:
		return nil, invalid("Rule.Probabilistic is missing. Send an object with DesiredSamplingPercentage.")
	case in.Rule.Probabilistic.DesiredSamplingPercentage == nil:
		return nil, invalid("Rule.Probabilistic.DesiredSamplingPercentage is missing. Send a number from 0 to 100.")
	}
	r, err := a.Settings.SetIndexingRule(ctx, a.Account, in.Name, *in.Rule.Probabilistic.DesiredSamplingPercentage)
	if err != nil {
		return nil, err
	}
	return updateIndexingRuleOutput{toIndexingRule(r)}, nil
}

// toIndexingRule says what is done, not what is wished, as the actual percentage.
func toIndexingRule(r settings.IndexingRule) indexingRule {
	out := indexingRule{Name: r.Name, ModifiedAt: secondsIf(segment.TimeOf(r.Modified), !r.Modified.IsZero())}
	out.Rule.Probabilistic.DesiredSamplingPercentage = r.Desired
	out.Rule.Probabilistic.ActualSamplingPercentage = settings.Indexed
	return out
}

func (a *API) getTraceSegmentDestination(ctx context.Context, _ *empty) (any, error) {
	d, err := a.Settings.Destination(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return destinationOutput{Destination: d, Status: "ACTIVE"}, nil // at once: no span has to be moved
}

func (a *API) updateTraceSegmentDestination(ctx context.Context, in *destinationInput) (any, error) {
	if in.Destination == "" {
		return nil, invalid("Destination is missing. Send XRay or CloudWatchLogs.")
	}
	// Somebody who wants spans encrypted must not believe that they are.
	if c := in.CloudWatchLogsConfiguration; c != nil && c.SpansLogGroupKmsKeyId != nil {
		return nil, invalid("CloudWatchLogsConfiguration.SpansLogGroupKmsKeyId is given, but there are no log groups here. Leave it out; PutEncryptionConfig encrypts documents.")
	}
	if err := a.Settings.SetDestination(ctx, a.Account, in.Destination); err != nil {
		return nil, err
	}
	return a.getTraceSegmentDestination(ctx, nil)
}
