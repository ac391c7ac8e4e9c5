package sampling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// Vectors of the algorithm that X-Ray's clients share.

// How many of five requests within one second are traced, and in the next. Leases arrive 10 s after the start, with the first
// report; the seconds are the 11th and the 12th.
func TestReservoir(t *testing.T) {
	for _, tt := range []struct {
		about     string
		reservoir int64
		quota     int64         // of the lease
		valid     time.Duration // of the lease, from the start; 0: there is none
		rate      float64
		want      []int
	}{
		{"no quota yet: one a second is borrowed", 2, 0, 0, 0, []int{1, 1}},
		{"no reservoir: nothing is borrowed", 0, 0, 0, 0, []int{0, 0}},
		{"a quota", 2, 2, time.Minute, 0, []int{2, 2}},
		{"a quota that is over", 2, 2, 10 * time.Second, 0, []int{1, 1}},
		{"a quota that is over after this second", 2, 2, 11 * time.Second, 0, []int{2, 1}},
		{"a quota of 0 keeps from borrowing", 2, 0, time.Minute, 0, []int{0, 0}},
		{"a rate", 2, 0, time.Minute, 1, []int{5, 5}},
	} {
		s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, tt.reservoir, 0)}}
		simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
			if tt.valid > 0 {
				lease := target("r", tt.rate, tt.quota, tt.valid)
				s.set(func(s *service) { s.targets = map[string]*sampling.SamplingTargetDocument{"r": lease} })
			}
			sampled(strategy, 1)
			pass(11 * time.Second)
			var got []int
			for range tt.want {
				got = append(got, sampled(strategy, 5))
				pass(time.Second)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v of 5 a second are traced, want %v", tt.about, got, tt.want)
			}
		})
	}
}

func TestWhichRule(t *testing.T) {
	path := func(r *sampling.SamplingRule) { r.URLPath = ptr("/a*") }
	get := func(r *sampling.SamplingRule) { r.HTTPMethod = ptr("GET") }
	post := func(r *sampling.SamplingRule) { r.HTTPMethod = ptr("POST") }
	host := func(r *sampling.SamplingRule) { r.Host = ptr("API.example.?om") }
	kind := func(r *sampling.SamplingRule) { r.ServiceType = ptr("AWS::EC2::*") }
	name := func(r *sampling.SamplingRule) {
		r.ServiceName, r.HTTPMethod, r.URLPath = ptr("orders-service"), ptr("GET"), ptr("/orders/???")
	}
	for _, tt := range []struct {
		about   string
		rules   []*sampling.SamplingRule
		request sampling.Request
		want    string
	}{
		{"lower priority first", []*sampling.SamplingRule{newRule("A", 10, 0, 0, path), newRule("B", 5, 0, 0, get)}, sampling.Request{Method: "GET", URL: "/abc"}, "B"},
		{"then the smaller name", []*sampling.SamplingRule{newRule("B", 5, 0, 0, get), newRule("A", 5, 0, 0, path)}, sampling.Request{Method: "GET", URL: "/abc"}, "A"},
		{"case does not matter", []*sampling.SamplingRule{newRule("A", 5, 0, 0, host)}, sampling.Request{Host: "api.EXAMPLE.com"}, "A"},
		{"? is one character", []*sampling.SamplingRule{newRule("A", 5, 0, 0, host)}, sampling.Request{Host: "api.example.om"}, "Default"},
		{"a request without method", []*sampling.SamplingRule{newRule("A", 5, 0, 0, post)}, sampling.Request{URL: "/abc"}, "A"},
		{"another method", []*sampling.SamplingRule{newRule("A", 5, 0, 0, post)}, sampling.Request{Method: "GET"}, "Default"},
		{"a longer method", []*sampling.SamplingRule{newRule("A", 5, 0, 0, get)}, sampling.Request{Method: "GETS"}, "Default"},
		{"the type of the service", []*sampling.SamplingRule{newRule("A", 5, 0, 0, kind)}, sampling.Request{ServiceType: "aws::ec2::Instance"}, "A"},
		{"another type", []*sampling.SamplingRule{newRule("A", 5, 0, 0, kind)}, sampling.Request{ServiceType: "AWS::ECS::Container"}, "Default"},
		{"all of three", []*sampling.SamplingRule{newRule("A", 5, 0, 0, name)}, sampling.Request{ServiceName: "Orders-Service", Method: "get", URL: "/ORDERS/abc"}, "A"},
		{"two of three", []*sampling.SamplingRule{newRule("A", 5, 0, 0, name)}, sampling.Request{ServiceName: "orders-service", Method: "GET", URL: "/orders/1"}, "Default"},
		{"an empty pattern", []*sampling.SamplingRule{newRule("A", 5, 0, 0, func(r *sampling.SamplingRule) { r.Host = ptr("") })}, sampling.Request{Host: "h"}, "Default"},
		{"version 2", []*sampling.SamplingRule{newRule("A", 5, 0, 0, func(r *sampling.SamplingRule) { r.Version = ptr(int64(2)) })}, sampling.Request{}, "Default"},
		{"attributes", []*sampling.SamplingRule{newRule("A", 5, 0, 0, func(r *sampling.SamplingRule) { r.Attributes = map[string]*string{"a": ptr("b")} })}, sampling.Request{}, "Default"},
		{"a resource", []*sampling.SamplingRule{newRule("A", 5, 0, 0, func(r *sampling.SamplingRule) { r.ResourceARN = ptr("arn:*") })}, sampling.Request{}, "Default"},
		{"a rule without host", []*sampling.SamplingRule{newRule("A", 5, 0, 0, func(r *sampling.SamplingRule) { r.Host = nil })}, sampling.Request{}, "Default"},
		{"Default comes last, whatever its priority", []*sampling.SamplingRule{newRule("A", 20000, 0, 0)}, sampling.Request{}, "A"},
	} {
		s := &service{rules: append(tt.rules, newRule("Default", 10000, 0, 0))}
		simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
			if d := sampling.Decide(strategy, tt.request); d.Rule == nil || *d.Rule != tt.want {
				t.Errorf("%s: %+v is decided by %v, want %s", tt.about, tt.request, d.Rule, tt.want)
			}
		})
	}
}

// With a rule that matches nothing and no Default, the local rules decide.
func TestNoRuleMatches(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("A", 5, 0, 1, func(r *sampling.SamplingRule) { r.Host = ptr("elsewhere") })}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		pass(time.Second)
		d := strategy.ShouldTrace(&sampling.Request{Host: "here"})
		if !d.Sample || d.Rule != nil {
			t.Errorf("the first request of the second: %+v, want it traced by no rule", *d)
		}
	})
}
