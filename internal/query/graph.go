package query

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// ServiceGraph is the map of what was received in [from, to).
func (q *Query) ServiceGraph(ctx context.Context, account store.Account, from, to segment.Time) (*servicemap.Map, error) {
	a, done := q.assembler(account)
	defer done()
	m := new(servicemap.Map)
	links := make(links)
	for stored, err := range q.store.Scan(ctx, account, store.Selection{Window: store.Window{Axis: store.ByReceived, From: from, To: to}}) {
		if err != nil {
			return nil, err
		}
		t, err := assemble(a, stored, forever)
		if err != nil {
			return nil, err
		}
		m.Add(t, from, to)
		links.collect(t, from, to)
		links.draw(m, t)
	}
	return m, q.drawRest(ctx, account, m, links)
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

// maxLinks bounds the links of one map that wait for the trace they lead to.
const maxLinks = 10_000

// links are segments of a map that were caused by an event sent in another trace, by that trace. A scan goes back in time,
// so it nearly always meets the sender's trace after the receiver's.
type links map[segment.TraceID][]link

type link struct {
	sender   segment.ID
	receiver trace.Entity // a copy that owns what AddLink needs
}

// collect notes the links of the segments received in [from, to).
func (l links) collect(t *trace.Trace, from, to segment.Time) {
	for _, i := range t.Segments {
		e := &t.Entities[i]
		if e.Received < from || e.Received >= to {
			continue
		}
		for _, k := range e.Digest.Links {
			if k.Child || k.Trace == t.ID || len(l) >= maxLinks {
				continue
			}
			l[k.Trace] = append(l[k.Trace], link{k.ID, own(e)})
		}
	}
}

// own copies a segment out of the assembler.
func own(e *trace.Entity) trace.Entity {
	s := e.Service().Clone()
	c, d := *e.Entity, segment.Digest{Origin: s.Type, AccountID: s.Account}
	c.Name, c.HTTP = s.Name, segment.HTTP{Status: e.HTTP.Status}
	c.Annotations, c.Exceptions = nil, nil
	copied := *e
	copied.Entity, copied.Digest = &c, &d
	return copied
}

// draw adds the edges of the links that lead to t, from the senders: the queue that the sending call infers, else the
// sending segment's node.
func (l links) draw(m *servicemap.Map, t *trace.Trace) {
	for _, k := range l[t.ID] {
		if s, state, ok := sender(t, k.sender); ok {
			m.AddLink(s.Service(), state, &k.receiver, s.End)
		}
	}
	delete(l, t.ID)
}

// drawRest looks up the traces that the scan did not meet behind the links to them: sent before the window, or in the same
// second as received. It asks for them in the order in which they are likely to lie.
func (q *Query) drawRest(ctx context.Context, account store.Account, m *servicemap.Map, l links) error {
	if len(l) == 0 {
		return nil
	}
	a, done := q.assembler(account)
	defer done()
	ids := slices.SortedFunc(maps.Keys(l), func(x, y segment.TraceID) int { return bytes.Compare(y[:], x[:]) })
	for stored, err := range q.store.Digests(ctx, account, ids...) {
		if err != nil {
			return err
		}
		t, err := assemble(a, stored, forever)
		if err != nil {
			return err
		}
		l.draw(m, t)
	}
	return nil
}

// sender is the entity whose node sent the event: the linked one if its node is inferred from it, else its segment, else
// the root.
func sender(t *trace.Trace, id segment.ID) (e *trace.Entity, state servicemap.State, ok bool) {
	if e = t.Find(id); e != nil && e.Infers() {
		return e, servicemap.Unknown, true
	}
	if e != nil && e.Segment != trace.None {
		return &t.Entities[e.Segment], servicemap.Active, true
	}
	if e = t.RootSegment(); e != nil {
		return e, servicemap.Active, true
	}
	return nil, 0, false
}
