package sampling

import (
	"slices"
	"time"
)

// Counts are what clients count of a rule.
type Counts struct {
	Requests int // that matched the rule
	Sampled  int // of them
	Borrowed int // sampled by clients without a lease
}

func (c *Counts) add(o Counts) {
	c.Requests += max(0, o.Requests)
	c.Sampled += max(0, o.Sampled)
	c.Borrowed += max(0, o.Borrowed)
}

// WindowLength is the length of a window of statistics: clients report once in each.
const WindowLength = Interval

// statisticsFor is how long the last window of a rule is shown when nobody reports any more: as long as a lease lives,
// after which there is no client.
const statisticsFor = LeaseFor

// A window is what was reported from its start, a multiple of WindowLength since the epoch.
type window struct {
	start time.Time
	Counts
}

// TrendFor is how far back the windows of a rule are kept: 90 of them are some 4 KB.
const TrendFor = 15 * time.Minute

// windows are those of the last TrendFor in which there were reports, oldest first; the newest may still be open.
type windows []window

func (w *windows) add(now time.Time, c Counts) {
	start := now.Truncate(WindowLength)
	if n := len(*w); n == 0 || !(*w)[n-1].start.Equal(start) {
		w.forget(now)
		*w = append(*w, window{start: start})
	}
	(*w)[len(*w)-1].add(c)
}

// forget makes room for one more window: what is too old goes, and the oldest if clocks that step back have made too many.
func (w *windows) forget(now time.Time) {
	n := max(0, len(*w)+1-int(TrendFor/WindowLength)-1)
	for n < len(*w) && now.Sub((*w)[n].start) >= TrendFor+WindowLength {
		n++
	}
	*w = slices.Delete(*w, 0, n)
}

// over is the newest window that has ended.
func (w windows) over(now time.Time) (window, bool) {
	for _, is := range slices.Backward(w) {
		if age := now.Sub(is.start); age >= WindowLength && age < WindowLength+statisticsFor {
			return is, true
		}
	}
	return window{}, false
}
