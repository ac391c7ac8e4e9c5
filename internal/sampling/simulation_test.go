package sampling_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

// near checks that of n trials, each with the probability p, as many succeeded as five standard deviations allow.
func near(t *testing.T, about string, got, n int, p float64) {
	t.Helper()
	want, most := float64(n)*p, 5*math.Sqrt(float64(n)*p*(1-p))
	if off := math.Abs(float64(got) - want); off > most {
		t.Errorf("%s: %d of %d are sampled, want %.0f ± %.0f", about, got, n, want, most)
	}
}

// A member is a client of the simulated fleet.
type member struct {
	client
	demand float64       // requests per second
	quiet  time.Time     // until then it makes no request
	poll   time.Time     // of its next report
	last   time.Time     // of its last report; zero before the first
	jitter time.Duration // up to 0.1 s, which its clock is late with each report
}

// A fleet is the clients of one rule, which come, go, fall silent and change their demand.
type fleet struct {
	rule    sampling.Rule
	targets *sampling.Targets
	rnd     *rand.Rand
	members []*member
	made    int // clients so far
	most    int // clients at a time

	requests, reservoir, byRate int
	ideal                       int // of the reservoir, if each second were divided with foresight
	excess                      int // what the reservoir sampled beyond its size
}

func (f *fleet) churn(now time.Time) {
	for len(f.members) < f.most && (f.made == 0 || f.rnd.IntN(20) == 0) {
		id := fmt.Sprintf("%024x", f.made)
		m := &member{client: *newClient(id, f.rnd.Float64), jitter: time.Duration(f.rnd.IntN(100)) * time.Millisecond}
		m.demand = math.Pow(10, 2.5*f.rnd.Float64()-0.8) // 0.16 to 50
		m.load(now, f.rule)
		m.poll = now.Add(sampling.Interval + time.Duration(f.rnd.Int64N(int64(time.Second))))
		f.members, f.made = append(f.members, m), f.made+1
	}
	for i := len(f.members) - 1; i >= 0; i-- {
		switch m := f.members[i]; f.rnd.IntN(1500) {
		case 0, 1, 2: // killed
			f.members = append(f.members[:i], f.members[i+1:]...)
		case 3, 4: // silent, perhaps for longer than a lease lives
			m.quiet = now.Add(time.Duration(f.rnd.IntN(400)) * time.Second)
		case 5, 6, 7:
			m.demand = math.Pow(10, 2.5*f.rnd.Float64()-0.8)
		}
	}
}

// second lets all clients make the requests of one second. It returns how many the reservoir sampled, and how many more than
// its size it may: one for each client without a lease, and what clients hold that fell silent and have not reported since.
func (f *fleet) second(now time.Time) (taken, more int) {
	requests := 0
	for _, m := range f.members {
		s := m.rules[0]
		if now.Unix() > s.expires {
			more++
		} else if now.Sub(m.last) > 3*sampling.Interval {
			more += s.quota
		}
		for range f.poisson(m.demand) {
			if now.Before(m.quiet) {
				break
			}
			requests++
			if yes, _ := m.decide(now, request{}); yes && s.reservoir {
				taken++
			} else if yes {
				f.byRate++
			}
		}
	}
	f.requests += requests
	f.reservoir += taken
	f.ideal += min(requests, f.rule.ReservoirSize)
	f.excess += max(0, taken-f.rule.ReservoirSize)
	return taken, more
}

// polls lets the clients report that do within the second that begins.
func (f *fleet) polls(now time.Time) {
	for _, m := range f.members {
		if !m.poll.Before(now.Add(time.Second)) {
			continue
		}
		for _, r := range m.reports(m.poll) {
			target, err := f.targets.Report(m.poll, r)
			m.take(r.Rule, target, err)
			m.last = m.poll
		}
		m.poll = m.poll.Add(sampling.Interval + m.jitter)
	}
}

func (f *fleet) poisson(mean float64) (n int) {
	least := math.Exp(-mean)
	for p := f.rnd.Float64(); p > least; p *= f.rnd.Float64() {
		n++
	}
	return n
}

// Clients that come and go stay together within reservoir and rate. Each second the reservoir samples no more than its size,
// but for one request of each client that has no lease yet, and for the quotas of clients that return from a silence of more
// than three intervals: others have got their part meanwhile. Over the minutes that is a small part. Of what the reservoir
// leaves, the rate's share is sampled. How much of the reservoir is used depends on how well a client's last ten seconds
// foretell its next, and on how many need less than one a second, which is the least quota.
func TestSimulation(t *testing.T) {
	for _, c := range []struct {
		reservoir int
		rate      float64
		clients   int
		used      float64 // least share of what foresight would use
		excess    float64 // most share of the same beyond the reservoir's size
	}{
		{0, 0.1, 10, 0, 0},
		{1, 0.05, 1, 0.95, 0},
		{50, 0, 12, 0.75, 0.01},
		{20, 0.1, 30, 0.65, 0.01},
		{5, 0.2, 30, 0.7, 0.1}, // fewer than clients: those without a lease weigh most
		{500, 0.05, 30, 0.9, 0},
	} {
		for seed := range uint64(2) {
			about := fmt.Sprintf("reservoir %d, rate %v, %d clients, seed %d", c.reservoir, c.rate, c.clients, seed)
			f := &fleet{rule: vector(c.rate, c.reservoir), rnd: seeded(seed), most: c.clients}
			f.run(t, about)
			near(t, about, f.byRate, f.requests-f.reservoir, c.rate)
			if least := c.used * float64(f.ideal); float64(f.reservoir) < least {
				t.Errorf("%s: the reservoir sampled %d, want %.0f or more of the %d that it could", about, f.reservoir, least, f.ideal)
			}
			if most := c.excess * float64(f.ideal); float64(f.excess) > most {
				t.Errorf("%s: the reservoir sampled %d beyond its size, want %.0f or less", about, f.excess, most)
			}
			t.Logf("%s: %d clients came, %d requests, reservoir %d of %d, %d beyond its size", about, f.made, f.requests, f.reservoir, f.ideal, f.excess)
		}
	}
}

func (f *fleet) run(t *testing.T, about string) {
	t.Helper()
	const minutes = 40
	f.targets = sampling.NewTargets(f.rule)
	for i := range minutes * 60 {
		now := time.Unix(1758654660+int64(i), 0)
		f.churn(now)
		if taken, more := f.second(now); taken > f.rule.ReservoirSize+more {
			t.Fatalf("%s: second %d: the reservoir sampled %d, want %d and at most %d more", about, i, taken, f.rule.ReservoirSize, more)
		}
		f.polls(now)
	}
}
