// Package query answers what people ask of the traces: lists of summaries, whole traces, maps. It reads candidates from
// the store, assembles them and decides what matches, so that every engine gives the same answers.
package query

import (
	"errors"
	"sync"
	"time"

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
	store Store
	now   func() time.Time
	pool  sync.Pool // of *trace.Assembler

	analyses chan struct{} // one for each that runs
}

// New is a Query on s; now tells the time, against which pages are kept stable.
func New(s Store, now func() time.Time) *Query {
	return &Query{
		store: s, now: now, pool: sync.Pool{New: func() any { return new(trace.Assembler) }},
		analyses: make(chan struct{}, maxAnalyses),
	}
}

// assembler lends an assembler for traces of the account; done gives it back.
func (q *Query) assembler(account store.Account) (a *trace.Assembler, done func()) {
	a = q.pool.Get().(*trace.Assembler)
	a.Account = account.String()
	return a, func() { q.pool.Put(a) }
}

const forever = store.Forever
