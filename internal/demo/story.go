package demo

import (
	"context"
	"log/slog"
	"time"
)

// A spell is a trouble that comes again and again. Times are since the opening; see the package comment.
type spell struct {
	name                string
	first, lasts, every time.Duration
}

var (
	throttling  = spell{"throttling", 25 * time.Second, 15 * time.Second, 215 * time.Second}
	stocktaking = spell{"stocktaking", 50 * time.Second, 25 * time.Second, 300 * time.Second}
	cardsSlow   = spell{"cards slow", 90 * time.Second, 30 * time.Second, 360 * time.Second}
	cardsHang   = spell{"cards hang", 120 * time.Second, 60 * time.Second, 360 * time.Second}
	badRelease  = spell{"bad release", 190 * time.Second, 40 * time.Second, 420 * time.Second}

	spells = []spell{throttling, stocktaking, cardsSlow, cardsHang, badRelease}
)

// hitPlan is the plan whose customers the card processor lets wait.
const hitPlan = "pro"

// at reports whether the spell lasts at a time.
func (s spell) at(t time.Duration) bool { return t >= s.first && (t-s.first)%s.every < s.lasts }

// turns returns when, after a time, the spell begins or ends next.
func (s spell) turns(t time.Duration) time.Duration {
	if t < s.first {
		return s.first
	}
	begin := t - (t-s.first)%s.every
	if end := begin + s.lasts; t < end {
		return end
	}
	return begin + s.every
}

// A story is the spells of a shop that opened at a time. Every process of the shop knows it, and so what is wrong now.
type story struct{ opened time.Time }

// suffers reports whether the spell lasts now.
func (s story) suffers(from spell) bool { return from.at(time.Since(s.opened)) }

// tell logs beginning and end of each spell until the context is done.
func (s story) tell(ctx context.Context, log *slog.Logger) {
	told := map[string]bool{} // spells whose beginning was told
	for {
		now := time.Since(s.opened)
		next := spells[0].turns(now)
		for _, sp := range spells {
			next = min(next, sp.turns(now))
			switch is := sp.at(now); {
			case is && !told[sp.name]:
				log.Info("demo shop: trouble begins", "trouble", sp.name, "lasts", sp.turns(now)-now.Truncate(time.Second))
			case !is && told[sp.name]:
				log.Info("demo shop: trouble is over", "trouble", sp.name)
			}
			told[sp.name] = sp.at(now)
		}
		if wait(ctx, next-now) != nil {
			return
		}
	}
}

// wait waits for a while, or until the context is done, which is the error.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
