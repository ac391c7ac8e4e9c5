package query

import (
	"context"
	"slices"
	"time"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A GraphQuery asks for the map of what was received in [From, To).
type GraphQuery struct {
	Account  store.Account
	From, To segment.Time
	Group    *rollup.Group      // only traces that belong to it; nil for all
	Filter   *filter.Expression // what they match; nil for all. Only MatchingGraph heeds it
	Env      *filter.Env        // of Filter; not nil if that is not
}

// A Graph is a service map.
type Graph struct {
	servicemap.Map
	OldVersions bool // traces of the group are in it that an earlier version of its expression chose
}

// ServiceGraph answers a GraphQuery: what is sealed from its parts, the rest from the traces. Of a group it reads the
// members' traces.
func (q *Query) ServiceGraph(ctx context.Context, gq GraphQuery) (*Graph, error) {
	g := new(Graph)
	c := newCover(gq.From, gq.To)
	if gq.Group == nil {
		err := c.take(ctx, q.store, gq.Account, func(_ store.Minute, data []byte) error {
			if err := g.MergeEncoded(data, nil); err != nil {
				return err
			}
			return q.drawMany(ctx, gq.Account, &g.Map)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, r := range c.rest() {
		if err := q.addTraces(ctx, gq, r, &g.Map, nil); err != nil {
			return nil, err
		}
	}
	return g, q.complete(ctx, gq, g)
}

// complete adds to g what its traces alone do not tell: senders of links outside of them, and whether the group was another then.
func (q *Query) complete(ctx context.Context, gq GraphQuery, g *Graph) error {
	if err := q.drawLinks(ctx, gq.Account, &g.Map); err != nil {
		return err
	}
	var err error
	g.OldVersions, err = q.oldMembers(ctx, gq.Account, gq.From, gq.To, gq.Group)
	return err
}

// addTraces adds what was received in the reading. A sender of a link is drawn when it is met, received then or not: a
// scan goes back in time, so it nearly always comes after the receiver. Senders outside of the group are looked up.
func (q *Query) addTraces(ctx context.Context, gq GraphQuery, r reading, m *servicemap.Map, look looking) error {
	waited := func(id segment.TraceID) bool { _, ok := m.Links[id]; return ok }
	return q.read(ctx, gq.Account, r, gq.members(), waited, look, func(stored *store.Trace, t *trace.Trace) error {
		m.Add(t, r.from, r.to)
		m.Draw(t)
		return q.drawMany(ctx, gq.Account, m)
	})
}

func (gq *GraphQuery) members() members { return members{gq.Group, gq.Filter, gq.Env} }

// graphTime bounds the reading for one map: longer nobody looks at an empty screen.
const graphTime = 20 * time.Second

// A MatchedGraph is the map of chosen traces, and how much of the window it saw.
type MatchedGraph struct {
	Graph
	Seen    int64        // traces that were received in the window and looked at, matching or not
	Matched int64        // those that are in the map
	Exact   bool         // these were all
	Reached segment.Time // traces that began from here on were looked at
}

// MatchingGraph is ServiceGraph of the traces that match the filter, too. It reads traces, the newest first, for graphTime at
// most; as many run at once as analyses do, and others wait.
func (q *Query) MatchingGraph(ctx context.Context, gq GraphQuery) (*MatchedGraph, error) {
	select {
	case q.analyses <- struct{}{}:
		defer func() { <-q.analyses }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	g := &MatchedGraph{Exact: true, Reached: gq.From}
	deadline := q.now().Add(graphTime)
	n := 0
	look := func(stored *store.Trace, matched bool) (further bool) {
		g.Seen++
		if matched {
			g.Matched++
		}
		if n++; n%timeCheck != 0 || q.now().Before(deadline) {
			return true
		}
		g.Exact, g.Reached = false, stored.Home.Time()
		return false
	}
	whole := reading{gq.From, gq.To, func(store.Minute) bool { return false }}
	if err := q.addTraces(ctx, gq, whole, &g.Map, look); err != nil {
		return nil, err
	}
	return g, q.complete(ctx, gq, &g.Graph)
}

// TraceGraph is the map of one trace.
func (q *Query) TraceGraph(ctx context.Context, account store.Account, id segment.TraceID) (*servicemap.Map, error) {
	a, done := q.assembler(account)
	defer done()
	m := new(servicemap.Map)
	found := false
	for stored, err := range q.store.Digests(ctx, account, id) {
		if err != nil {
			return nil, err
		}
		t, err := stored.Assemble(a, forever)
		if err != nil {
			return nil, err
		}
		m.Add(t, 0, forever)
		found = true
	}
	if !found {
		return nil, ErrNotFound
	}
	return m, nil
}

// maxLinks is how many traces that links lead to are kept in mind before they are looked up: memory for them is bounded.
const maxLinks = 10_000

// drawMany draws the links that wait in the map if there are many.
func (q *Query) drawMany(ctx context.Context, account store.Account, m *servicemap.Map) error {
	if len(m.Links) < maxLinks {
		return nil
	}
	return q.drawLinks(ctx, account, m)
}

// drawLinks draws the links that wait in the maps. Links to traces that are not there are dropped.
func (q *Query) drawLinks(ctx context.Context, account store.Account, all ...*servicemap.Map) error {
	if !slices.ContainsFunc(all, func(m *servicemap.Map) bool { return len(m.Links) > 0 }) {
		return nil
	}
	a, done := q.assembler(account)
	defer done()
	err := rollup.Senders(ctx, q.store, account, a, all, func(t *trace.Trace) {
		for _, m := range all {
			m.Draw(t)
		}
	})
	if err != nil {
		return err
	}
	for _, m := range all {
		m.Links = nil
	}
	return nil
}
