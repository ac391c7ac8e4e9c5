package store

import (
	"math"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

// TestHomesAndSlots checks windows at the ends of time: those of people who ask for everything.
func TestHomesAndSlots(t *testing.T) {
	const max Home = 1<<32 - 1
	for _, x := range []struct {
		w        Window
		from, to Home
	}{
		{Window{ByStart, 100 * segment.Second, 200 * segment.Second}, 95, 205},
		{Window{ByEnd, 100 * segment.Second, 200 * segment.Second}, 40, 260},
		{Window{ByStart, 0, 1}, 0, 5},
		{Window{ByStart, math.MinInt64, math.MaxInt64}, 0, max},
		{Window{ByEnd, math.MaxInt64 - 1, math.MaxInt64}, max, max},
	} {
		if from, to := x.w.Homes(); from != x.from || to != x.to {
			t.Errorf("homes of %v: got [%d, %d], want [%d, %d]", x.w, from, to, x.from, x.to)
		}
	}
	for _, x := range []struct {
		t    segment.Time
		want int64
	}{{0, 0}, {Slot - 1, 0}, {Slot, 1}, {-1, -1}, {-Slot, -1}, {-Slot - 1, -2}} {
		if got := SlotOf(x.t); got != x.want {
			t.Errorf("slot of %d: got %d, want %d", x.t, got, x.want)
		}
	}
}
