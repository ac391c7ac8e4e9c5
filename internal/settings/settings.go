// Package settings is what an account has set: groups, sampling rules, tags, policies, encryption and the like. It keeps
// them in the store and holds them to X-Ray's rules.
//
// Nothing is cached: a read sees what the last change left, whichever process made it.
package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rayscope/rayscope/internal/store"
)

// Settings are those of all accounts. It is safe for concurrent use.
type Settings struct {
	store  store.Settings
	region string // goes into ARNs
	now    func() time.Time
}

// New is the settings kept in s.
func New(s store.Settings, region string, now func() time.Time) *Settings {
	return &Settings{store: s, region: region, now: now}
}

// The kinds of settings are the beginnings of their keys.
const (
	groupPrefix    = "group/"
	rulePrefix     = "rule/"
	tagPrefix      = "tag/" // then the ARN of the resource
	policyPrefix   = "policy/"
	indexingPrefix = "indexing/"
)

// ARN is the name of a resource of the account: of a sampling rule with its name, or of a group.
func (s *Settings) ARN(account store.Account, kind, name string) string {
	return "arn:aws:xray:" + s.region + ":" + account.String() + ":" + kind + "/" + name
}

// kept is a value of a setting with the revision to name in a change; revision 0 if it is not set.
type kept[T any] struct {
	value    T
	revision uint64
}

// get reads the setting with the key.
func get[T any](ctx context.Context, s *Settings, account store.Account, key string) (k kept[T], err error) {
	list, err := s.store.Settings(ctx, account, key)
	if err != nil {
		return k, err
	}
	for i := range list {
		if list[i].Key == key {
			return decode[T](&list[i])
		}
	}
	return k, nil
}

// list reads the settings with the prefix, in the order of their keys.
func list[T any](ctx context.Context, s *Settings, account store.Account, prefix string) ([]kept[T], error) {
	all, err := s.store.Settings(ctx, account, prefix)
	if err != nil {
		return nil, err
	}
	out := make([]kept[T], len(all))
	for i := range all {
		if out[i], err = decode[T](&all[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decode[T any](set *store.Setting) (k kept[T], err error) {
	if err := json.Unmarshal(set.Value, &k.value); err != nil {
		return k, fmt.Errorf("read setting %q: %w", set.Key, err)
	}
	k.revision = set.Revision
	return k, nil
}

// put is the change that sets the key to the value, if it is at the revision was.
func put(key string, value any, was uint64) (store.Change, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return store.Change{}, fmt.Errorf("encode setting %q: %w", key, err)
	}
	return store.Change{Key: key, Value: b, Was: was}, nil
}

// maxTries bounds how often a change that met another one is begun anew. Changes are made by people.
const maxTries = 8

// retry runs change, which reads and then writes, again if somebody else wrote in between.
func retry(change func() error) error {
	for range maxTries - 1 {
		if err := change(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return change()
}
