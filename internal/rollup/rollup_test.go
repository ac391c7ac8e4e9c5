package rollup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A desk is a store of minutes without traces, which remembers when they were sealed.
type desk struct {
	store.Reader
	start    time.Time
	accounts []store.Account
	unsealed map[store.Minute]segment.Time
	fail     map[store.Minute]error // what Seal of the minute answers
	sealed   []string               // "minute@seconds since the start"
}

func (d *desk) Accounts(context.Context) ([]store.Account, error) { return d.accounts, nil }

func (d *desk) Unsealed(_ context.Context, _ store.Account, last store.Minute, limit int) (list []store.Unsealed, err error) {
	for m, touched := range d.unsealed {
		if m <= last {
			list = append(list, store.Unsealed{Minute: m, Touched: touched})
		}
	}
	slices.SortFunc(list, func(a, b store.Unsealed) int { return int(b.Minute) - int(a.Minute) })
	return list[:min(limit, len(list))], nil
}

func (d *desk) Seal(ctx context.Context, _ store.Account, m store.Minute, derive store.Derive) error {
	d.sealed = append(d.sealed, fmt.Sprintf("%d@%d", int(m)-int(rollup.MinuteOf(segment.TimeOf(d.start))), int(time.Since(d.start).Seconds())))
	if err := d.fail[m]; err != nil {
		return err
	}
	if _, err := derive(func(func(*store.Trace, error) bool) {}, func(fact.Fact) {}); err != nil {
		return err
	}
	delete(d.unsealed, m)
	return nil
}

func (d *desk) Digests(context.Context, store.Account, ...segment.TraceID) iter.Seq2[*store.Trace, error] {
	return func(func(*store.Trace, error) bool) {}
}

func (d *desk) Parts(context.Context, store.Account, byte, store.Minute, store.Minute) iter.Seq2[*store.Part, error] {
	return func(func(*store.Part, error) bool) {}
}

// run runs a Rollup on the desk for a while of the bubble's time, which begins at a whole minute.
func (d *desk) run(t *testing.T, what func(now store.Minute), long time.Duration) (log string) {
	t.Helper()
	d.start, d.accounts, d.unsealed, d.fail = time.Now(), []store.Account{1}, map[store.Minute]segment.Time{}, map[store.Minute]error{}
	what(rollup.MinuteOf(segment.TimeOf(d.start)))
	var b bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	rollup.New(d, rollup.Options{Now: time.Now, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(&b, nil))}).Run(ctx)
	return b.String()
}

func TestMinutesAreSealedWhenTheyAreOverAndQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d desk
		log := d.run(t, func(now store.Minute) {
			d.unsealed = map[store.Minute]segment.Time{
				now - 3: 0,                                     // of before the store was opened: at once
				now - 5: 0,                                     // behind it
				now:     now.Time() + 20*segment.Second,        // touched within: a minute after its end
				now - 1: now.Time() + 10*segment.Second,        // touched at 10 s: quiet for a minute
				now - 9: (now - 9).Time() + 541*segment.Second, // touched 481 s after its end, at 1 s: 240 s of quiet
				now + 9: (now + 9).Time(),                      // of the future, by a clock that is ahead
			}
		}, 9*time.Minute)
		want := []string{"-3@0", "-5@0", "-1@70", "0@120", "-9@245"}
		if !slices.Equal(d.sealed, want) || log != "" {
			t.Errorf("sealed %v, want %v; log %q", d.sealed, want, log)
		}
	})
}

func TestFailedMinutesAreTriedAgainLessAndLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d desk
		log := d.run(t, func(now store.Minute) {
			d.unsealed = map[store.Minute]segment.Time{now - 3: 0, now - 4: 0}
			d.fail[now-3] = errors.New("a digest is damaged")
		}, 10*time.Minute)
		want := []string{"-3@0", "-4@0", "-3@60", "-3@180", "-3@420"}
		if n := strings.Count(log, "a digest is damaged"); !slices.Equal(d.sealed, want) || n != 4 {
			t.Errorf("sealed %v, want %v; the log tells of %d failures, want 4:\n%s", d.sealed, want, n, log)
		}
	})
}

func TestUnsettledMinutesAreTriedAgainWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d desk
		log := d.run(t, func(now store.Minute) {
			d.unsealed[now-3] = 0
			d.fail[now-3] = fmt.Errorf("seal: %w", store.ErrUnsettled)
		}, 12*time.Second)
		if want := []string{"-3@0", "-3@5", "-3@10"}; !slices.Equal(d.sealed, want) || log != "" {
			t.Errorf("sealed %v, want %v; log %q", d.sealed, want, log)
		}
	})
}

// The minutes of a backlog are sealed without pauses, but the newest ones come before the rest of it.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d desk
		d.run(t, func(now store.Minute) {
			for m := range store.Minute(100) {
				d.unsealed[now-200+m] = 0
			}
		}, time.Second)
		if len(d.sealed) != 100 || d.sealed[0] != "-101@0" || d.sealed[99] != "-200@0" {
			t.Errorf("sealed %d minutes in the first second: %v; want 100, the newest first", len(d.sealed), d.sealed)
		}
	})
}

func TestDue(t *testing.T) {
	const m = 29_310_910
	end := store.Minute(m + 1).Time()
	for _, c := range []struct {
		touched, want segment.Time // after the end
	}{
		{-end, 60}, {-60, 60}, {-1, 60}, {0, 60}, {30, 90}, {120, 180}, {121, 181}, {600, 900}, {7200, 10800}, {86400, 90000},
	} {
		touched := end + c.touched*segment.Second
		if got := segment.TimeOf(rollup.Due(store.Unsealed{Minute: m, Touched: touched})) - end; got/segment.Second != c.want {
			t.Errorf("touched %d s after its end: due %d s after it, want %d", c.touched, got/segment.Second, c.want)
		}
	}
}
