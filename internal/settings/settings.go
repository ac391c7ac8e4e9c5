// Package settings is what an account has set: groups, sampling rules, tags, policies, encryption and the like. It keeps
// them in the store and holds them to X-Ray's rules.
//
// Nothing is cached: a read sees what the last change left, whichever process made it. Only a Sampler answers the reports of
// sampling clients, which are many, by rules that may be a second old.
package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/store"
)

// Settings are those of all accounts. It is safe for concurrent use.
type Settings struct {
	store  store.Settings
	region string // goes into ARNs
	now    func() time.Time

	// changing makes the changes of this process wait for each other: they would meet, and begin anew, in vain.
	changing sync.Mutex
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
	targetPrefix   = "target/" // then the name of a group; empty for all requests
	guardPrefix    = "guard/"  // then one of the others
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
	set, err := s.raw(ctx, account, key)
	if err != nil || set.Key == "" {
		return k, err
	}
	return decode[T](&set)
}

// raw reads a setting as it is kept; the zero Setting if it is not set.
func (s *Settings) raw(ctx context.Context, account store.Account, key string) (store.Setting, error) {
	list, err := s.store.Settings(ctx, account, key)
	if err != nil {
		return store.Setting{}, err
	}
	for i := range list {
		if list[i].Key == key {
			return list[i], nil
		}
	}
	return store.Setting{}, nil
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

// change makes the changes that plan decides upon after it has read what it needs. plan runs again if another process
// wrote in between.
func (s *Settings) change(ctx context.Context, account store.Account, plan func() ([]store.Change, error)) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	return retry(func() error {
		changes, err := plan()
		if err != nil || len(changes) == 0 {
			return err
		}
		return s.store.Change(ctx, account, changes...)
	})
}

// guard is a change that conflicts with every other that has the guard of the same kind of settings. With it a rule about
// all of a kind, such as how many there may be, holds. Ask for it before reading them.
func (s *Settings) guard(ctx context.Context, account store.Account, kind string) (store.Change, error) {
	k, err := get[struct{}](ctx, s, account, guardPrefix+kind)
	if err != nil {
		return store.Change{}, err
	}
	return put(guardPrefix+kind, struct{}{}, k.revision)
}
