package sampling

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A ruleSet is the rules of the service as they were at one time. It does not change; what its rules have counted does.
type ruleSet struct {
	rules   []*rule    // in the order in which they are tried; Default is the last
	probes  [][2]probe // of the rules, side by side in memory
	fetched time.Time  // before the call
}

// rulesFor is how many seconds rules are good after they were got: by then the service has most likely forgotten the client, and
// its quotas.
const rulesFor = 3600

// usable reports whether the rules may decide.
func (s *ruleSet) usable(now int64) bool {
	return len(s.rules) > 0 && now <= s.fetched.Unix()+rulesFor
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

// newRuleSet makes rules of the service's records. Rules that were there before keep their state. Those that are for other
// clients are left out, and so are those that are wrong, which the error is about.
func newRuleSet(records []*SamplingRuleRecord, before *ruleSet, now time.Time) (*ruleSet, error) {
	known := map[string]*rule{}
	if before != nil {
		for _, r := range before.rules {
			known[r.name] = r
		}
	}
	set := &ruleSet{fetched: now}
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
