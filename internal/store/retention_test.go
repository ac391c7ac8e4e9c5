package store_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// trims notes the calls of Trim and fails the second.
type trims struct {
	store.Writer
	before []segment.Time
}

func (w *trims) Trim(_ context.Context, before segment.Time) error {
	if w.before = append(w.before, before); len(w.before) == 2 {
		return errors.New("disk on fire")
	}
	return nil
}

func TestRetain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w trims
		var log strings.Builder
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour+time.Minute)
		defer cancel()
		store.Retain(ctx, &w, 24*time.Hour, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
		var want []segment.Time
		for h := range 3 {
			want = append(want, segment.TimeOf(begin.Add(time.Duration(h-24)*time.Hour)))
		}
		if !slices.Equal(w.before, want) {
			t.Errorf("trimmed before %v, want %v: at once, then hourly, a failure notwithstanding", w.before, want)
		}
		if n := strings.Count(log.String(), "disk on fire"); n != 1 {
			t.Errorf("the failure is logged %d times, want once: %s", n, log.String())
		}
	})
}
