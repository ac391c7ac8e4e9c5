package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/settings"
)

type tagShape struct {
	Key   *string
	Value *string
}

type tagResourceInput struct {
	ResourceARN string
	Tags        []tagShape
}

type untagResourceInput struct {
	ResourceARN string
	TagKeys     []string
}

// listTagsInput has a NextToken in the model, which the service ignores: all tags come at once.
type listTagsInput struct{ ResourceARN string }

type listTagsOutput struct {
	Tags      []settings.Tag
	NextToken *string
}

func (a *API) tagResource(ctx context.Context, in *tagResourceInput) (any, error) {
	if in.Tags == nil {
		return nil, invalid("Tags is missing. Send a list of objects with Key and Value.")
	}
	tags, err := toTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.Settings.PutTags(ctx, a.Account, in.ResourceARN, tags)
}

func (a *API) untagResource(ctx context.Context, in *untagResourceInput) (any, error) {
	if in.TagKeys == nil {
		return nil, invalid("TagKeys is missing. Send a list of keys.")
	}
	return struct{}{}, a.Settings.RemoveTags(ctx, a.Account, in.ResourceARN, in.TagKeys)
}

func (a *API) listTagsForResource(ctx context.Context, in *listTagsInput) (any, error) {
	tags, err := a.Settings.Tags(ctx, a.Account, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	return listTagsOutput{Tags: tags}, nil
}

// toTags are the tags of a request; both members of each are required.
func toTags(list []tagShape) ([]settings.Tag, error) {
	tags := make([]settings.Tag, len(list))
	for i, t := range list {
		switch {
		case t.Key == nil:
			return nil, invalid("Tags[%d].Key is missing.", i)
		case t.Value == nil:
			return nil, invalid("Tags[%d].Value is missing. It may be the empty string.", i)
		}
		tags[i] = settings.Tag{Key: *t.Key, Value: *t.Value}
	}
	return tags, nil
}
