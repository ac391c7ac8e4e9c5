package api

import (
	"context"
	"strconv"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
)

type listResourcePoliciesOutput struct {
	ResourcePolicies []resourcePolicy
	NextToken        *string
}

type putResourcePolicyInput struct {
	PolicyName               string
	PolicyDocument           string
	PolicyRevisionId         *string
	BypassPolicyLockoutCheck bool
}

type putResourcePolicyOutput struct{ ResourcePolicy resourcePolicy }

type deleteResourcePolicyInput struct {
	PolicyName       string
	PolicyRevisionId *string
}

type resourcePolicy struct {
	PolicyName       string
	PolicyDocument   string
	PolicyRevisionId string
	LastUpdatedTime  *float64
}

func (a *API) listResourcePolicies(ctx context.Context, in *nextTokenInput) (any, error) {
	if err := noToken(in.NextToken); err != nil {
		return nil, err
	}
	policies, err := a.Settings.Policies(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return listResourcePoliciesOutput{ResourcePolicies: convert(policies, toPolicy)}, nil
}

func (a *API) putResourcePolicy(ctx context.Context, in *putResourcePolicyInput) (any, error) {
	p, err := a.Settings.PutPolicy(ctx, a.Account, in.PolicyName, in.PolicyDocument, in.PolicyRevisionId, in.BypassPolicyLockoutCheck)
	if err != nil {
		return nil, err
	}
	return putResourcePolicyOutput{toPolicy(p)}, nil
}

func (a *API) deleteResourcePolicy(ctx context.Context, in *deleteResourcePolicyInput) (any, error) {
	return struct{}{}, a.Settings.DeletePolicy(ctx, a.Account, in.PolicyName, in.PolicyRevisionId)
}

func toPolicy(p settings.Policy) resourcePolicy {
	return resourcePolicy{p.Name, p.Document, strconv.Itoa(p.Revision), seconds(segment.TimeOf(p.Updated))}
}
