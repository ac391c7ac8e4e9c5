// Package query answers what people ask of the traces: lists of summaries, whole traces, maps. It reads candidates from
// the store, assembles them and decides what matches, so that every engine gives the same answers.
package query

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// Errors that doors turn into answers of their own.
var (
	ErrToken    = errors.New("page token does not belong to this query")
	ErrNotFound = errors.New("trace not found")
)

// A Query answers questions about one store. It is safe for concurrent use.
type Query struct {
	store store.Reader
	now   func() time.Time
	pool  sync.Pool // of *trace.Assembler
}

// New is a Query on r; now tells the time, against which pages are kept stable.
func New(r store.Reader, now func() time.Time) *Query {
	return &Query{store: r, now: now, pool: sync.Pool{New: func() any { return new(trace.Assembler) }}}
}

// assembler lends an assembler for traces of the account; done gives it back.
func (q *Query) assembler(account store.Account) (a *trace.Assembler, done func()) {
	a = q.pool.Get().(*trace.Assembler)
	a.Account = account.String()
	return a, func() { q.pool.Put(a) }
}

// assemble puts a stored trace together from the digests received until asOf; nil if there are none.
func assemble(a *trace.Assembler, t *store.Trace, asOf segment.Time) (*trace.Trace, error) {
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

// forever is later than any receipt.
const forever = segment.Time(1<<63 - 1)
