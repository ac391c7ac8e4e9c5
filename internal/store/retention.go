package store

import (
	"context"
	"log/slog"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// Retention removes traces when they get too old. It stands beside the contract because it is the same for every engine.
type Retention struct {
	Store Writer
	Age   time.Duration    // how long traces are kept, at least HomePast: younger ones may still be added to
	Every time.Duration    // between removals; they are cheap, an hour suits
	Now   func() time.Time // default: time.Now
	Log   *slog.Logger     // default: nobody; hears of removals that failed
}

// Run removes what is too old, now and in every interval, until the context is done. A removal that fails is logged and
// done by the next one.
func (r Retention) Run(ctx context.Context) {
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.Log == nil {
		r.Log = slog.New(slog.DiscardHandler)
	}
	tick := time.NewTicker(r.Every)
	defer tick.Stop()
	for {
		before := r.Now().Add(-r.Age)
		if err := r.Store.Trim(ctx, segment.TimeOf(before)); err != nil && ctx.Err() == nil {
			r.Log.Error("old traces were not removed, the next try follows", "before", before.UTC(), "in", r.Every, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
