package settings

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/store"
)

// A Tag is a note that people keep at a group or a sampling rule.
type Tag struct {
	Key   string // 1 to 128 characters
	Value string // 0 to 256 characters
}

// The service's limits of tags.
const (
	maxTags     = 50 // of one resource
	maxTagsSent = 200
	maxTagKey   = 128
	maxTagValue = 256
)

// Tags are those of the group or rule with the ARN, by key. NotFound: there is none.
func (s *Settings) Tags(ctx context.Context, account store.Account, arn string) ([]Tag, error) {
	r, err := s.resource(ctx, account, arn)
	if err != nil {
		return nil, err
	}
	k, err := get[map[string]string](ctx, s, account, tagPrefix+r.arn)
	if err != nil {
		return nil, err
	}
	tags := make([]Tag, 0, len(k.value))
	for _, key := range slices.Sorted(maps.Keys(k.value)) {
		tags = append(tags, Tag{key, k.value[key]})
	}
	return tags, nil
}

// PutTags sets tags of the group or rule with the ARN; those with other keys stay.
func (s *Settings) PutTags(ctx context.Context, account store.Account, arn string, tags []Tag) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	return s.retag(ctx, account, arn, func(is map[string]string) error {
		for _, t := range tags {
			is[t.Key] = t.Value
		}
		if len(is) > maxTags {
			return tooManyTags(arn, len(is))
		}
		return nil
	})
}

// RemoveTags removes the tags with the keys. Keys that the resource does not have are no error.
func (s *Settings) RemoveTags(ctx context.Context, account store.Account, arn string, keys []string) error {
	if len(keys) > maxTagsSent {
		return invalid("TagKeys has %d items, %d is the most.", len(keys), maxTagsSent)
	}
	for i, key := range keys {
		if n := utf8.RuneCountInString(key); n == 0 || n > maxTagKey {
			return invalid("TagKeys[%d] has %d characters, 1 to %d are allowed.", i, n, maxTagKey)
		}
	}
	return s.retag(ctx, account, arn, func(is map[string]string) error {
		for _, key := range keys {
			delete(is, key)
		}
		return nil
	})
}

// retag changes the tags of a resource as edit does. It keeps the resource as it is, which fails if that is gone
// meanwhile: tags never outlive it.
func (s *Settings) retag(ctx context.Context, account store.Account, arn string, edit func(map[string]string) error) error {
	return s.change(ctx, account, func() ([]store.Change, error) {
		r, err := s.resource(ctx, account, arn)
		if err != nil {
			return nil, err
		}
		if r.setting.Key == "" {
			return nil, invalid("ResourceARN %q is that of a resource that every account has. It cannot have tags; tag a group or a rule of your own.", arn)
		}
		is, err := get[map[string]string](ctx, s, account, tagPrefix+r.arn)
		if err != nil {
			return nil, err
		}
		if is.value == nil {
			is.value = map[string]string{}
		}
		if err := edit(is.value); err != nil {
			return nil, err
		}
		c, err := put(tagPrefix+r.arn, is.value, is.revision)
		if len(is.value) == 0 {
			c.Value = nil
		}
		return []store.Change{c, {Key: r.setting.Key, Value: r.setting.Value, Was: r.setting.Revision}}, err
	})
}

// tagged are the changes that give a new resource its tags. They belong to the change that makes it.
func tagged(arn string, tags []Tag) ([]store.Change, error) {
	if err := checkTags(tags); err != nil || len(tags) == 0 {
		return nil, err
	}
	if len(tags) > maxTags {
		return nil, invalid("Tags has %d items, a resource can have %d.", len(tags), maxTags)
	}
	is := make(map[string]string, len(tags))
	for _, t := range tags {
		is[t.Key] = t.Value
	}
	c, err := put(tagPrefix+arn, is, store.Any)
	return []store.Change{c}, err
}

// untagged is the change that removes all tags of a resource. It belongs to the change that deletes it.
func untagged(arn string) store.Change { return store.Change{Key: tagPrefix + arn, Was: store.Any} }

func tooManyTags(arn string, n int) *Error {
	e := invalid("Tags: %s would have %d tags, %d is the most. Remove some with UntagResource.", arn, n, maxTags)
	e.Reason, e.Resource = TooManyTags, arn
	return e
}

func checkTags(tags []Tag) error {
	if len(tags) > maxTagsSent {
		return invalid("Tags has %d items, %d is the most.", len(tags), maxTagsSent)
	}
	seen := make(map[string]bool, len(tags))
	for i, t := range tags {
		n, length := utf8.RuneCountInString(t.Key), utf8.RuneCountInString(t.Value)
		switch {
		case n == 0 || n > maxTagKey:
			return invalid("Tags[%d].Key has %d characters, 1 to %d are allowed.", i, n, maxTagKey)
		case length > maxTagValue:
			return invalid("Tags[%d].Value has %d characters, %d is the most.", i, length, maxTagValue)
		case len(t.Key) >= len(reserved) && strings.EqualFold(t.Key[:len(reserved)], reserved):
			return invalid("Tags[%d].Key %q begins with %q, which is reserved. Choose another.", i, t.Key, reserved)
		case !isTagText(t.Key):
			return invalid("Tags[%d].Key %q has a character that is not allowed: letters, digits, spaces and _ . : / = + - @ are.", i, t.Key)
		case !isTagText(t.Value):
			return invalid("Tags[%d].Value %q has a character that is not allowed: letters, digits, spaces and _ . : / = + - @ are.", i, t.Value)
		case seen[t.Key]:
			return invalid("Tags[%d].Key %q is there twice. Send each key once.", i, t.Key)
		}
		seen[t.Key] = true
	}
	return nil
}

// reserved begins the keys of tags that AWS itself sets.
const reserved = "aws:"

func isTagText(s string) bool {
	for _, c := range s {
		if !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.Is(unicode.Zs, c) && !strings.ContainsRune("_.:/=+-@", c) {
			return false
		}
	}
	return true
}
