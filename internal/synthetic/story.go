package synthetic

import (
	"math"
	"slices"
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
// All in seconds; loadPeriod, after which the load repeats, is a multiple of the other periods.
const (
	loadPeriod  = 630
	swing       = 0.4
	swingPeriod = 210
	burstExtra  = 1.8
	burstEvery  = 90
	burstFirst  = 12
	burstLast   = 17
)

// requestsBy holds how many requests came in the first so many seconds of a period, at an average of one a second.
var requestsBy = func() (sum [loadPeriod + 1]float64) {
	for i := range loadPeriod {
		load := 1 + swing*math.Sin(2*math.Pi*float64(i)/swingPeriod)
		if into := i % burstEvery; into >= burstFirst && into <= burstLast {
			load += burstExtra
		}
		sum[i+1] = sum[i] + load
	}
	scale := loadPeriod / sum[loadPeriod]
	for i := range sum {
		sum[i] *= scale
	}
	return sum
}()

// timeOf is the second in which n requests had come.
func timeOf(n float64) float64 {
	periods := math.Floor(n / loadPeriod)
	n -= periods * loadPeriod
	i, _ := slices.BinarySearch(requestsBy[1:loadPeriod], n)
	return periods*loadPeriod + float64(i) + (n-requestsBy[i])/(requestsBy[i+1]-requestsBy[i])
}
