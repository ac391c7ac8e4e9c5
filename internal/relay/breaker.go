package relay

import (
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// Bounds of patience with an endpoint.
const (
	// The pause after a failed call, doubled with each that follows.
	firstPause = 100 * time.Millisecond
	maxPause   = 30 * time.Second
	// firstLongPause is that after a failure that no retry mends, but a person: wrong credentials, clock or URL.
	firstLongPause = 5 * time.Second

	// growAfter calls that went well, for each that is allowed at once, one more is: a limit that the endpoint has shown is not
	// run into again at once.
	growAfter = 4

	// awayAfter failures in a row an endpoint counts as away: one alone may be a connection that died idle.
	awayAfter = 2
	// awayAfterThrottled is the same for throttling. The endpoint is there, it only wants less: after 3 s of nothing but
	// throttling the data had better lie on disk.
	awayAfterThrottled = 6
)

// A breaker decides when an endpoint may be called and by how many at once. It has no clock and no lock of its own.
type breaker struct {
	most    int // uploads at once, at best
	allowed int // uploads at once
	streak  int // calls that went well since allowed has changed

	failures int       // in a row; those of calls that began together count once
	round    int       // changes with each failure that counts
	until    time.Time // no call before
	away     bool
	since    time.Time // of away, or of its end
	last     *uplink.Error
}

func newBreaker(uploads int, now time.Time) breaker {
	return breaker{most: uploads, allowed: uploads, since: now}
}

// uploads is how many calls there may be at once. While the endpoint fails it is one: a probe.
func (b *breaker) uploads() int {
	if b.failures > 0 {
		return 1
	}
	return b.allowed
}

// succeeded notes a call that went well and reports whether the endpoint was away until now.
func (b *breaker) succeeded(now time.Time) (back bool) {
	b.failures = 0
	if b.streak++; b.streak >= growAfter*b.allowed && b.allowed < b.most {
		b.allowed++
		b.streak = 0
	}
	if back = b.away; back {
		b.away, b.since = false, now
	}
	return back
}

// failed notes a call that failed, which began in the given round, and reports whether the endpoint is away from now on.
// The jitter, in [0, 1), spreads the calls of many daemons.
func (b *breaker) failed(now time.Time, round int, e *uplink.Error, jitter float64) (gone bool) {
	b.last = e
	if round != b.round {
		return false
	}
	b.round++
	b.failures++
	b.pause(now, e, jitter)
	if b.away || b.failures < patience(e.Kind) {
		return false
	}
	b.away, b.since = true, now
	return true
}

// throttled notes that an endpoint which answers wants less.
func (b *breaker) throttled(now time.Time, tries int, jitter float64) {
	b.slow()
	b.wait(now, backoff(firstPause, tries), jitter)
}

func (b *breaker) slow() { b.allowed, b.streak = max(1, b.allowed/2), 0 }

func (b *breaker) pause(now time.Time, e *uplink.Error, jitter float64) {
	first := firstPause
	switch e.Kind {
	case uplink.Throttled:
		b.slow()
	case uplink.Unidentified, uplink.Denied, uplink.Skewed, uplink.Foreign:
		first = firstLongPause
	}
	b.wait(now, backoff(first, b.failures), jitter)
	b.atLeast(now.Add(e.RetryAfter))
}

func (b *breaker) atLeast(until time.Time) {
	if until.After(b.until) {
		b.until = until
	}
}

// wait pauses for between half of d and d.
func (b *breaker) wait(now time.Time, d time.Duration, jitter float64) {
	b.atLeast(now.Add(d/2 + time.Duration(jitter*float64(d/2))))
}

// backoff is the pause after so many failures.
func backoff(first time.Duration, failures int) time.Duration {
	d := first
	for ; failures > 1 && d < maxPause; failures-- {
		d *= 2
	}
	return min(d, maxPause)
}

// patience is how many failures in a row make an endpoint count as away.
func patience(k uplink.Kind) int {
	switch k {
	case uplink.Throttled:
		return awayAfterThrottled
	case uplink.Unidentified, uplink.Denied, uplink.Skewed, uplink.Foreign:
		return 1
	}
	return awayAfter
}
