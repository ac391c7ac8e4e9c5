package sampling

import (
	"sync"
	"time"
)

// Targets answers the reports of clients for the rules of an account. It is safe for concurrent use.
type Targets struct {
	mu    sync.Mutex // guards all below
	order []string   // names of the rules as they were set
	rules map[string]*watched
}

// watched is a rule with what clients told of it.
type watched struct {
	rule      Rule
	reservoir *Reservoir
	total     Counts
	windows   windows
	boosts    boosts
}

// NewTargets makes the targets of the given rules, whose names must differ.
func NewTargets(rules ...Rule) *Targets {
	t := &Targets{}
	t.Set(rules)
	return t
}

// Set changes the rules, whose names must differ. What is known of the clients of a rule that was there before stays; when
// a reservoir shrinks, clients hold what they have until they report.
func (t *Targets) Set(rules []Rule) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.rules
	t.order, t.rules = make([]string, len(rules)), make(map[string]*watched, len(rules))
	for i, r := range rules {
		w := before[r.Name]
		if w == nil {
			w = &watched{reservoir: NewReservoir(r.Name, r.ReservoirSize)}
		}
		w.rule, w.reservoir.size = r, r.ReservoirSize
		t.order[i], t.rules[r.Name] = r.Name, w
	}
}

// A Report is what a client counted for a rule since its last report. Negative counts are taken as 0; SDKs differ in
// whether a borrowed request is sampled as well.
type Report struct {
	Rule   string
	Client string // 24 hex digits, made by each process
	Counts
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
	w := t.rules[r.Rule]
	if w == nil {
		return Target{}, ErrUnknownRule
	}
	w.total.add(r.Counts)
	w.windows.add(now, r.Counts)
	return Target{w.rule.FixedRate, w.reservoir.Report(now, r.Client, r.Requests)}, nil
}

// ReportBoost takes a report of a service's anomalies received now, and returns the boost that its clients shall have;
// nil for none. The error is ErrUnknownRule.
func (t *Targets) ReportBoost(now time.Time, r BoostReport) (*Boost, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.rules[r.Rule]
	if w == nil {
		return nil, ErrUnknownRule
	}
	return w.boosts.report(now, &w.rule, r), nil
}

// A Statistic is what the clients of a rule reported in one window.
type Statistic struct {
	Rule  string
	Start time.Time // of the window, which is WindowLength long
	Counts
}

// Statistics are those of each rule's last window that is over, in the order of the rules. A rule is left out if nobody
// has reported on it lately.
func (t *Targets) Statistics(now time.Time) (list []Statistic) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range t.order {
		if w, ok := t.rules[name].windows.over(now); ok {
			list = append(list, Statistic{name, w.start, w.Counts})
		}
	}
	return list
}

// Trend is what clients reported of each rule in the windows from from on, which are over at to, by its name: the
// oldest first.
func (t *Targets) Trend(from, to time.Time) map[string][]Statistic {
	t.mu.Lock()
	defer t.mu.Unlock()
	trend := make(map[string][]Statistic, len(t.order))
	for _, name := range t.order {
		for _, w := range t.rules[name].windows {
			if !w.start.Before(from) && !w.start.Add(WindowLength).After(to) {
				trend[name] = append(trend[name], Statistic{name, w.start, w.Counts})
			}
		}
	}
	return trend
}

// Totals calls f with the sums of all reports on each rule since it was set first.
func (t *Targets) Totals(f func(rule string, total Counts)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range t.order {
		f(name, t.rules[name].total)
	}
}
