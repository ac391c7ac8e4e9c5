package pebble

import (
	"bytes"
	"context"
	"iter"
	"math"
	"slices"

	"github.com/rayscope/rayscope/internal/store"
)

// Scan implements store.Reader.
//
// The homes that can have an instant of the window in reach are one run of keys, which is read forward. Traces out of
// reach have activity rows in the slots of the window: their homes lie above or below that run, so they come before or
// after it, and nothing is to be merged with it.
//
// With Where, the run is gone through by the marks of sealed minutes. Those are asked for the traces that satisfy it, with
// a seek for each condition, and none of their rows is touched but those of these traces; what lies between is read.
// Marks, contents and rows are seen as of one moment.
//
// A trace whose id was a plausible home for one of its documents and not for another lies at two homes, and comes at each
// with the rows that lie there; see store.HomeInID.
func (s *Store) Scan(ctx context.Context, a store.Account, sel store.Selection) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		if sel.Window.From >= sel.Window.To {
			return
		}
		c := &scan{s: s, ctx: ctx, account: a, Selection: sel, yield: yield}
		if err := s.sequence(ctx, c.run); err != nil {
			yield(nil, err)
		}
	}
}

// A scan is one run through a window.
type scan struct {
	store.Selection
	s       *Store
	ctx     context.Context
	account store.Account
	yield   func(*store.Trace, error) bool
	key     []byte
}

func (c *scan) run() error {
	from, to := c.Window.Homes()
	if to < math.MaxUint32 {
		if err := c.far(math.MaxUint32, to+1); err != nil {
			return err
		}
	}
	if err := c.near(to, from); err != nil {
		return err
	}
	if from > 0 {
		return c.far(from-1, 0)
	}
	return nil
}

// hand hands out a trace that was read near the window, unless none of it was received in a window of receipts: near
// its edges that is told by the keys, and saves the reading of the digests.
func (c *scan) hand(t *store.Trace) error {
	if c.Window.Axis == store.ByReceived && !t.Truncated && !slices.ContainsFunc(t.Rows, c.received) {
		return nil
	}
	if !c.yield(t, nil) {
		return errStop
	}
	return nil
}

func (c *scan) received(r store.Row) bool {
	return r.Received >= c.Window.From && r.Received < c.Window.To
}

// near hands out traces with homes from high down to low.
func (c *scan) near(high, low store.Home) (err error) {
	if c.After != nil && c.After.Home < low {
		return nil
	}
	lower := appendPrefix(nil, tagDigest, c.account, store.Position{Home: high})
	if c.After != nil && c.After.Home <= high {
		lower = immediateSuccessor(nil, appendPrefix(nil, tagDigest, c.account, *c.After))
		high = c.After.Home
	}
	upper := appendAccount(nil, tagDigest, c.account+1)
	if low > 0 {
		upper = appendPrefix(nil, tagDigest, c.account, store.Position{Home: low - 1})
	}
	if bytes.Compare(lower, upper) >= 0 {
		return nil
	}
	r, err := c.s.newReader(tagDigest, c.account, lower, upper)
	if err != nil {
		return err
	}
	defer r.close(&err)
	if len(c.Where) > 0 {
		return c.pruned(&span{reader: r, lower: lower, upper: upper}, high.Minute(), low.Minute())
	}
	r.it.First()
	return c.walk(r, upper)
}

// walk hands out the traces from where the iterator stands up to the key end.
func (c *scan) walk(r *reader, end []byte) error {
	for minute, known := store.Minute(0), false; r.it.Valid() && bytes.Compare(r.it.Key(), end) < 0; {
		if err := c.s.step(c.ctx); err != nil {
			return err
		}
		if c.Skip != nil && len(r.it.Key()) == rowLen {
			m := positionOf(r.it.Key()[accountEnd:]).Home.Minute()
			if (!known || m != minute) && c.Skip(m) {
				r.it.SeekGE(c.behind(m, end))
				continue
			}
			minute, known = m, true
		}
		if err := r.next(); err != nil {
			return err
		}
		if err := c.hand(&r.trace); err != nil {
			return err
		}
	}
	return r.err()
}

// behind is the key behind the minute, and behind all that are passed over with it: each seek costs a block of digests.
func (c *scan) behind(m store.Minute, end []byte) []byte {
	for {
		c.key = appendBehind(c.key[:0], c.account, m)
		if m == 0 || bytes.Compare(c.key, end) >= 0 || !c.Skip(m-1) {
			return c.key
		}
		m--
	}
}

// far yields the traces with homes from high down to low that the activity slots of the window name.
func (c *scan) far(high, low store.Home) (err error) {
	if c.After != nil && c.After.Home < low {
		return nil
	}
	start := appendPosition(nil, store.Position{Home: high})
	if c.After != nil && c.After.Home <= high {
		start = append(appendPosition(nil, *c.After), 0)
	}
	m, err := c.s.newSlots(c.ctx, c.account, c.Window, start, low)
	if err != nil {
		return err
	}
	defer m.close(&err)
	if m.empty() {
		return nil
	}
	r, err := c.s.newReader(tagDigest, c.account, nil, nil)
	if err != nil {
		return err
	}
	defer r.close(&err)
	for !m.empty() {
		if err := c.s.step(c.ctx); err != nil {
			return err
		}
		p, err := m.pop()
		if err != nil {
			return err
		}
		if c.Skip != nil && c.Skip(p.Home.Minute()) {
			continue
		}
		found, err := r.at(p) // not found: Trim removed the trace since
		if err != nil {
			return err
		}
		if found && !c.yield(&r.trace, nil) {
			return errStop
		}
	}
	return nil
}
