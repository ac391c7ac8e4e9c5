package query

import (
	"context"
	"time"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// analyzeTime bounds the work of one analysis: longer nobody looks at an empty screen.
const analyzeTime = 20 * time.Second

// maxAnalyses is how many analyses run at once; others wait. Each may take some hundred megabytes if traces are made for it.
const maxAnalyses = 2

// An AnalyzeQuery asks for an analysis of the traces of a window.
type AnalyzeQuery struct {
	Account store.Account
	Window  store.Window
	Group   *rollup.Group      // only traces that belong to it; nil for all
	Filter  *filter.Expression // what they match; nil for all
	Env     *filter.Env        // of all filters; not nil if there is any
	A       *Choice            // what belongs to set A; nil for all
	B       *Choice            // what belongs to set B; nil for what is not in A
	Plan    analysis.Plan      // completed
	Most    int                // traces of the window to look at; 0 for all
}

// A Choice chooses traces. Members that are nil choose all.
type Choice struct {
	Filter   *filter.Expression
	From, To *segment.Time // of the instant in the window, half-open
	Min, Max *segment.Time // of the response time, half-open; without one a trace is not chosen
}

// An Analyzed is an analysis, and how much of the window it saw.
type Analyzed struct {
	*analysis.Analysis
	Seen    int          // traces in the window that were looked at, matching or not
	Exact   bool         // these were all
	Late    bool         // it took longer than an analysis may, else there were more traces than Most
	Reached segment.Time // traces from here to the end of the window were looked at
}

// Analyze counts the traces of the window that the query's filter and group choose, in one pass, newest first. Traces are chosen
// as Summaries chooses them; documents that were received after the call began are not looked at.
func (q *Query) Analyze(ctx context.Context, aq AnalyzeQuery) (*Analyzed, error) {
	select {
	case q.analyses <- struct{}{}:
		defer func() { <-q.analyses }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	asm, done := q.assembler(aq.Account)
	defer done()
	asOf := segment.TimeOf(q.now())
	deadline := q.now().Add(analyzeTime)
	out := &Analyzed{Analysis: analysis.New(aq.Plan), Reached: aq.Window.From}
	n := 0
	for stored, err := range q.store.Scan(ctx, aq.Account, aq.selection()) {
		if err != nil {
			return nil, err
		}
		n++
		if out.Late = n%timeCheck == 0 && q.now().After(deadline); out.Late || aq.Most > 0 && out.Seen >= aq.Most {
			out.Reached = max(aq.Window.From, min(aq.Window.To, stored.Home.Time()+segment.Second+sortSkew))
			return out, nil
		}
		t, err := stored.Assemble(asm, asOf)
		if err != nil {
			return nil, err
		}
		if t != nil {
			aq.add(out, stored, t)
		}
	}
	out.Exact = true
	return out, nil
}

func (aq *AnalyzeQuery) selection() store.Selection {
	s := store.Selection{Window: aq.Window}
	if aq.Filter != nil {
		s.Where = aq.Filter.Where(aq.Env)
	}
	if aq.Group != nil {
		s.Where = append(s.Where, aq.Group.Members()...)
	}
	return s
}

// add counts the trace if it is in the window and in the base.
func (aq *AnalyzeQuery) add(out *Analyzed, stored *store.Trace, t *trace.Trace) {
	at, ok := instant(aq.Window, t)
	if !ok {
		return
	}
	out.Seen++
	if aq.Group != nil && !stored.Looked && !aq.Group.Match(t) || aq.Filter != nil && !aq.Filter.Match(t, aq.Env) {
		return
	}
	a := aq.A.chooses(t, at, aq.Env)
	b := !a
	if aq.B != nil {
		b = aq.B.chooses(t, at, aq.Env)
	}
	out.Add(t, at, a, b)
}

// chooses tells whether the trace, which was in the window at the instant, is chosen.
func (c *Choice) chooses(t *trace.Trace, at segment.Time, env *filter.Env) bool {
	if c == nil {
		return true
	}
	if c.From != nil && at < *c.From || c.To != nil && at >= *c.To {
		return false
	}
	if c.Min != nil || c.Max != nil {
		root := t.RootSegment()
		if root == nil || !root.Complete() || c.Min != nil && root.Duration() < *c.Min || c.Max != nil && root.Duration() >= *c.Max {
			return false
		}
	}
	return c.Filter == nil || c.Filter.Match(t, env)
}
