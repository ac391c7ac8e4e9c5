package main

import (
	"math"
	"time"
)

// How the sender keeps a rate on a machine that is also busy with the receiver.
const (
	// paceStep is how long the sender pauses between sends. Short, so that few datagrams go at once: a receiver that
	// leaves its socket at the system's default loses datagrams from some 40 of 4 KB on that come in one go.
	paceStep = 200 * time.Microsecond
	// catchUp is how many times its share of the rate a step may send while the sender is behind: it catches up
	// evenly, as a single burst would overflow the receiver's socket by the sender's own fault.
	catchUp = 2
	// maxDebt is what the sender still catches up on after a late wake-up. The rest is forgiven, and shows as a lower rate.
	maxDebt = 20 * time.Millisecond
)

// A pace says how many datagrams are due.
type pace struct {
	rate           float64 // datagrams a second
	most, debt     int     // at once; behind the rate at all
	sent, forgiven int
}

func newPace(rate int) *pace {
	r := float64(rate)
	return &pace{
		rate: r,
		most: max(1, int(math.Ceil(catchUp*r*paceStep.Seconds()))),
		debt: max(1, int(r*maxDebt.Seconds())),
	}
}

// due is how many datagrams to send now, so long after the start; they count as sent.
func (p *pace) due(elapsed time.Duration) int {
	n := int(p.rate*elapsed.Seconds()) - p.forgiven - p.sent
	if n > p.debt {
		p.forgiven += n - p.debt
		n = p.debt
	}
	n = min(n, p.most)
	p.sent += n
	return n
}
