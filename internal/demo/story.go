package demo

import (
	"math"
	"time"
)

// What goes wrong, and when, in the shop's own time, which begins with its first trace. First occurrences lie within
// three minutes, one after the other, so that each shows alone; later the different periods make them meet.
var (
	throttling = spell{first: 18 * time.Second, lasts: 9 * time.Second, every: 75 * time.Second}    // DynamoDB refuses
	slowDB     = spell{first: 35 * time.Second, lasts: 40 * time.Second, every: 240 * time.Second}  // MySQL is slow
	cardsDown  = spell{first: 80 * time.Second, lasts: 28 * time.Second, every: 300 * time.Second}  // the card processor times out
	badRelease = spell{first: 120 * time.Second, lasts: 45 * time.Second, every: 420 * time.Second} // inventory runs 2.4.1
)

// A spell comes again and again.
type spell struct{ first, lasts, every time.Duration }

func (s spell) at(t time.Duration) bool { return t >= s.first && (t-s.first)%s.every < s.lasts }

// trouble is what is wrong at a moment.
type trouble struct{ throttling, slowDB, cardsDown, badRelease bool }

func troubleAt(t time.Duration) trouble {
	return trouble{throttling.at(t), slowDB.at(t), cardsDown.at(t), badRelease.at(t)}
}

// The load swings around its average, and every now and then there is a burst of burstExtra times the average on top.
const (
	swing       = 0.4
	swingPeriod = 210.0 // seconds
	burstExtra  = 1.8
	burstFirst  = 12.0 // seconds
	burstLasts  = 6.0
	burstEvery  = 90.0
)

// averageLoad is the mean of 1 + swing·sin + bursts.
const averageLoad = 1 + burstExtra*burstLasts/burstEvery

// requestsBy is the number of requests that came in the first t seconds at an average of one a second.
func requestsBy(t float64) float64 {
	const w = 2 * math.Pi / swingPeriod
	bursts := math.Floor(t / burstEvery)
	into := t - bursts*burstEvery
	inBursts := bursts*burstLasts + min(max(into-burstFirst, 0), burstLasts)
	return (t + swing*(1-math.Cos(w*t))/w + burstExtra*inBursts) / averageLoad
}

// timeOf is the inverse of requestsBy: the second in which n requests had come.
func timeOf(n float64) float64 {
	// The load never leaves its average by more than this many seconds' worth.
	const off = 2*swing*swingPeriod/(2*math.Pi) + burstExtra*burstLasts
	lo, hi := max(0, n-off), n+off
	for hi-lo > 1e-6 { // microseconds are the resolution of all times here
		if mid := (lo + hi) / 2; requestsBy(mid) < n {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}
