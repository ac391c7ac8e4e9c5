package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/settings"
)

type createGroupInput struct {
	GroupName             string
	FilterExpression      *string
	InsightsConfiguration insightsConfigurationInput
	Tags                  []tagShape
}

type updateGroupInput struct {
	GroupName             string
	GroupARN              string
	FilterExpression      *string
	InsightsConfiguration insightsConfigurationInput
}

type insightsConfigurationInput struct {
	InsightsEnabled      *bool
	NotificationsEnabled *bool
}

type groupInput struct {
	GroupName string
	GroupARN  string
}

type groupOutput struct{ Group groupShape }

type getGroupsOutput struct {
	Groups    []groupShape
	NextToken *string
}

// groupShape is both Group and GroupSummary of the model, whose members are the same.
type groupShape struct {
	GroupName             string
	GroupARN              string
	FilterExpression      *string
	InsightsConfiguration insightsConfiguration
}

type insightsConfiguration struct {
	InsightsEnabled      bool
	NotificationsEnabled bool
}

func (a *API) createGroup(ctx context.Context, in *createGroupInput) (any, error) {
	tags, err := toTags(in.Tags)
	if err != nil {
		return nil, err
	}
	g, err := a.Settings.CreateGroup(ctx, a.Account, in.GroupName, toGroupChange(in.FilterExpression, in.InsightsConfiguration), tags)
	return answerGroup(g, err)
}

func (a *API) getGroup(ctx context.Context, in *groupInput) (any, error) {
	g, err := a.Settings.Group(ctx, a.Account, in.GroupName, in.GroupARN)
	return answerGroup(g, err)
}

func (a *API) getGroups(ctx context.Context, in *nextTokenInput) (any, error) {
	if in.NextToken != nil && *in.NextToken != "" {
		return nil, invalid("Next Token not supported")
	}
	groups, err := a.Settings.Groups(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return getGroupsOutput{Groups: convert(groups, toGroup)}, nil
}

func (a *API) updateGroup(ctx context.Context, in *updateGroupInput) (any, error) {
	g, err := a.Settings.UpdateGroup(ctx, a.Account, in.GroupName, in.GroupARN, toGroupChange(in.FilterExpression, in.InsightsConfiguration))
	return answerGroup(g, err)
}

func (a *API) deleteGroup(ctx context.Context, in *groupInput) (any, error) {
	return struct{}{}, a.Settings.DeleteGroup(ctx, a.Account, in.GroupName, in.GroupARN)
}

func toGroupChange(expression *string, c insightsConfigurationInput) settings.GroupChange {
	return settings.GroupChange{FilterExpression: expression, InsightsEnabled: c.InsightsEnabled, NotificationsEnabled: c.NotificationsEnabled}
}

func answerGroup(g *settings.Group, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return groupOutput{toGroup(g)}, nil
}

func toGroup(g *settings.Group) groupShape {
	return groupShape{g.Name, g.ARN, optional(g.FilterExpression), insightsConfiguration{g.InsightsEnabled, g.NotificationsEnabled}}
}
