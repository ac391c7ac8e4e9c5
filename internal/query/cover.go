package query

import (
	"context"
	"fmt"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A Store is what questions are answered from.
type Store interface {
	store.Reader
	store.Sealer
}

const minute = 60 * segment.Second

// A cover is how a span of receipts is put together from parts of sealed minutes and from traces.
//
// A home minute is taken from its parts or read, never both. Which are sealed is decided once, by the one look at the
// parts: a seal that breaks afterwards does not matter, as the parts were right when they were read; nor does one that
// forms. Only minutes whose every home is near the span are looked at. What else was received in it belongs to few traces,
// which the store finds one by one.
//
// Parts are of whole minutes of receipt. A span that begins or ends within a minute has an edge there, which is read from
// the traces of those home minutes that have a part of the edge's minute: no others were received then.
type cover struct {
	from, to    segment.Time // the span of receipts, half-open
	first, end  store.Minute // whole minutes of receipt in it, half-open; the same if there are none
	taken       map[store.Minute]bool
	left, right map[store.Minute]bool // of those taken: what was received in the minute before first, and in that of end
}

// newCover is the cover of [from, to) with nothing taken.
func newCover(from, to segment.Time) *cover {
	from, to = max(from, 0), min(to, lastSecond)
	c := &cover{from: from, to: to, first: store.Minute((from + minute - 1) / minute), end: store.Minute(max(to, 0) / minute)}
	c.end = max(c.first, c.end)
	return c
}

// lastSecond is the end of the last home: what is received later cannot be kept.
const lastSecond = 1 << 32 * segment.Second

// take reads the parts of what is sealed, and has add count those of whole minutes in the span. Data lasts until add returns.
func (c *cover) take(ctx context.Context, s store.Sealer, a store.Account, add func(received store.Minute, data []byte) error) error {
	if c.first == c.end {
		return nil
	}
	c.taken, c.left, c.right = make(map[store.Minute]bool), make(map[store.Minute]bool), make(map[store.Minute]bool)
	low, high := store.Window{Axis: store.ByReceived, From: c.from, To: c.to}.Homes()
	near, last := store.Minute((uint64(low)+59)/60), store.Minute((uint64(high)+1)/60)
	if near >= last {
		return nil
	}
	for p, err := range s.Parts(ctx, a, rollup.MapPart, near, last-1) {
		if err != nil {
			return err
		}
		c.taken[p.Minute] = true
		if p.Key == nil {
			continue
		}
		received, err := rollup.Received(p)
		if err != nil {
			return err
		}
		switch {
		case received+1 == c.first:
			c.left[p.Minute] = true
		case received == c.end:
			c.right[p.Minute] = true
		case received >= c.first && received < c.end:
			if err := add(received, p.Data); err != nil {
				return fmt.Errorf("read what was received in minute %d of the traces of minute %d: %w", received, p.Minute, err)
			}
		}
	}
	return nil
}

// A reading is what of the traces is still to be read: those that were received in the span and are not left out.
type reading struct {
	from, to segment.Time
	skip     func(store.Minute) bool
}

// rest is what the parts do not cover.
func (c *cover) rest() []reading {
	list := []reading{{c.from, c.to, func(m store.Minute) bool { return c.taken[m] }}}
	if from := c.first.Time(); c.from < from && len(c.left) > 0 {
		list = append(list, reading{c.from, from, func(m store.Minute) bool { return !c.left[m] }})
	}
	if to := c.end.Time(); to < c.to && len(c.right) > 0 {
		list = append(list, reading{to, c.to, func(m store.Minute) bool { return !c.right[m] }})
	}
	return list
}

// members are the traces that belong to a group and match a filter. Either may be nil, which is all.
type members struct {
	group  *rollup.Group
	filter *filter.Expression
	env    *filter.Env // not nil if filter is not
}

// where is what the store can look them up by.
func (m *members) where() (all []fact.Clause) {
	if m.filter != nil {
		all = m.filter.Where(m.env)
	}
	if m.group != nil {
		all = append(all, m.group.Members()...)
	}
	return all
}

func (m *members) have(stored *store.Trace, t *trace.Trace) bool {
	return (m.group == nil || stored.Looked || m.group.Match(t)) && (m.filter == nil || m.filter.Match(t, m.env))
}

// looking is told of each trace that was received in a reading, and whether it is a member. It says whether to read further.
type looking func(stored *store.Trace, member bool) bool

// read has each called with every trace of the reading that is a member; those that are wanted anyway are looked at even
// if nothing of them was received then. Look may be nil.
func (q *Query) read(ctx context.Context, a store.Account, r reading, m members, anyway func(segment.TraceID) bool, look looking, each func(*store.Trace, *trace.Trace) error) error {
	asm, done := q.assembler(a)
	defer done()
	sel := store.Selection{Window: store.Window{Axis: store.ByReceived, From: r.from, To: r.to}, Skip: r.skip, Where: m.where()}
	for stored, err := range q.store.Scan(ctx, a, sel) {
		if err != nil {
			return err
		}
		received := stored.ReceivedIn(r.from, r.to)
		if r.skip(stored.Home.Minute()) || !received && !anyway(stored.ID) {
			continue
		}
		t, err := stored.Assemble(asm, forever)
		if err != nil {
			return err
		}
		member := m.have(stored, t)
		if member {
			if err := each(stored, t); err != nil {
				return err
			}
		}
		if received && look != nil && !look(stored, member) {
			return nil
		}
	}
	return nil
}

// oldMembers tells whether a trace that was received in the span became a member of the group by an earlier expression.
func (q *Query) oldMembers(ctx context.Context, a store.Account, from, to segment.Time, g *rollup.Group) (bool, error) {
	if g == nil || g.Version <= 1 {
		return false, nil
	}
	sel := store.Selection{Window: store.Window{Axis: store.ByReceived, From: from, To: to}, Where: g.OldMembers()}
	for stored, err := range q.store.Scan(ctx, a, sel) {
		if err != nil {
			return false, err
		}
		if stored.Looked && stored.ReceivedIn(from, to) {
			return true, nil
		}
	}
	return false, nil
}
