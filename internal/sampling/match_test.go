package sampling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

func TestMismatches(t *testing.T) {
	r := vector(1, 1)
	r.ServiceName, r.Host, r.HTTPMethod, r.URLPath = "shop*", "*.example.com", "POST", "/orders/*"
	for _, c := range []struct {
		about string
		q     sampling.Request
		want  []string
	}{
		{"all match, in either case", sampling.Request{ServiceName: "Shop-web", Host: "API.example.com", HTTPMethod: "post", URLPath: "/orders/17"}, nil},
		{"nothing is known", sampling.Request{}, nil},
		{"some differ", sampling.Request{ServiceName: "cards", Host: "api.example.com", HTTPMethod: "GET", URLPath: "/orders/"}, []string{"ServiceName", "HTTPMethod"}},
		{"all that patterns ask for", sampling.Request{ServiceName: "a", ServiceType: "b", Host: "c", HTTPMethod: "d", URLPath: "e"}, []string{"ServiceName", "Host", "HTTPMethod", "URLPath"}},
	} {
		var got []string
		for _, m := range r.Mismatches(&c.q) {
			got = append(got, m.Member)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got mismatches of %q, want %q", c.about, got, c.want)
		}
	}
}

func TestKept(t *testing.T) {
	for _, c := range []struct {
		rate      float64
		reservoir int
		perSecond float64
		want      float64
	}{
		{0.05, 1, 0, 0}, {0.05, 1, 0.5, 0.5}, {0.05, 1, 1, 1}, {0.05, 1, 101, 6}, {0, 0, 50, 0}, {1, 0, 50, 50}, {0.5, 10, 20, 15},
	} {
		r := vector(c.rate, c.reservoir)
		if got := r.Kept(c.perSecond); got != c.want {
			t.Errorf("rate %v, reservoir %d, %v requests a second: keeps %v, want %v", c.rate, c.reservoir, c.perSecond, got, c.want)
		}
	}
}

// Windows of a quarter of an hour are kept, and no more, however long reports come.
func TestTrend(t *testing.T) {
	targets := sampling.NewTargets(vector(1, 1), sampling.Default(0, 0))
	at := start
	for i := range 200 {
		at = start.Add(time.Duration(i) * sampling.WindowLength)
		if _, err := targets.Report(at, sampling.Report{Rule: "vector", Client: "a", Counts: sampling.Counts{Requests: i}}); err != nil {
			t.Fatal(err)
		}
	}
	to := at.Truncate(sampling.WindowLength)
	trend := targets.Trend(to.Add(-sampling.TrendFor), to)
	got := trend["vector"]
	if len(got) != 90 || got[0].Requests != 109 || got[89].Requests != 198 || !got[89].Start.Equal(to.Add(-sampling.WindowLength)) {
		t.Errorf("got %d windows, from %+v to %+v; want 90, of 109 to 198 requests, without the open one", len(got), got[0], got[len(got)-1])
	}
	if len(trend[sampling.DefaultName]) != 0 {
		t.Errorf("got windows %+v of a rule without reports, want none", trend[sampling.DefaultName])
	}
	if got := targets.Trend(to, to); len(got) != 0 {
		t.Errorf("got %+v of no time at all, want nothing", got)
	}
}

// A clock that steps back makes windows of its own, which do not pile up.
func TestTrendStepsBack(t *testing.T) {
	targets := sampling.NewTargets(vector(1, 1))
	for i := range 500 {
		if _, err := targets.Report(start.Add(time.Duration(i%2)*time.Minute), sampling.Report{Rule: "vector", Client: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(targets.Trend(start.Add(-time.Hour), start.Add(time.Hour))["vector"]); got > 91 {
		t.Errorf("got %d windows, 91 is the most", got)
	}
}
