package pebble

import (
	"bytes"
	"context"
	"iter"
	"math"

	"github.com/rayscope/rayscope/internal/store"
)

// Scan implements store.Reader.
//
// The homes that can have an instant of the window in reach are one run of keys, which is read forward. Traces out of
// reach have activity rows in the slots of the window: their homes lie above or below that run, so they come before or
// after it, and nothing is to be merged with it.
//
// A trace whose id was a plausible home for one of its documents and not for another lies at two homes, and comes at each
// with the rows that lie there; see store.HomeInID.
func (s *Store) Scan(ctx context.Context, a store.Account, sel store.Selection) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		if sel.Window.From >= sel.Window.To {
			return
		}
		c := &scan{s: s, ctx: ctx, account: a, window: sel.Window, after: sel.After, yield: yield}
		if err := s.sequence(ctx, c.run); err != nil {
			yield(nil, err)
		}
	}
}

// A scan is one run through a window.
type scan struct {
	s       *Store
	ctx     context.Context
	account store.Account
	window  store.Window
	after   *store.Position
	yield   func(*store.Trace, error) bool
}

func (c *scan) run() error {
	from, to := c.window.Homes()
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

// near yields all traces with homes from high down to low.
func (c *scan) near(high, low store.Home) (err error) {
	if c.after != nil && c.after.Home < low {
		return nil
	}
	lower := appendPrefix(nil, tagDigest, c.account, store.Position{Home: high})
	if c.after != nil && c.after.Home <= high {
		lower = immediateSuccessor(nil, appendPrefix(nil, tagDigest, c.account, *c.after))
	}
	var upper []byte // the end of the account
	if low > 0 {
		upper = appendPrefix(nil, tagDigest, c.account, store.Position{Home: low - 1})
	}
	if upper != nil && bytes.Compare(lower, upper) >= 0 {
		return nil
	}
	r, err := c.s.newReader(tagDigest, c.account, lower, upper)
	if err != nil {
		return err
	}
	defer r.close(&err)
	for r.it.First(); r.it.Valid(); {
		if err := c.s.step(c.ctx); err != nil {
			return err
		}
		if err := r.next(); err != nil {
			return err
		}
		if !c.yield(&r.trace, nil) {
			return errStop
		}
	}
	return r.err()
}

// far yields the traces with homes from high down to low that the activity slots of the window name.
func (c *scan) far(high, low store.Home) (err error) {
	if c.after != nil && c.after.Home < low {
		return nil
	}
	start := appendPosition(nil, store.Position{Home: high})
	if c.after != nil && c.after.Home <= high {
		start = append(appendPosition(nil, *c.after), 0)
	}
	m, err := c.s.newSlots(c.ctx, c.account, c.window, start, low)
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
