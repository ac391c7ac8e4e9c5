package sampling

import (
	"sync"
	"time"
)

// Targets answers the reports of clients for a set of rules. It is safe for concurrent use.
type Targets struct {
	rules      []Rule
	mu         sync.Mutex // guards what is in the reservoirs
	reservoirs map[string]*Reservoir
}

// NewTargets makes the targets of the given rules, whose names must differ.
func NewTargets(rules ...Rule) *Targets {
	t := &Targets{rules: rules, reservoirs: make(map[string]*Reservoir, len(rules))}
	for _, r := range rules {
		t.reservoirs[r.Name] = NewReservoir(r.Name, r.ReservoirSize)
	}
	return t
}

// Rules are the rules in the order given. They must not be changed.
func (t *Targets) Rules() []Rule { return t.rules }

// A Report is what a client counted for a rule since its last report. Negative counts are taken as 0; SDKs differ in
// whether a borrowed request is sampled as well.
type Report struct {
	Rule     string
	Client   string // 24 hex digits, made by each process
	Requests int
	Sampled  int
	Borrowed int
}

// A Target is what a client shall do until its next report.
type Target struct {
	FixedRate float64
	Lease     *Lease // nil in the answer to a client's first report: it goes on borrowing one request a second
}

// A Lease is a client's part of a reservoir.
type Lease struct {
	Quota    int           // requests per second
	Expires  time.Time     // whole second
	Interval time.Duration // until the next report
}

// Report takes a report received now and answers it. The error is ErrUnknownRule.
func (t *Targets) Report(now time.Time, r Report) (Target, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.rules {
		if rule := &t.rules[i]; rule.Name == r.Rule {
			return Target{rule.FixedRate, t.reservoirs[rule.Name].Report(now, r.Client, r.Requests)}, nil
		}
	}
	return Target{}, ErrUnknownRule
}
