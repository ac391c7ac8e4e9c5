package retention_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/retention"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A recorder remembers what was to be removed. The second round fails.
type recorder struct {
	start  time.Time
	before []time.Duration // from the start
}

func (r *recorder) Append(context.Context, []store.Record) error { return nil }

func (r *recorder) Trim(_ context.Context, before segment.Time) error {
	r.before = append(r.before, before.Std().Sub(r.start))
	if len(r.before) == 2 {
		return errors.New("disk on fire")
	}
	return nil
}

func TestRun(t *testing.T) {
	for _, c := range []struct{ keep, pause time.Duration }{
		{time.Hour, 72 * time.Second},
		{10 * time.Minute, time.Minute},
		{30 * 24 * time.Hour, time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			r := recorder{start: time.Now()}
			ctx, cancel := context.WithTimeout(t.Context(), 2*c.pause+time.Second)
			defer cancel()
			retention.Run(ctx, &r, c.keep, slog.New(slog.NewTextHandler(&log, nil)))
			if want := []time.Duration{-c.keep, c.pause - c.keep, 2*c.pause - c.keep}; !slices.Equal(r.before, want) {
				t.Errorf("keeping %v: removed before %v, want %v", c.keep, r.before, want)
			}
			if n := strings.Count(log.String(), "disk on fire"); n != 1 {
				t.Errorf("keeping %v: the log tells of %d failed rounds, want 1:\n%s", c.keep, n, &log)
			}
		})
	}
}
