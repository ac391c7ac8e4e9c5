package query

import (
	"context"
	"fmt"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A Whole is a trace with its documents.
type Whole struct {
	ID            segment.TraceID
	Duration      segment.Time
	HasDuration   bool
	LimitExceeded bool // documents beyond the bounds of one trace were left out
	Documents     []trace.Document
}

// Traces answers the given traces with their documents, in the order asked. Unknown ids are left out.
func (q *Query) Traces(ctx context.Context, account store.Account, ids ...segment.TraceID) ([]Whole, error) {
	a, done := q.assembler(account)
	defer done()
	var list []Whole
	for stored, err := range q.store.Documents(ctx, account, ids...) {
		if err != nil {
			return nil, err
		}
		w, err := whole(a, stored, forever)
		if err != nil {
			return nil, err
		}
		list = append(list, *w)
	}
	return list, nil
}

// whole assembles a trace from its documents received until asOf and rebuilds them; nil if there are none.
func whole(a *trace.Assembler, stored *store.Trace, asOf segment.Time) (*Whole, error) {
	a.Begin(stored.ID)
	text := make(map[*segment.Digest][]byte, len(stored.Rows))
	for i := range stored.Rows {
		r := &stored.Rows[i]
		if r.Received > asOf {
			continue
		}
		d := new(segment.Digest)
		if err := segment.Parse(r.Data, d); err != nil {
			return nil, fmt.Errorf("read document %s of trace %s: %w", r.Segment, stored.ID, err)
		}
		text[d] = r.Data
		a.AddDigest(d, r.Received)
	}
	if len(text) == 0 {
		return nil, nil
	}
	t := a.Trace()
	w := &Whole{ID: t.ID, LimitExceeded: stored.Truncated}
	w.Duration, w.HasDuration = t.Duration()
	var err error
	w.Documents, err = trace.Rebuild(t, text)
	return w, err
}
