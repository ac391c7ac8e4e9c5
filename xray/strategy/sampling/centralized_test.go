package sampling_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// near checks that of n trials, each with the probability p, as many succeeded as five standard deviations allow.
func near(t *testing.T, about string, got, n int, p float64) {
	t.Helper()
	want, most := float64(n)*p, 5*math.Sqrt(float64(n)*p*(1-p))
	if math.Abs(float64(got)-want) > most {
		t.Errorf("%s: %d of %d are traced, want %.0f ± %.0f", about, got, n, want, most)
	}
}

// Rules are good for an hour after the last good fetch; then one request a second is traced and five in a hundred.
func TestFallback(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("Default", 10000, 0, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		pass(time.Second)
		s.set(func(s *service) { s.down = true })
		pass(time.Hour - 2*time.Second)
		if n := sampled(strategy, 1000); n != 0 {
			t.Errorf("within the hour %d of 1000 are traced, want none, as the rule says", n)
		}
		pass(3 * time.Second)
		const seconds, each = 400, 50
		sum := 0
		for range seconds {
			n := sampled(strategy, each)
			if n == 0 {
				t.Fatal("after an hour without rules no request of a second is traced, want one at least")
			}
			sum += n - 1
			pass(time.Second)
		}
		near(t, "fallback, beyond one a second", sum, seconds*(each-1), 0.05)
		s.set(func(s *service) { s.down = false })
		pass(6 * time.Minute)
		if d := strategy.ShouldTrace(&sampling.Request{}); d.Rule == nil || *d.Rule != "Default" {
			t.Errorf("when the service is back: %+v, want a decision of Default", *d)
		}
	})
}

// A minute of 30 requests a second under a rule whose lease comes, changes and expires: within each second the reservoir gives no
// more than the lease; the rest follows the rate.
func TestLeases(t *testing.T) {
	const each = 30
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 10, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		for _, phase := range []struct {
			about string
			lease *sampling.SamplingTargetDocument
			rate  float64
			want  int // of the reservoir, each second
		}{
			{"no lease", nil, 0, 1},
			{"five", target("r", 0, 5, time.Hour), 0, 5},
			{"seven and a rate", target("r", 0.2, 7, time.Hour), 0.2, 7},
			{"a rate that stays with the same quota", &sampling.SamplingTargetDocument{RuleName: ptr("r"), FixedRate: ptr(0.5)}, 0.5, 7},
			{"nothing", target("r", 0, 0, time.Hour), 0, 0},
			{"over", target("r", 0.1, 9, -time.Hour), 0.1, 1},
		} {
			s.set(func(s *service) { s.targets = map[string]*sampling.SamplingTargetDocument{"r": phase.lease} })
			sampled(strategy, 1)
			pass(11 * time.Second) // a report, and another second
			beyond, seconds := 0, 400
			for range seconds {
				n := sampled(strategy, each)
				if n < phase.want || phase.rate == 0 && n > phase.want {
					t.Fatalf("%s: %d of %d are traced within a second, want %d", phase.about, n, each, phase.want)
				}
				beyond += n - phase.want
				pass(time.Second)
			}
			near(t, phase.about+": beyond the reservoir", beyond, seconds*(each-phase.want), phase.rate)
		}
	})
}

// A boost replaces the rate until it is over.
func TestBoost(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 0, 0, func(r *sampling.SamplingRule) {
		r.SamplingRateBoost = &sampling.SamplingRateBoost{MaxRate: ptr(1.0), CooldownWindowMinutes: ptr(int64(1))}
	})}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		for i := range 8 {
			d := sampling.Decide(strategy, sampling.Request{})
			if i < 3 {
				strategy.Anomaly(d, "orders")
			}
		}
		strategy.Anomaly(sampling.Decision{Sample: true, Rule: ptr("r")}, "orders")
		s.set(func(s *service) {
			d := target("r", 0, 0, time.Hour)
			d.SamplingBoost = &sampling.SamplingBoost{BoostRate: ptr(1.0), BoostRateTTL: ptr(float64(time.Now().Unix() + 20))}
			s.targets = map[string]*sampling.SamplingTargetDocument{"r": d}
		})
		pass(11 * time.Second)
		if n := sampled(strategy, 10); n != 10 {
			t.Errorf("boosted: %d of 10 are traced, want all", n)
		}
		reports := s.reported()[0].SamplingBoostStatisticsDocuments
		if len(reports) != 1 {
			t.Fatalf("got %d reports of anomalies, want 1", len(reports))
		}
		b := reports[0]
		got := fmt.Sprint(*b.RuleName, *b.ServiceName, *b.TotalCount, *b.AnomalyCount, *b.SampledAnomalyCount)
		if want := fmt.Sprint("r", "orders", 8, 4, 1); got != want {
			t.Errorf("report of anomalies: got %s, want %s", got, want)
		}
		pass(10 * time.Second)
		if n := sampled(strategy, 10); n != 0 {
			t.Errorf("after the boost: %d of 10 are traced, want none", n)
		}
	})
}

// A changed rate counts with the rules, before the next report.
func TestChangedRate(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 0, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		s.set(func(s *service) { s.rules = []*sampling.SamplingRule{newRule("r", 1, 0, 1)} })
		pass(315 * time.Second)
		if n := sampled(strategy, 10); n != 10 {
			t.Errorf("with a new rate of 1, %d of 10 are traced, want all", n)
		}
	})
}

// Counts arrive as they were made, 25 rules in a call; a rule that was not used is not reported, nor one before its interval.
func TestReports(t *testing.T) {
	var rules []*sampling.SamplingRule
	for i := range 60 {
		rules = append(rules, newRule(fmt.Sprintf("r%02d", i), int64(i+1), 1, 0, func(r *sampling.SamplingRule) { r.ServiceName = ptr(fmt.Sprintf("s%02d", i)) }))
	}
	s := &service{rules: rules, pageSize: 7}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		pass(time.Second)
		for i := range 59 {
			for range i + 1 {
				strategy.ShouldTrace(&sampling.Request{ServiceName: fmt.Sprintf("s%02d", i)})
			}
		}
		pass(10 * time.Second)
		var sizes []int
		seen := map[string]int64{}
		for _, call := range s.reported() {
			sizes = append(sizes, len(call.SamplingStatisticsDocuments))
			for _, d := range call.SamplingStatisticsDocuments {
				seen[*d.RuleName] = *d.RequestCount
				if *d.BorrowCount != 1 || *d.SampledCount != 0 || len(*d.ClientID) != 24 || strings.Trim(*d.ClientID, "0123456789abcdef") != "" {
					t.Errorf("report of %s: borrowed %d, sampled %d, client %s; want 1, 0, 24 hexadecimal digits", *d.RuleName, *d.BorrowCount, *d.SampledCount, *d.ClientID)
				}
				if age := time.Now().Unix() - *d.Timestamp; age < 0 || age > 2 {
					t.Errorf("report of %s has a time of %d s ago, want now", *d.RuleName, age)
				}
			}
		}
		if want := []int{25, 25, 9}; !slices.Equal(sizes, want) {
			t.Errorf("reports in calls of %v, want %v", sizes, want)
		}
		for i := range 59 {
			if name := fmt.Sprintf("r%02d", i); seen[name] != int64(i+1) {
				t.Errorf("%s: %d requests reported, want %d", name, seen[name], i+1)
			}
		}
		pass(30 * time.Second)
		if len(s.reported()) != 3 {
			t.Errorf("%d reports of rules that were not used since, want none", len(s.reported())-3)
		}
	})
}

// The service says when it wants the next report.
func TestInterval(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 1, 0)}}
	s.targets = map[string]*sampling.SamplingTargetDocument{"r": {RuleName: ptr("r"), FixedRate: ptr(0.0), Interval: ptr(int64(60))}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		for range 121 {
			sampled(strategy, 1)
			pass(time.Second)
		}
		if n := len(s.reported()); n != 2 {
			t.Errorf("%d reports in two minutes, want 2: after 10 s and 70 s", n)
		}
	})
}

// Rules are fetched every five minutes, at once when the service has newer ones or does not know a reported one, and sooner
// after failures.
func TestRefresh(t *testing.T) {
	rules := func(names ...string) (rules []*sampling.SamplingRule) {
		for i, name := range names {
			rules = append(rules, newRule(name, int64(i+1), 0, 1))
		}
		return rules
	}
	s := &service{rules: rules("a"), modified: 0}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		fetches := func(about string, want int) {
			t.Helper()
			if n := s.fetched(); n != want {
				t.Fatalf("%s: rules were fetched %d times, want %d", about, n, want)
			}
		}
		by := func(about, want string) {
			t.Helper()
			if d := strategy.ShouldTrace(&sampling.Request{}); d.Rule == nil || *d.Rule != want {
				t.Errorf("%s: decided by %v, want %s", about, d.Rule, want)
			}
		}
		by("first", "a")
		fetches("at the start", 1)
		pass(315 * time.Second)
		fetches("after five minutes", 2)

		s.set(func(s *service) { s.rules, s.modified = rules("b", "a"), float64(time.Now().Unix()) })
		by("a new rule is not known yet", "a")
		pass(11 * time.Second)
		by("a new rule", "b")
		fetches("after a change", 3)
		pass(11 * time.Second)
		fetches("after a report with the same time of change", 3)

		s.set(func(s *service) { s.rules, s.refused = rules("a"), map[string]string{"b": "400"} })
		by("a deleted rule is still known", "b")
		pass(11 * time.Second)
		by("a deleted rule", "a")
		fetches("after a refusal", 4)

		s.set(func(s *service) { s.down = true })
		pass(305 * time.Second) // fails, and again after 10, 20 and 40 seconds
		n := s.fetched()
		pass(75 * time.Second)
		s.set(func(s *service) { s.down = false })
		if n2 := s.fetched(); n2-n < 2 || n2-n > 4 {
			t.Errorf("%d more tries within 75 s of a failure, want 2 to 4", n2-n)
		}
		by("while the service is down", "a")
	})
}

// A rule that is changed keeps its quota and what it has counted.
func TestChangedRuleKeepsState(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 5, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		s.set(func(s *service) {
			s.targets = map[string]*sampling.SamplingTargetDocument{"r": target("r", 0, 3, time.Hour)}
			s.rules = []*sampling.SamplingRule{newRule("r", 2, 6, 0)}
			s.modified = float64(time.Now().Unix())
		})
		sampled(strategy, 1)
		pass(11 * time.Second)
		if s.fetched() != 2 {
			t.Fatalf("rules were fetched %d times, want 2", s.fetched())
		}
		if n := sampled(strategy, 10); n != 3 {
			t.Errorf("after the change %d of 10 are traced, want the 3 of the quota", n)
		}
		pass(10 * time.Second)
		if d := s.reported()[1].SamplingStatisticsDocuments[0]; *d.RequestCount != 10 || *d.SampledCount != 3 || *d.BorrowCount != 0 {
			t.Errorf("reported %d requests, %d sampled, %d borrowed; want 10, 3, 0", *d.RequestCount, *d.SampledCount, *d.BorrowCount)
		}
	})
}

// A log is what the SDK logged.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) Log(level xraylog.LogLevel, msg fmt.Stringer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf("%v %s", level, msg))
}

func (l *log) MinLogLevel() xraylog.LogLevel { return xraylog.LogLevelInfo }

func TestMain(m *testing.M) {
	logger.Set(xraylog.NullLogger)
	os.Exit(m.Run())
}

// A failure that goes on is logged, but not more than once a minute.
func TestComplaints(t *testing.T) {
	l := new(log)
	logger.Set(l)
	defer logger.Set(xraylog.NullLogger)
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 1, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		s.set(func(s *service) { s.down = true })
		for range 10 * 60 {
			sampled(strategy, 1)
			pass(time.Second)
		}
	})
	if n := len(l.lines); n < 9 || n > 10 {
		t.Errorf("ten minutes without service: %d lines, want one a minute: %q", n, l.lines)
	}
	if want := `/SamplingTargets: status 503 Service Unavailable: "down for the test`; !strings.Contains(strings.Join(l.lines, "\n"), want) {
		t.Errorf("got %q, want one with %s", l.lines, want)
	}
}

// What a service may never send leaves the strategy as it is.
func TestWrongAnswers(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 0, 0), nil, {}}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		for _, d := range []*sampling.SamplingTargetDocument{
			{}, {RuleName: ptr("r")}, {RuleName: ptr("other"), FixedRate: ptr(1.0)}, {FixedRate: ptr(1.0)},
			{RuleName: ptr("r"), FixedRate: ptr(0.0), ReservoirQuota: ptr(int64(math.MinInt64)), ReservoirQuotaTTL: ptr(1e300), Interval: ptr(int64(math.MinInt64))},
			{RuleName: ptr("r"), FixedRate: ptr(0.0), SamplingBoost: &sampling.SamplingBoost{BoostRate: ptr(1.0)}},
		} {
			s.set(func(s *service) { s.targets = map[string]*sampling.SamplingTargetDocument{"r": d} })
			sampled(strategy, 1)
			pass(11 * time.Second)
			if n := sampled(strategy, 100); n != 0 {
				t.Errorf("after the answer %+v: %d of 100 are traced, want none", *d, n)
			}
		}
	})
}
