package query

import (
	"context"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// newestTime bounds a look at the newest traces: whoever asks for it asks again soon.
const newestTime = 2 * time.Second

// Newest calls f with the newest traces of the window, as many as most, and reports whether these were all. A trace is valid until
// f returns. It looks no longer than two seconds.
func (q *Query) Newest(ctx context.Context, account store.Account, w store.Window, most int, f func(*trace.Trace)) (all bool, err error) {
	asm, done := q.assembler(account)
	defer done()
	asOf := segment.TimeOf(q.now())
	deadline := q.now().Add(newestTime)
	n := 0
	for stored, err := range q.store.Scan(ctx, account, store.Selection{Window: w}) {
		if err != nil {
			return false, err
		}
		if n == most || n%timeCheck == timeCheck-1 && q.now().After(deadline) {
			return false, nil
		}
		t, err := stored.Assemble(asm, asOf)
		if err != nil {
			return false, err
		}
		if t == nil {
			continue
		}
		if _, ok := instant(w, t); ok {
			n++
			f(t)
		}
	}
	return true, nil
}
