package rollup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

const (
	// Quiet is for how long nothing must have come into a minute before it is sealed, and how long after its end that is at
	// the earliest: documents of ordinary traces follow within a minute.
	Quiet = 60 * time.Second

	// maxPatience bounds the quiet that is asked for of minutes that documents came into long after their end.
	maxPatience = time.Hour

	// pause is how long to wait when there is nothing to do.
	pause = 5 * time.Second

	// maxRest bounds the rest after a seal. It is as long as the seal took, so that sealing an old store takes half a core.
	maxRest = 10 * time.Second

	// maxSeals is how many minutes of an account are sealed before others, and newer ones, are looked for.
	maxSeals = 8

	// maxList is how many minutes are asked for at once: those of six weeks. The oldest wait until there are fewer.
	maxList = 60_000

	// maxFailures bounds the failures that are kept in mind. Beyond it all are forgotten, and tried again too early.
	maxFailures = 1000
)

// Store is what the rollup needs of a store.
type Store interface {
	store.Reader
	store.Sealer
}

// Options of a Rollup.
type Options struct {
	Groups     Groups // nil: there are none
	Now        func() time.Time
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// A Rollup seals minutes. It is for one goroutine.
type Rollup struct {
	store     Store
	o         Options
	assembler trace.Assembler
	failures  map[minuteOf]failure
	metrics   metrics
}

// minuteOf is a minute of an account.
type minuteOf struct {
	account store.Account
	minute  store.Minute
}

// A failure of a seal keeps it from being tried again for a while, longer each time.
type failure struct {
	wait  time.Duration
	until time.Time
}

type metrics struct {
	sealed, failed prometheus.Counter
	seconds        prometheus.Counter
	waiting        prometheus.Gauge
}

// New is a Rollup of the store's minutes.
func New(s Store, o Options) *Rollup {
	r := &Rollup{store: s, o: o, failures: make(map[minuteOf]failure), metrics: metrics{
		sealed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rayscope_rollup_minutes_sealed_total", Help: "Minutes that were sealed, those that were sealed again included."}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rayscope_rollup_failures_total", Help: "Minutes that could not be sealed. They are tried again."}),
		seconds: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rayscope_rollup_seconds_total", Help: "Time spent sealing."}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "rayscope_rollup_minutes_waiting", Help: "Minutes with traces that are over and not sealed."}),
	}}
	o.Registerer.MustRegister(r.metrics.sealed, r.metrics.failed, r.metrics.seconds, r.metrics.waiting)
	return r
}

// Run seals minutes when they are over and quiet, the newest first, until the context is done.
func (r *Rollup) Run(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := r.round(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			r.o.Logger.Error("minutes could not be sealed; it will be tried again", "error", err)
		}
		if !more {
			sleep(ctx, pause)
		}
	}
}

// round seals a few minutes of each account, and tells whether there are more.
func (r *Rollup) round(ctx context.Context) (more bool, err error) {
	accounts, err := r.store.Accounts(ctx)
	if err != nil {
		return false, err
	}
	waiting := 0
	for _, a := range accounts {
		over := MinuteOf(segment.TimeOf(r.o.Now().Add(-Quiet)))
		if over == 0 {
			continue
		}
		list, err := r.store.Unsealed(ctx, a, over-1, maxList)
		if err != nil {
			return false, err
		}
		n, err := r.sealSome(ctx, a, list)
		if err != nil {
			return false, err
		}
		more = more || n == maxSeals
		waiting += len(list) - n
	}
	r.metrics.waiting.Set(float64(waiting))
	return more, nil
}

// sealSome seals the first minutes of the list whose time has come, and tells how many.
func (r *Rollup) sealSome(ctx context.Context, a store.Account, list []store.Unsealed) (n int, err error) {
	var groups []*Group
	if r.o.Groups != nil {
		if groups, err = r.o.Groups(ctx, a); err != nil {
			return 0, fmt.Errorf("read the groups of account %s: %w", a, err)
		}
	}
	for _, u := range list {
		if n == maxSeals || ctx.Err() != nil {
			return n, ctx.Err()
		}
		if now := r.o.Now(); now.Before(Due(u)) || now.Before(r.failures[minuteOf{a, u.Minute}].until) {
			continue
		}
		begin := time.Now()
		if r.seal(ctx, a, u.Minute, groups) {
			n++
		}
		took := time.Since(begin)
		r.metrics.seconds.Add(took.Seconds())
		sleep(ctx, min(took, maxRest))
	}
	return n, nil
}

// Due is when to seal a minute. The later documents still come into it the longer they are waited for: half the time that
// has passed since its end. So a minute that is touched again and again is sealed a few times and not each time.
func Due(u store.Unsealed) time.Time {
	end := (u.Minute + 1).Time().Std()
	if u.Touched == 0 {
		return end.Add(Quiet)
	}
	touched := u.Touched.Std()
	if touched.Before(end) {
		touched = end
	}
	return touched.Add(max(Quiet, min(touched.Sub(end)/2, maxPatience)))
}

// seal seals one minute and tells whether it did.
func (r *Rollup) seal(ctx context.Context, a store.Account, m store.Minute, groups []*Group) bool {
	r.assembler.Account = a.String()
	s := &seal{ctx: ctx, store: r.store, account: a, groups: groups, assembler: &r.assembler}
	err := r.store.Seal(ctx, a, m, s.derive)
	key := minuteOf{a, m}
	switch {
	case err == nil:
		delete(r.failures, key)
		r.metrics.sealed.Inc()
		return true
	case errors.Is(err, store.ErrUnsettled) || errors.Is(err, store.ErrClosed) || ctx.Err() != nil:
		return false
	}
	if len(r.failures) >= maxFailures {
		clear(r.failures)
	}
	wait := min(max(Quiet, 2*r.failures[key].wait), maxPatience)
	r.failures[key] = failure{wait, r.o.Now().Add(wait)}
	r.metrics.failed.Inc()
	r.o.Logger.Error("a minute could not be sealed: questions about it read its traces one by one until it is",
		"account", a, "minute", m.Time().Std().UTC(), "tried_again_after", wait, "error", err)
	return false
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
