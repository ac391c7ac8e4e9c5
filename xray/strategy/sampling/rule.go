package sampling

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"github.com/rayscope/rayscope/xray/pattern"
)

// defaultName is the name of the rule that comes last and matches every request.
const defaultName = "Default"

// A rule is a central rule.
type rule struct {
	name     string
	priority int64
	rate     float64
	capacity int64  // of the reservoir of all clients
	boosted  bool   // the service may raise its rate, and wants to know of anomalies
	terms    []term // all must match
	*usage
}

// A term is a pattern for one of a request's fields, which are numbered as in [ruleSet.match].
type term struct {
	field   int
	pattern string
}

func (r *rule) matches(fields *[5]string) bool {
	for _, t := range r.terms {
		if text := fields[t.field]; text != "" && !pattern.WildcardMatchCaseInsensitive(t.pattern, text) {
			return false
		}
	}
	return true
}

// A usage is the state of a rule, which stays when the rule is changed. Only the poller writes the lease.
type usage struct {
	lease     atomic.Pointer[lease]
	reservoir bucket // of the quota, or of the one request that is borrowed

	requests atomic.Int64 // since the last report, as are the others
	sampled  atomic.Int64 // borrowed ones not among them
	borrowed atomic.Int64

	anomalies anomalies

	interval int64 // seconds between reports; the poller's own, as is the next
	reported int64 // seconds of the epoch
}

// A lease is what the service lets this client do.
type lease struct {
	rate    float64
	quota   int64 // requests per second
	expires int64 // of the quota: the last second of the epoch that it is good in; 0 before the first

	boost       float64 // rate that replaces the other
	boostedTill int64
}

// sample decides at a second of the epoch.
func (r *rule) sample(now int64) bool {
	r.requests.Add(1)
	l := r.lease.Load()
	if now <= l.expires {
		if r.reservoir.take(now, l.quota) {
			r.sampled.Add(1)
			return true
		}
	} else if r.capacity > 0 && r.reservoir.take(now, 1) {
		// Without a quota one request a second is borrowed from the reservoir, so that a new process is seen at once.
		r.borrowed.Add(1)
		return true
	}
	rate := l.rate
	if now <= l.boostedTill {
		rate = l.boost
	}
	if rand.Float64() < rate {
		r.sampled.Add(1)
		return true
	}
	return false
}

// inherit takes over what the rule was before it was fetched again. A rate that was changed counts at once; else that of the last
// lease stays.
func (r *rule) inherit(old *rule) {
	r.usage = old.usage
	if r.rate != old.rate {
		l := *r.lease.Load()
		l.rate = r.rate
		r.lease.Store(&l)
	}
}

// lastPriority sorts the default rule behind every other.
const lastPriority = 1<<63 - 1

// firstInterval is the seconds between reports until the service says otherwise.
const firstInterval = 10

// newRule makes a rule, or nil if it is not for this client or wrong.
func newRule(s *SamplingRule) (*rule, error) {
	if s == nil || s.RuleName == nil {
		return nil, errors.New("sampling rule without RuleName is skipped")
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("sampling rule %q is skipped: %w", *s.RuleName, err)
	}
	// Attributes and ARNs are not known when a segment begins.
	if len(s.Attributes) > 0 || *s.ResourceARN != "*" {
		return nil, nil
	}
	r := &rule{
		name:     *s.RuleName,
		priority: *s.Priority,
		rate:     *s.FixedRate,
		capacity: *s.ReservoirSize,
		boosted:  s.SamplingRateBoost != nil,
		usage:    &usage{interval: firstInterval},
	}
	r.lease.Store(&lease{rate: r.rate})
	if r.name == defaultName {
		r.priority = lastPriority
		return r, nil
	}
	for i, p := range []*string{s.ServiceName, s.ServiceType, s.Host, s.HTTPMethod, s.URLPath} {
		if strings.Trim(*p, "*") != "" || *p == "" {
			r.terms = append(r.terms, term{i, *p})
		}
	}
	return r, nil
}

// check says what is missing, and whether the rule is of a form that this package knows.
func (s *SamplingRule) check() error {
	for _, member := range []struct {
		name  string
		there bool
	}{
		{"Version", s.Version != nil}, {"Priority", s.Priority != nil}, {"FixedRate", s.FixedRate != nil},
		{"ReservoirSize", s.ReservoirSize != nil}, {"ResourceARN", s.ResourceARN != nil}, {"ServiceName", s.ServiceName != nil},
		{"ServiceType", s.ServiceType != nil}, {"Host", s.Host != nil}, {"HTTPMethod", s.HTTPMethod != nil}, {"URLPath", s.URLPath != nil},
	} {
		if !member.there {
			return fmt.Errorf("%s is missing", member.name)
		}
	}
	if *s.Version != 1 {
		return fmt.Errorf("only Version 1 is known, not %d", *s.Version)
	}
	return nil
}
