package sampling

import "time"

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

// windows are the newest two in which there were reports; the newer may still be open.
type windows [2]window // newer first

func (w *windows) add(now time.Time, c Counts) {
	if start := now.Truncate(WindowLength); !w[0].start.Equal(start) {
		w[1], w[0] = w[0], window{start: start}
	}
	w[0].add(c)
}

// over is the newest window that has ended.
func (w *windows) over(now time.Time) (window, bool) {
	for _, is := range w {
		if age := now.Sub(is.start); age >= WindowLength && age < WindowLength+statisticsFor {
			return is, true
		}
	}
	return window{}, false
}
