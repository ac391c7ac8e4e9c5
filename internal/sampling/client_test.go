package sampling_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
)

// A request is what rules are matched with. Empty members match every pattern.
type request struct {
	service, kind, host, method, path string

	header string // the decision of the caller: "1", "0", or none
}

// A state is what a client keeps of one rule.
type state struct {
	rule      sampling.Rule
	quota     int
	expires   int64 // epoch second; the lease is over when now is later
	interval  time.Duration
	reported  time.Time
	second    int64 // that used and borrowed are of
	used      int
	borrowed  int
	counts    sampling.Counts
	reservoir bool // the last decision was made by the reservoir: a part of the quota, or borrowed
}

// A client is the algorithm of AWS' SDKs for Go and Python, by which this service's answers must do their work.
type client struct {
	id        string
	random    func() float64
	rules     []*state // in the order in which they are tried
	refreshed time.Time
	stale     bool // the rules must be fetched again

	fallback state // 1 a second and 5 % of the rest, while there are no rules
}

const (
	clientInterval = 10 * time.Second
	rulesFor       = time.Hour // rules are used, after the last good fetch
)

func newClient(id string, random func() float64) *client {
	return &client{id: id, random: random, fallback: state{rule: sampling.Default(0.05, 1), quota: 1, expires: 1 << 62}}
}

// load takes fetched rules; those with the name of a known one keep its state.
func (c *client) load(now time.Time, rules ...sampling.Rule) {
	before := c.rules
	c.rules, c.refreshed, c.stale = nil, now, false
	for _, r := range rules {
		if r.Version != 1 || r.ResourceARN != "*" || len(r.Attributes) > 0 {
			continue
		}
		i := slices.IndexFunc(before, func(s *state) bool { return s.rule.Name == r.Name })
		if i < 0 {
			c.rules = append(c.rules, &state{rule: r, interval: clientInterval, reported: now})
			continue
		}
		before[i].rule = r
		c.rules = append(c.rules, before[i])
	}
	slices.SortFunc(c.rules, func(a, b *state) int {
		return cmp.Or(cmp.Compare(a.rule.Priority, b.rule.Priority), cmp.Compare(a.rule.Name, b.rule.Name))
	})
}

// decide answers whether the request is sampled, and by which rule; nil if no rule was asked.
func (c *client) decide(now time.Time, r request) (bool, *state) {
	if r.header != "" {
		return r.header == "1", nil
	}
	if len(c.rules) == 0 || now.Sub(c.refreshed) > rulesFor {
		return c.fallback.decide(now.Unix(), c.random), &c.fallback
	}
	for _, s := range c.rules {
		if s.rule.Name == sampling.DefaultName || matches(&s.rule, r) {
			return s.decide(now.Unix(), c.random), s
		}
	}
	return false, nil
}

func (s *state) decide(now int64, random func() float64) bool {
	s.counts.Requests++
	s.reservoir = false
	if s.second != now {
		s.second, s.used, s.borrowed = now, 0, 0
	}
	if now > s.expires {
		if s.borrowed == 0 && s.rule.ReservoirSize != 0 {
			s.borrowed++
			s.counts.Borrowed++
			s.reservoir = true
			return true
		}
	} else if s.used < s.quota {
		s.used++
		s.counts.Sampled++
		s.reservoir = true
		return true
	}
	if random() < s.rule.FixedRate {
		s.counts.Sampled++
		return true
	}
	return false
}

// reports are those that are due, which begin to count anew.
func (c *client) reports(now time.Time) (due []sampling.Report) {
	for _, s := range c.rules {
		if s.counts.Requests > 0 && now.Sub(s.reported) >= s.interval {
			due = append(due, sampling.Report{Rule: s.rule.Name, Client: c.id, Counts: s.counts})
			s.counts, s.reported = sampling.Counts{}, now
		}
	}
	return due
}

// take does what the service answers to a report.
func (c *client) take(rule string, t sampling.Target, err error) {
	if err != nil {
		c.stale = true // as for every error that begins with 4
		return
	}
	for _, s := range c.rules {
		if s.rule.Name != rule {
			continue
		}
		s.rule.FixedRate = t.FixedRate
		if t.Lease != nil {
			s.quota, s.expires, s.interval = t.Lease.Quota, t.Lease.Expires.Unix(), t.Lease.Interval
		}
	}
}

func matches(rule *sampling.Rule, r request) bool {
	for _, p := range [][2]string{
		{rule.ServiceName, r.service}, {rule.ServiceType, r.kind}, {rule.Host, r.host}, {rule.HTTPMethod, r.method}, {rule.URLPath, r.path},
	} {
		if p[1] != "" && !wild(strings.ToLower(p[0]), strings.ToLower(p[1])) {
			return false
		}
	}
	return true
}

// wild matches text with a pattern of * and ?.
func wild(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return wild(pattern[1:], text) || text != "" && wild(pattern, text[1:])
	}
	return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && wild(pattern[1:], text[1:])
}

// seeded is randomness that is the same each time.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
