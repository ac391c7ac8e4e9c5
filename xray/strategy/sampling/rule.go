package sampling

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/rayscope/rayscope/xray/pattern"
)

// defaultName is the name of the rule that comes last and matches every request.
const defaultName = "Default"

// A ruleSet is the rules of the service as they were at one time. It does not change; what its rules have counted does.
type ruleSet struct {
	rules   []*rule    // in the order in which they are tried; Default is the last
	probes  [][2]probe // of the rules, side by side in memory
	fetched time.Time  // before the call
	epoch   int64      // the same, in nanoseconds of the epoch
}

// rulesFor is how many seconds rules are good after they were got: by then the service has most likely forgotten the client, and
// its quotas.
const rulesFor = 3600

// now is the time in seconds of the epoch. What has passed since the rules were got takes one reading of one clock, which is
// half the cost of time.Now; with the next rules it follows the wall clock again.
func (s *ruleSet) now() int64 { return (s.epoch + int64(time.Since(s.fetched))) / int64(time.Second) }

// usable reports whether the rules may decide.
func (s *ruleSet) usable(now int64) bool {
	return len(s.rules) > 0 && now <= s.epoch/int64(time.Second)+rulesFor
}

// match is the rule for the request, nil if there is none.
func (s *ruleSet) match(r *Request, serviceType string) *rule {
	fields := [...]string{r.ServiceName, serviceType, r.Host, r.Method, r.URL}
	var heads, given [8]uint64 // a power of two, so that no index needs a check
	for i, text := range fields {
		if text != "" {
			heads[i], given[i] = head(text), math.MaxUint64
		}
	}
	for i := range s.probes {
		p := &s.probes[i]
		if f := p[0].field % 8; (heads[f]^p[0].head)&p[0].mask&given[f] != 0 {
			continue
		}
		if f := p[1].field % 8; (heads[f]^p[1].head)&p[1].mask&given[f] == 0 && s.rules[i].matches(&fields) {
			return s.rules[i]
		}
	}
	return nil
}

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

// A probe is a quick look whether a rule can match, as most do not: the bytes of one pattern before its first wildcard, eight
// at most.
type probe struct {
	head, mask uint64
	field      uint
}

// probes are those of the rule's two most telling patterns.
func (r *rule) probes() (best [2]probe) {
	for _, t := range r.terms {
		p := probe{head: head(t.pattern), field: uint(t.field)}
		for n := 0; n < min(len(t.pattern), 8) && t.pattern[n] != '*' && t.pattern[n] != '?' && t.pattern[n] < utf8.RuneSelf; n++ {
			p.mask |= 0xff << (8 * n)
		}
		if p.mask > best[0].mask {
			p, best[0] = best[0], p
		}
		if p.mask > best[1].mask {
			best[1] = p
		}
	}
	return best
}

// head is the first eight bytes in one word. Letters are equal in both cases, and other bytes may be equal that are not.
func head(s string) (h uint64) {
	const fold = 0x2020202020202020 // what lower case letters have and upper case ones have not
	if len(s) >= 8 {
		return fold | uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	for i := range len(s) {
		h |= uint64(s[i]) << (8 * i)
	}
	return h | fold
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

// newRuleSet makes rules of the service's records. Rules that were there before keep their state. Those that are for other
// clients are left out, and so are those that are wrong, which the error is about.
func newRuleSet(records []*SamplingRuleRecord, before *ruleSet, now time.Time) (*ruleSet, error) {
	known := map[string]*rule{}
	if before != nil {
		for _, r := range before.rules {
			known[r.name] = r
		}
	}
	set := &ruleSet{fetched: now, epoch: now.UnixNano()}
	var errs []error
	for _, record := range records {
		if record == nil {
			continue
		}
		r, err := newRule(record.SamplingRule)
		if err != nil {
			errs = append(errs, err)
		}
		if r == nil {
			continue
		}
		if old := known[r.name]; old != nil {
			r.inherit(old)
		}
		set.rules = append(set.rules, r)
	}
	slices.SortFunc(set.rules, func(a, b *rule) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), strings.Compare(a.name, b.name))
	})
	set.rules = slices.CompactFunc(set.rules, func(a, b *rule) bool { return a.name == b.name })
	for _, r := range set.rules {
		set.probes = append(set.probes, r.probes())
	}
	return set, errors.Join(errs...)
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
		return fmt.Errorf("Version %d is not known, only 1 is", *s.Version)
	}
	return nil
}
