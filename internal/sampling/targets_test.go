package sampling_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

// What is known of clients survives a change of the rules: leases of the new size, no client is new again.
func TestSetKeepsClients(t *testing.T) {
	targets := sampling.NewTargets(vector(0.1, 10), sampling.Default(0, 0))
	report := func(second, i int) sampling.Target {
		t.Helper()
		got, err := targets.Report(at(second), sampling.Report{Rule: "vector", Client: clientID(i), Counts: sampling.Counts{Requests: 500}})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for round := range 3 {
		report(10*round, 0)
		report(10*round, 1)
	}
	targets.Set([]sampling.Rule{vector(0.3, 4), sampling.Default(0, 0)})
	for round := 3; round < 5; round++ {
		for i := range 2 {
			if got := report(10*round, i); got.FixedRate != 0.3 || got.Lease == nil || got.Lease.Quota > 2 {
				t.Errorf("round %d after the change: client %d has %+v, want rate 0.3 and a lease of at most 2", round, i, got)
			}
		}
	}
	if got := report(50, 0).Lease.Quota + report(50, 1).Lease.Quota; got != 4 {
		t.Errorf("both clients have %d together, want 4", got)
	}
}

func TestStatistics(t *testing.T) {
	targets := sampling.NewTargets(vector(0.1, 10), sampling.Default(0, 0))
	report := func(second, requests int) {
		t.Helper()
		_, err := targets.Report(at(second), sampling.Report{Rule: "vector", Client: clientID(second), Counts: sampling.Counts{Requests: requests, Sampled: 2, Borrowed: 1}})
		if err != nil {
			t.Fatal(err)
		}
	}
	text := func(second int) (list []string) {
		for _, s := range targets.Statistics(at(second)) {
			list = append(list, fmt.Sprintf("%s at %d: %+v", s.Rule, s.Start.Unix()-at(0).Unix(), s.Counts))
		}
		return list
	}
	for _, c := range []struct {
		second, requests int // of a report; none if 0
		want             []string
	}{
		{0, 5, nil},
		{9, 7, nil}, // the window is open
		{10, 0, []string{"vector at 0: {Requests:12 Sampled:4 Borrowed:2}"}},
		{11, -8, []string{"vector at 0: {Requests:12 Sampled:4 Borrowed:2}"}},
		{25, 0, []string{"vector at 10: {Requests:0 Sampled:2 Borrowed:1}"}},
		{47, 1, []string{"vector at 10: {Requests:0 Sampled:2 Borrowed:1}"}},
		{349, 0, []string{"vector at 40: {Requests:1 Sampled:2 Borrowed:1}"}},
		{350, 0, nil}, // nobody is left
	} {
		if c.requests != 0 {
			report(c.second, c.requests)
		}
		if got := text(c.second); !slices.Equal(got, c.want) {
			t.Errorf("second %d: got %v, want %v", c.second, got, c.want)
		}
	}
	want := map[string]sampling.Counts{"vector": {Requests: 13, Sampled: 8, Borrowed: 4}, "Default": {}}
	targets.Totals(func(rule string, got sampling.Counts) {
		if got != want[rule] {
			t.Errorf("total of %s: got %+v, want %+v", rule, got, want[rule])
		}
		delete(want, rule)
	})
	if len(want) != 0 {
		t.Errorf("no total of %v", want)
	}
}

// All rules that an account can have, with a hundred clients each.
func BenchmarkReport25Rules(b *testing.B) {
	rules := make([]sampling.Rule, 26)
	for i := range rules {
		rules[i] = vector(0.1, 1000)
		rules[i].Name = fmt.Sprint("rule ", i)
	}
	targets := sampling.NewTargets(rules...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := sampling.Report{Rule: rules[i%26].Name, Client: clientID(i % 2600), Counts: sampling.Counts{Requests: 10}}
		if _, err := targets.Report(start.Add(time.Duration(i)*time.Millisecond), r); err != nil {
			b.Fatal(err)
		}
	}
}
