package store

import (
	"fmt"
	"math"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// Forever is later than any receipt.
const Forever = segment.Time(math.MaxInt64)

// Assemble puts a trace of digests together from those received until asOf; nil if there are none. The trace points into
// the bytes of t.
func (t *Trace) Assemble(a *trace.Assembler, asOf segment.Time) (*trace.Trace, error) {
	a.Begin(t.ID)
	n := 0
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Received > asOf {
			continue
		}
		if err := a.Add(r.Segment, r.Received, r.Data); err != nil {
			return nil, fmt.Errorf("read digest: %w", err)
		}
		n++
	}
	if n == 0 {
		return nil, nil
	}
	return a.Trace(), nil
}

// ReceivedIn tells whether a row was received in the span [from, to).
func (t *Trace) ReceivedIn(from, to segment.Time) bool {
	for i := range t.Rows {
		if r := t.Rows[i].Received; r >= from && r < to {
			return true
		}
	}
	return false
}
