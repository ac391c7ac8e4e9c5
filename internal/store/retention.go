package store

import (
	"context"
	"log/slog"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// TrimEvery is how often old traces are removed: often enough that an hour more is all that is kept, seldom enough that
// each time there is a file's worth to drop.
const TrimEvery = time.Hour

// Retain removes traces older than age now and then, until the context is done. A removal that fails is logged and tried
// again the next time; nothing else is lost by it than room.
func Retain(ctx context.Context, w Writer, age time.Duration, now func() time.Time, log *slog.Logger) {
	tick := time.NewTicker(TrimEvery)
	defer tick.Stop()
	for {
		if err := w.Trim(ctx, segment.TimeOf(now().Add(-age))); err != nil && ctx.Err() == nil {
			log.Error("old traces could not be removed, will try again", "error", err, "older_than", age, "again_in", TrimEvery)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
