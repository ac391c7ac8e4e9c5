// Package retention removes traces when they have been kept long enough.
package retention

import (
	"context"
	"log/slog"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// The pause between two rounds is a fiftieth of the time that traces are kept, within these bounds: nobody minds 2 % or
// an hour more, and a round leaves deletions behind that the engine has to carry until it has cleaned up.
const (
	part     = 50
	minPause = time.Minute
	maxPause = time.Hour
)

// Run removes traces older than keep from w, now and again and again until the context is done. A round that fails is
// logged; the next one removes what it left.
func Run(ctx context.Context, w store.Writer, keep time.Duration, log *slog.Logger) {
	tick := time.NewTicker(max(minPause, min(keep/part, maxPause)))
	defer tick.Stop()
	for {
		before := time.Now().Add(-keep)
		if err := w.Trim(ctx, segment.TimeOf(before)); err != nil && ctx.Err() == nil {
			log.Error("old traces could not be removed; it will be tried again", "older_than", before.UTC(), "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
