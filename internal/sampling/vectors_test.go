package sampling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

// vector is a rule for everything, with the rate and the reservoir.
func vector(rate float64, reservoir int) sampling.Rule {
	r := sampling.Default(rate, reservoir)
	r.Name, r.Priority = "vector", 10
	return r
}

// perSecond is how many of five requests in each of the seconds are sampled.
func perSecond(c *client, from time.Time, seconds int) (sampled []int) {
	for i := range seconds {
		n := 0
		for range 5 {
			if yes, _ := c.decide(from.Add(time.Duration(i)*time.Second), request{method: "GET", path: "/"}); yes {
				n++
			}
		}
		sampled = append(sampled, n)
	}
	return sampled
}

// Vectors 1 to 4: borrowing, and leases. Time stands still within a second.
func TestVectorsReservoir(t *testing.T) {
	lease := func(quota int, expires time.Time) sampling.Target {
		return sampling.Target{FixedRate: 0, Lease: &sampling.Lease{Quota: quota, Expires: expires, Interval: sampling.Interval}}
	}
	for _, c := range []struct {
		about     string
		reservoir int
		target    *sampling.Target
		want      []int
	}{
		{"1: no quota yet: borrow one a second", 2, nil, []int{1, 1}},
		{"2: no reservoir: borrow nothing", 0, nil, []int{0, 0}},
		{"3: a quota", 2, new(lease(2, start.Add(time.Minute))), []int{2, 2}},
		{"4: a quota that has expired", 2, new(lease(2, start.Add(-time.Second))), []int{1, 1}},
		{"a quota of 0 keeps from borrowing", 2, new(lease(0, start.Add(time.Minute))), []int{0, 0}},
		{"a quota that expires after this second", 2, new(lease(2, start)), []int{2, 1}},
	} {
		cl := newClient("c", func() float64 { return 0 })
		cl.load(start, vector(0, c.reservoir))
		if c.target != nil {
			cl.take("vector", *c.target, nil)
		}
		if got := perSecond(cl, start, 2); !slices.Equal(got, c.want) {
			t.Errorf("%s: sampled %v of 5 a second, want %v", c.about, got, c.want)
		}
	}
}

// Vectors 5 to 8: which rule decides.
func TestVectorsMatch(t *testing.T) {
	rule := func(name string, priority int, edit func(*sampling.Rule)) sampling.Rule {
		r := vector(0, 0)
		r.Name, r.Priority = name, priority
		edit(&r)
		return r
	}
	path := func(r *sampling.Rule) { r.URLPath = "/a*" }
	get := func(r *sampling.Rule) { r.HTTPMethod = "GET" }
	post := func(r *sampling.Rule) { r.HTTPMethod = "POST" }
	host := func(r *sampling.Rule) { r.Host = "API.example.?om" }
	for _, c := range []struct {
		about string
		rules []sampling.Rule
		r     request
		want  string
	}{
		{"5: lower priority first", []sampling.Rule{rule("A", 10, path), rule("B", 5, get)}, request{method: "GET", path: "/abc"}, "B"},
		{"6: then the smaller name", []sampling.Rule{rule("B", 5, get), rule("A", 5, path)}, request{method: "GET", path: "/abc"}, "A"},
		{"7: case does not matter", []sampling.Rule{rule("A", 5, host)}, request{host: "api.EXAMPLE.com"}, "A"},
		{"7: ? is one character", []sampling.Rule{rule("A", 5, host)}, request{host: "api.example.om"}, "Default"},
		{"8: a request without method", []sampling.Rule{rule("A", 5, post)}, request{path: "/abc"}, "A"},
		{"another method", []sampling.Rule{rule("A", 5, post)}, request{method: "GET"}, "Default"},
		{"version 2", []sampling.Rule{rule("A", 5, func(r *sampling.Rule) { r.Version = 2 })}, request{}, "Default"},
		{"attributes", []sampling.Rule{rule("A", 5, func(r *sampling.Rule) { r.Attributes = map[string]string{"a": "b"} })}, request{}, "Default"},
		{"a resource", []sampling.Rule{rule("A", 5, func(r *sampling.Rule) { r.ResourceARN = "arn:*" })}, request{}, "Default"},
	} {
		cl := newClient("c", func() float64 { return 1 })
		cl.load(start, append(c.rules, sampling.Default(0, 0))...)
		if _, s := cl.decide(start, c.r); s == nil || s.rule.Name != c.want {
			t.Errorf("%s: %+v is decided by %+v, want %s", c.about, c.r, s, c.want)
		}
		if got := decides(append(slices.Clone(c.rules), sampling.Default(0, 0)), c.r); got != c.want {
			t.Errorf("%s: the first rule without a mismatch for %+v is %s, want %s", c.about, c.r, got, c.want)
		}
	}
}

// decides is the first rule that SDKs try and that has no mismatch.
func decides(rules []sampling.Rule, r request) string {
	sampling.Order(rules)
	for i := range rules {
		if rules[i].SkippedFor() == "" && rules[i].Mismatches(&sampling.Request{ServiceName: r.service, ServiceType: r.kind, Host: r.host, HTTPMethod: r.method, URLPath: r.path}) == nil {
			return rules[i].Name
		}
	}
	return ""
}

// Vectors 9 and 10 are in TestDivision and TestRemainderStays, 12 in package api. Vector 11: a report on a deleted rule makes
// the client fetch the rules.
func TestVectorDeletedRule(t *testing.T) {
	targets := sampling.NewTargets(vector(1, 1), sampling.Default(0, 0))
	cl := newClient("c", func() float64 { return 0 })
	cl.load(start, vector(1, 1), sampling.Default(0, 0))
	perSecond(cl, start, 1)
	targets.Set([]sampling.Rule{sampling.Default(0, 0)})
	due := cl.reports(start.Add(sampling.Interval))
	if len(due) != 1 {
		t.Fatalf("got reports %+v, want one on the rule", due)
	}
	target, err := targets.Report(start.Add(sampling.Interval), due[0])
	if !errors.Is(err, sampling.ErrUnknownRule) {
		t.Errorf("got %+v, %v; want unknown rule", target, err)
	}
	if cl.take("vector", target, err); !cl.stale {
		t.Error("the client goes on with the deleted rule, want it to fetch the rules")
	}
}

// Vector 13: rules live for an hour after the last fetch; then one a second and five in a hundred.
func TestVectorFallback(t *testing.T) {
	rnd := seeded(13)
	cl := newClient("c", rnd.Float64)
	cl.load(start, vector(0, 0), sampling.Default(0, 0))
	if got := perSecond(cl, start.Add(59*time.Minute), 60); slices.Max(got) != 0 {
		t.Errorf("within the hour: sampled %v, want none", got)
	}
	const seconds = 4000
	sum := 0
	for _, n := range perSecond(cl, start.Add(61*time.Minute), seconds) {
		if n < 1 {
			t.Fatal("after 61 minutes without an answer: no request of a second was sampled, want one at least")
		}
		sum += n
	}
	near(t, "fallback, beyond one a second", sum-seconds, 4*seconds, 0.05)
}

// Vector 14: the caller has decided.
func TestVectorHeader(t *testing.T) {
	for header, want := range map[string]bool{"0": false, "1": true} {
		cl := newClient("c", func() float64 { return 0 })
		cl.load(start, vector(1-float64(header[0]-'0'), 1))
		got, s := cl.decide(start, request{header: header})
		if got != want || s != nil || cl.rules[0].counts != (sampling.Counts{}) {
			t.Errorf("Sampled=%s: got %v by %v, counted %+v; want %v, no rule, nothing", header, got, s, cl.rules[0].counts, want)
		}
	}
}
