package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

const own store.Account = 111122223333

// A room is settings over a store of their own, with a clock that the test sets.
type room struct {
	*settings.Settings
	t     *testing.T
	store *pebble.Store
	now   time.Time
}

func newRoom(t *testing.T) *room {
	t.Helper()
	db, err := pebble.Open(t.TempDir(), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &room{t: t, store: db, now: time.Unix(1758654600, 0)}
	r.Settings = r.another()
	return r
}

// another is the settings of one more server on the same store.
func (r *room) another() *settings.Settings {
	return settings.New(r.store, "eu-central-1", func() time.Time { return r.now })
}

// set writes a setting as another version might have.
func (r *room) set(key string, value any) {
	r.t.Helper()
	if err := r.store.Change(r.t.Context(), own, r.change(key, value)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) change(key string, value any) store.Change {
	r.t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		r.t.Fatal(err)
	}
	return store.Change{Key: key, Value: b, Was: store.Any}
}

// keys are those of all settings with the prefix.
func (r *room) keys(prefix string) (keys []string) {
	r.t.Helper()
	list, err := r.store.Settings(r.t.Context(), own, prefix)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, s := range list {
		keys = append(keys, s.Key)
	}
	return keys
}

// want checks that the error has the reason and a part of the message.
func want(t *testing.T, about string, err error, reason settings.Reason, part string) {
	t.Helper()
	var e *settings.Error
	if !errors.As(err, &e) || e.Reason != reason || !strings.Contains(e.Message, part) {
		t.Errorf("%s: got %v, want an error of reason %d with %q", about, err, reason, part)
	}
}

// must stops the test at an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ptr[T any](v T) *T { return &v }

// A conflict that does not end is an error of its own, not a success.
func TestConflictWithoutEnd(t *testing.T) {
	r := newRoom(t)
	s := settings.New(conflicting{r.store}, "eu-central-1", time.Now)
	if _, err := s.CreateGroup(t.Context(), own, "slow", expression("ok"), nil); !errors.Is(err, store.ErrConflict) {
		t.Errorf("got %v, want store.ErrConflict", err)
	}
}

// conflicting is a store where somebody else always was faster.
type conflicting struct{ *pebble.Store }

func (conflicting) Change(context.Context, store.Account, ...store.Change) error {
	return store.ErrConflict
}
