package sampling_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

// boosting is a rule of rate 0.1 that may be boosted to 0.5, once in five minutes.
func boosting() sampling.Rule {
	r := vector(0.1, 1)
	r.Boost = &sampling.RateBoost{MaxRate: 0.5, CooldownMinutes: 5}
	return r
}

// at is whole seconds after the start of a window, so that the times of expiry have no rounding in them.
func at(seconds int) time.Time { return time.Unix(1758654660+int64(seconds), 0) }

func boostText(b *sampling.Boost) string {
	if b == nil {
		return "none"
	}
	return fmt.Sprintf("%.3f until %d", b.Rate, b.Expires.Unix()-at(0).Unix())
}

func TestBoost(t *testing.T) {
	type report struct {
		second                       int
		requests, anomalies, sampled int
		want                         string
	}
	for _, c := range []struct {
		about   string
		edit    func(*sampling.Rule)
		reports []report
	}{
		{"no anomalies", nil, []report{{0, 100, 0, 0, "none"}}},
		{"enough of them sampled", nil, []report{{0, 100, 10, 5, "none"}}},
		{"one in a hundred: a tenth of the way", nil, []report{{0, 100, 1, 0, "0.140 until 20"}}},
		{"one in ten: all the way", nil, []report{{0, 100, 10, 4, "0.500 until 20"}}},
		{"more anomalies than requests", nil, []report{{0, 1, 10, 0, "0.500 until 20"}}},
		{"negative counts", nil, []report{{0, -5, 10, -3, "0.500 until 20"}}},
		{"goes on while there are anomalies, sampled or not, for a minute", nil, []report{
			{0, 1000, 2, 0, "0.108 until 20"}, {10, 1000, 6, 6, "0.116 until 30"}, {20, 1000, 10, 10, "0.132 until 40"},
			{30, 1000, 10, 10, "0.140 until 50"}, {40, 1000, 10, 10, "0.140 until 60"}, {50, 1000, 10, 10, "0.140 until 60"},
			{60, 1000, 10, 0, "none"}, {290, 1000, 10, 0, "none"}, {300, 1000, 10, 0, "0.140 until 320"},
		}},
		{"lapses without", nil, []report{
			{0, 100, 1, 0, "0.140 until 20"}, {10, 100, 0, 0, "0.120 until 30"}, {20, 100, 0, 0, "0.120 until 30"}, {30, 100, 0, 0, "none"},
			{40, 100, 1, 0, "0.120 until 60"}, {70, 100, 1, 0, "none"},
		}},
		{"cooldown over as the boost ends: another begins", func(r *sampling.Rule) { r.Boost.CooldownMinutes = 1 }, []report{
			{0, 100, 10, 0, "0.500 until 20"}, {60, 100, 10, 0, "0.500 until 80"}, {110, 100, 10, 0, "0.500 until 120"},
		}},
		{"no boost in the rule", func(r *sampling.Rule) { r.Boost = nil }, []report{{0, 100, 10, 0, "none"}}},
		{"the fixed rate is higher", func(r *sampling.Rule) { r.FixedRate = 0.5 }, []report{{0, 100, 10, 0, "none"}}},
		{"a cooldown longer than time", func(r *sampling.Rule) { r.Boost.CooldownMinutes = 1<<31 - 1 }, []report{{0, 100, 10, 0, "0.500 until 20"}, {86400, 100, 10, 0, "none"}}},
	} {
		rule := boosting()
		if c.edit != nil {
			c.edit(&rule)
		}
		targets := sampling.NewTargets(rule)
		for _, r := range c.reports {
			b, err := targets.ReportBoost(at(r.second), sampling.BoostReport{Rule: "vector", Service: "orders", Requests: r.requests, Anomalies: r.anomalies, Sampled: r.sampled})
			if got := boostText(b); err != nil || got != r.want {
				t.Errorf("%s: second %d: got %s, %v; want %s", c.about, r.second, got, err, r.want)
			}
		}
	}
}

// Services have boosts of their own; so many that nobody has them get none, until others are long gone.
func TestBoostOfServices(t *testing.T) {
	targets := sampling.NewTargets(boosting())
	ask := func(second int, service string, anomalies int) string {
		b, err := targets.ReportBoost(at(second), sampling.BoostReport{Rule: "vector", Service: service, Requests: 100, Anomalies: anomalies})
		if err != nil {
			t.Fatal(err)
		}
		return boostText(b)
	}
	for i := range 1000 {
		if got := ask(0, fmt.Sprint("service ", i), i%2); got != []string{"none", "0.140 until 20"}[i%2] {
			t.Fatalf("service %d with %d anomalies: got %s", i, i%2, got)
		}
	}
	for _, c := range []struct {
		second int
		want   string
	}{{0, "none"}, {200, "none"}, {301, "0.500 until 321"}} {
		if got := ask(c.second, "one more", 10); got != c.want {
			t.Errorf("service 1001 at second %d: got %s, want %s", c.second, got, c.want)
		}
	}
	if _, err := targets.ReportBoost(at(0), sampling.BoostReport{Rule: "gone"}); err != sampling.ErrUnknownRule {
		t.Errorf("unknown rule: got %v, want %v", err, sampling.ErrUnknownRule)
	}
}
