package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/rayscope/rayscope/internal/store"
)

func (f *fixture) change(a store.Account, cs ...store.Change) {
	f.Helper()
	if err := f.store.Change(f.ctx, a, cs...); err != nil {
		f.Fatalf("Change: %v", err)
	}
}

// settings lists settings as "key=value@revision".
func (f *fixture) settings(a store.Account, prefix string) (list []string) {
	f.Helper()
	got, err := f.store.Settings(f.ctx, a, prefix)
	if err != nil {
		f.Fatalf("Settings of %q: %v", prefix, err)
	}
	for _, s := range got {
		list = append(list, fmt.Sprintf("%s=%s@%d", s.Key, s.Value, s.Revision))
	}
	return list
}

func put(key, value string, was uint64) store.Change {
	return store.Change{Key: key, Value: []byte(value), Was: was}
}

func settingsListed(f *fixture) {
	f.equal("none", f.settings(alice, ""), []string{})
	f.change(alice, put("rule/b", "1", 0), put("rule/a", "2", 0), put("rule", "3", 0), put("rulf", "4", 0), put("rule/\xff", "", 0))
	f.change(bob, put("rule/a", "bob's", 0))
	f.equal("all", f.settings(alice, ""), []string{"rule=3@1", "rule/a=2@1", "rule/b=1@1", "rule/\xff=@1", "rulf=4@1"})
	f.equal("with a prefix", f.settings(alice, "rule/"), []string{"rule/a=2@1", "rule/b=1@1", "rule/\xff=@1"})
	f.equal("a whole key", f.settings(alice, "rule/a"), []string{"rule/a=2@1"})
	f.equal("no such prefix", f.settings(alice, "x"), []string{})
	f.equal("another account", f.settings(bob, ""), []string{"rule/a=bob's@1"})
}

func settingsRevised(f *fixture) {
	f.change(alice, put("a", "1", 0), put("b", "1", 0))
	f.change(alice, put("a", "2", 1))
	f.change(alice, put("b", "3", store.Any), put("c", "3", store.Any))
	f.equal("revisions count the changes of the account", f.settings(alice, ""), []string{"a=2@2", "b=3@3", "c=3@3"})
	f.change(alice, store.Change{Key: "a", Was: 2}, store.Change{Key: "nothing", Was: store.Any})
	f.equal("removed", f.settings(alice, ""), []string{"b=3@3", "c=3@3"})
	f.change(alice, put("a", "5", 0))
	f.equal("a revision does not come again", f.settings(alice, "a"), []string{"a=5@5"})
	f.change(bob, put("a", "1", 0))
	f.equal("another account counts for itself", f.settings(bob, ""), []string{"a=1@1"})
}

func settingsConflict(f *fixture) {
	f.change(alice, put("a", "1", 0), put("b", "1", 0))
	for what, c := range map[string]store.Change{
		"there already": put("a", "x", 0), "an older revision": put("a", "x", 7), "not there": put("c", "x", 1),
		"to remove what is not there": {Key: "c", Was: 1}, "to remove another revision": {Key: "b", Was: 2},
	} {
		if err := f.store.Change(f.ctx, alice, put("b", "y", 1), c, put("d", "y", 0)); !errors.Is(err, store.ErrConflict) {
			f.Errorf("%s: got error %v, want %v", what, err, store.ErrConflict)
		}
		f.equal("after "+what, f.settings(alice, ""), []string{"a=1@1", "b=1@1"})
	}
	f.change(alice, put("a", "2", 1))
	f.equal("a refused change counts for nothing", f.settings(alice, "a"), []string{"a=2@2"})
}

func settingsBounds(f *fixture) {
	key, value := strings.Repeat("k", store.MaxSettingKey), strings.Repeat("v", store.MaxSettingValue)
	f.change(alice, put(key, value, 0))
	for what, c := range map[string]store.Change{
		"no key": put("", "x", 0), "a long key": put(key+"k", "x", 0), "a long value": put("x", value+"v", 0),
	} {
		if err := f.store.Change(f.ctx, alice, put("y", "y", 0), c); err == nil {
			f.Errorf("%s: was taken", what)
		}
	}
	if got := f.settings(alice, ""); !slices.Equal(got, []string{key + "=" + value + "@1"}) {
		f.Errorf("got %d settings, want the largest alone", len(got))
	}
}

// settingsConcurrent counts in one setting from several goroutines, each trying again when another was first.
func settingsConcurrent(f *fixture) {
	const counters, rounds = 4, 10
	var wg sync.WaitGroup
	f.change(alice, put("count", "", 0))
	for range counters {
		wg.Go(func() {
			for n := 0; n < rounds; {
				got, err := f.store.Settings(f.ctx, alice, "count")
				if err == nil {
					err = f.store.Change(f.ctx, alice, store.Change{Key: "count", Value: append(got[0].Value, '.'), Was: got[0].Revision})
				}
				switch {
				case err == nil:
					n++
				case !errors.Is(err, store.ErrConflict):
					f.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	f.equal("count", f.settings(alice, "count"), []string{fmt.Sprintf("count=%s@%d", strings.Repeat(".", counters*rounds), counters*rounds+1)})
}
