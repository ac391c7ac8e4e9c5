package store_test

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

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A trimmer remembers what was asked of it, and fails the first time.
type trimmer struct {
	store.Writer
	before []segment.Time
}

func (t *trimmer) Trim(_ context.Context, before segment.Time) error {
	t.before = append(t.before, before)
	if len(t.before) == 1 {
		return errors.New("disk on fire")
	}
	return nil
}

func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		var log bytes.Buffer
		var tr trimmer
		start := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			store.Retention{Store: &tr, Age: 30 * 24 * time.Hour, Every: time.Hour, Log: slog.New(slog.NewTextHandler(&log, nil))}.Run(ctx)
		}()
		time.Sleep(150 * time.Minute) // of the bubble's clock
		cancel()
		<-done
		var want []segment.Time
		for h := range 3 {
			want = append(want, segment.TimeOf(start.Add(time.Duration(h-30*24)*time.Hour)))
		}
		if !slices.Equal(tr.before, want) {
			t.Errorf("got removals before %v, want %v", tr.before, want)
		}
		if n := strings.Count(log.String(), "disk on fire"); n != 1 {
			t.Errorf("the failure was logged %d times, want once: %s", n, log.String())
		}
	})
}
