package query

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
)

// ServiceGraph is the map of what was received in [from, to).
func (q *Query) ServiceGraph(ctx context.Context, account store.Account, from, to segment.Time) (*servicemap.Map, error) {
	a, done := q.assembler(account)
	defer done()
	m := new(servicemap.Map)
	for stored, err := range q.store.Scan(ctx, account, store.Selection{Window: store.Window{Axis: store.ByReceived, From: from, To: to}}) {
		if err != nil {
			return nil, err
		}
		t, err := assemble(a, stored, forever)
		if err != nil {
			return nil, err
		}
		m.Add(t, from, to)
		m.Draw(t)
		if len(m.Links) >= maxLinks {
			if err := q.drawLinks(ctx, account, m); err != nil {
				return nil, err
			}
		}
	}
	return m, q.drawLinks(ctx, account, m)
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
		t, err := assemble(a, stored, forever)
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
// Until then a scan, which goes back in time, nearly always meets the sender's trace after the receiver's.
const maxLinks = 10_000

// drawLinks looks up the traces behind the links that wait in the map, in the order in which they are likely to lie, and
// draws these. Links to traces that are not there are dropped.
func (q *Query) drawLinks(ctx context.Context, account store.Account, m *servicemap.Map) error {
	if len(m.Links) == 0 {
		return nil
	}
	a, done := q.assembler(account)
	defer done()
	ids := slices.SortedFunc(maps.Keys(m.Links), func(x, y segment.TraceID) int { return bytes.Compare(y[:], x[:]) })
	for stored, err := range q.store.Digests(ctx, account, ids...) {
		if err != nil {
			return err
		}
		t, err := assemble(a, stored, forever)
		if err != nil {
			return err
		}
		m.Draw(t)
	}
	m.Links = nil
	return nil
}
