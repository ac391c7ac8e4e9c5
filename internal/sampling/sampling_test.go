package sampling_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

var start = time.Unix(1758654660, 250e6)

// demands maps clients, by number, to their requests per second.
type demands []int

// rounds lets every client report each interval and returns the quotas of the last round. The first is the one that
// introduces the clients.
func rounds(t *testing.T, r *sampling.Reservoir, from time.Time, n int, d demands) []int {
	t.Helper()
	quotas := make([]int, len(d))
	for round := range n {
		now := from.Add(time.Duration(round) * sampling.Interval)
		for i, perSecond := range d {
			if l := r.Report(now, clientID(i), 10*perSecond); l != nil {
				quotas[i] = l.Quota
			}
		}
	}
	return quotas
}

func clientID(i int) string { return fmt.Sprintf("%024x", i) }

func TestDivision(t *testing.T) {
	for _, c := range []struct {
		about string
		size  int
		d     demands
		want  []int // sorted descending when equal demands leave it to the hashes
		any   bool
	}{
		{"sole client gets all", 10, demands{1}, []int{10}, false},
		{"sole client without requests gets all", 7, demands{0}, []int{7}, false},
		{"low demand is met, the rest goes to the other", 10, demands{2, 50}, []int{2, 8}, false},
		{"three equal clients", 10, demands{9, 9, 9}, []int{4, 3, 3}, true},
		{"three equal clients that need little", 10, demands{1, 1, 1}, []int{4, 3, 3}, true},
		{"levels rise twice", 100, demands{1, 20, 200, 300}, []int{1, 20, 40, 39}, true},
		{"what nobody needs is divided", 20, demands{2, 4}, []int{9, 11}, false},
		{"no reservoir", 0, demands{5, 5}, []int{0, 0}, false},
		{"fewer than clients", 2, demands{5, 5, 5}, []int{1, 1, 0}, true},
	} {
		r := sampling.NewReservoir("orders-post", c.size)
		got := rounds(t, r, start, 4, c.d)
		if c.any {
			got, c.want = descending(got), descending(c.want)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: size %d, demands %v: got quotas %v, want %v", c.about, c.size, c.d, got, c.want)
		}
	}
}

func descending(s []int) []int {
	s = slices.Clone(s)
	slices.Sort(s)
	slices.Reverse(s)
	return s
}

func TestFirstReportHasNoLease(t *testing.T) {
	r := sampling.NewReservoir("orders-post", 5)
	if l := r.Report(start, clientID(1), 100); l != nil {
		t.Fatalf("first report: got lease %+v, want none", l)
	}
	l := r.Report(start.Add(sampling.Interval), clientID(1), 100)
	want := sampling.Lease{Quota: 5, Expires: time.Unix(1758654970, 0), Interval: 10 * time.Second}
	if l == nil || *l != want {
		t.Fatalf("second report: got %+v, want %+v", l, want)
	}
	if l := r.Report(start.Add(sampling.Interval+sampling.LeaseFor+time.Second), clientID(1), 1); l != nil {
		t.Fatalf("report after the lease: got %+v, want none: the client is new again", l)
	}
}

func TestRemainderStays(t *testing.T) {
	r := sampling.NewReservoir("orders-post", 10)
	first := rounds(t, r, start, 3, demands{9, 9, 9})
	for i := range 100 {
		if got := rounds(t, r, start.Add(time.Duration(3+i)*sampling.Interval), 1, demands{9, 9, 9}); !slices.Equal(got, first) {
			t.Fatalf("round %d: got %v, want %v as before", i, got, first)
		}
	}
}

func TestScarceReservoirGoesAround(t *testing.T) {
	const clients, leases = 5, 40
	r := sampling.NewReservoir("orders-post", 2)
	d := demands{9, 9, 9, 9, 9}
	won := make([]int, clients)
	for i := range leases {
		for c, q := range rounds(t, r, start.Add(time.Duration(i)*sampling.LeaseFor), 30, d) {
			won[c] += q
		}
	}
	for c, n := range won {
		if n == 0 || n == leases {
			t.Errorf("client %d had a quota in %d of %d leases, want a part of them (all: %v)", c, n, leases, won)
		}
	}
}

func TestIdleClientsGiveTheirPartBack(t *testing.T) {
	r := sampling.NewReservoir("orders-post", 10)
	rounds(t, r, start, 4, demands{50, 50})
	later := start.Add(90 * time.Second)
	l := r.Report(later, clientID(0), 500)
	if l == nil || l.Quota != 10 {
		t.Fatalf("one of two clients silent for a minute: got %+v, want the other to have quota 10", l)
	}
	l = r.Report(later.Add(time.Second), clientID(1), 500)
	if l == nil || l.Quota != 0 {
		t.Fatalf("the silent one returns while the other holds everything: got %+v, want quota 0 at first", l)
	}
	if got := rounds(t, r, later.Add(sampling.Interval), 2, demands{50, 50}); !slices.Equal(got, []int{5, 5}) {
		t.Fatalf("two rounds later: got %v, want [5 5]", got)
	}
}

// The sum of what active clients hold is never above the size, whatever comes.
func TestQuotasNeverExceedTheReservoir(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for run := range 200 {
		size := rnd.IntN(30)
		r := sampling.NewReservoir("orders-post", size)
		type held struct {
			quota int
			last  time.Time
		}
		leases := map[string]held{}
		now := start
		for range 300 {
			now = now.Add(time.Duration(rnd.IntN(4000)) * time.Millisecond)
			id := clientID(rnd.IntN(12))
			h := held{last: now}
			if l := r.Report(now, id, rnd.IntN(1000)-10); l != nil {
				h.quota = l.Quota
			}
			leases[id] = h
			sum := 0
			for _, h := range leases {
				if now.Sub(h.last) <= 30*time.Second {
					sum += h.quota
				}
			}
			if sum > size {
				t.Fatalf("run %d: active clients hold %d of %d: %v", run, sum, size, leases)
			}
		}
	}
}

func TestClientsAreBounded(t *testing.T) {
	r := sampling.NewReservoir("orders-post", 100)
	for i := range sampling.MaxClients {
		r.Report(start, clientID(i), 1)
	}
	for range 2 {
		if l := r.Report(start, clientID(sampling.MaxClients), 1); l == nil || l.Quota != 0 {
			t.Fatalf("client beyond the bound: got %+v, want quota 0", l)
		}
	}
	long := string(make([]byte, sampling.MaxClientID+1))
	if l := sampling.NewReservoir("orders-post", 100).Report(start, long, 1); l == nil || l.Quota != 0 {
		t.Fatalf("client with an id of %d bytes: got %+v, want quota 0", len(long), l)
	}
}

func TestTargets(t *testing.T) {
	rules := sampling.NewTargets(sampling.Default(0.25, 3))
	if _, err := rules.Report(start, sampling.Report{Rule: "gone", Client: clientID(1)}); !errors.Is(err, sampling.ErrUnknownRule) {
		t.Errorf("report on a rule that is gone: got error %v, want %v", err, sampling.ErrUnknownRule)
	}
	report := sampling.Report{Rule: sampling.DefaultName, Client: clientID(1), Counts: sampling.Counts{Requests: 120, Sampled: 31, Borrowed: 9}}
	got, err := rules.Report(start, report)
	if err != nil || got.FixedRate != 0.25 || got.Lease != nil {
		t.Errorf("first report: got %+v, %v; want rate 0.25 and no lease", got, err)
	}
	got, err = rules.Report(start.Add(sampling.Interval), report)
	if err != nil || got.Lease == nil || got.Lease.Quota != 3 {
		t.Errorf("second report: got %+v, %v; want quota 3", got, err)
	}
}

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		rate float64
		ok   bool
	}{{0, true}, {0.05, true}, {1, true}, {-0.01, false}, {1.01, false}, {math.NaN(), false}, {math.Inf(1), false}} {
		if err := sampling.CheckFixedRate(c.rate); (err == nil) != c.ok {
			t.Errorf("CheckFixedRate(%v) = %v, want ok %v", c.rate, err, c.ok)
		}
	}
	for _, c := range []struct {
		size int
		ok   bool
	}{{0, true}, {1, true}, {sampling.MaxReservoirSize, true}, {-1, false}, {sampling.MaxReservoirSize + 1, false}} {
		if err := sampling.CheckReservoirSize(c.size); (err == nil) != c.ok {
			t.Errorf("CheckReservoirSize(%d) = %v, want ok %v", c.size, err, c.ok)
		}
	}
}

func BenchmarkReport5kClients(b *testing.B) {
	r := sampling.NewReservoir("orders-post", 1000)
	for i := range sampling.MaxClients {
		r.Report(start, clientID(i), i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Report(start, clientID(i%sampling.MaxClients), i%5000)
	}
}
