// Package ingest is the one way in for documents, whichever door they came through: it repairs and validates them, makes
// their digests and writes them to the store.
package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/hush"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// Options of an Ingester. Only Book may be left out.
type Options struct {
	Clock      func() time.Time
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	Book       *arrivals.Book // learns what comes in
}

// A Refusal says which document of a call was refused, and why.
type Refusal struct {
	Index  int
	Reason *segment.Rejection
}

// An Ingester takes documents in. It is safe for concurrent use.
type Ingester struct {
	store   store.Writer
	book    *arrivals.Book
	clock   func() time.Time
	last    atomic.Int64 // newest receipt time given out
	metrics *metrics
	quiet   *hush.Log
	scratch sync.Pool // of *scratch
}

// New makes an Ingester that writes to w.
func New(w store.Writer, o Options) *Ingester {
	if o.Book == nil {
		o.Book = arrivals.New(o.Clock())
	}
	return &Ingester{
		store:   w,
		book:    o.Book,
		clock:   o.Clock,
		metrics: newMetrics(o.Registerer),
		quiet:   hush.New(o.Logger, o.Clock),
		scratch: sync.Pool{New: func() any { return new(scratch) }},
	}
}

// Put takes the documents of an account in, from whom the context says: see From. When it returns without an error all of them are durable and visible to
// readers, but for those refused, which are returned in ascending order. All documents of a call have the same time of
// receipt; it never goes back from one call to the next, also when the clock does.
//
// After an error none is acknowledged: any part of them may have been kept, and the same documents may be put again.
// The errors are those of store.Writer; store.ErrFull asks to try later.
//
// The documents belong to the caller, who may use their bytes again after the return.
func (in *Ingester) Put(ctx context.Context, account store.Account, docs [][]byte) ([]Refusal, error) {
	s := in.scratch.Get().(*scratch)
	defer in.release(s)

	from, received := sender(ctx), in.received()
	refused := s.read(in.book, account, received, docs)
	if len(s.records) > 0 {
		if err := in.append(ctx, s); err != nil {
			in.book.Failed(err, received)
			return nil, fmt.Errorf("append %d documents of account %s: %w", len(s.records), account, err)
		}
	}
	in.book.Took(from, received, s.notes) // not before: after an error the caller may put them again
	for _, r := range refused {
		in.book.Refuse(from, received, r.Reason, len(docs[r.Index]))
	}
	in.report(account, docs, refused)
	return refused, nil
}

type senderKey struct{}

// From is a context for calls of Put whose documents come from the sender. Without it they come by datagrams.
func From(ctx context.Context, s arrivals.Sender) context.Context {
	return context.WithValue(ctx, senderKey{}, s)
}

func sender(ctx context.Context) arrivals.Sender {
	if s, ok := ctx.Value(senderKey{}).(arrivals.Sender); ok {
		return s
	}
	return arrivals.Sender{Door: arrivals.UDP}
}

func (in *Ingester) append(ctx context.Context, s *scratch) error {
	begin := in.clock()
	err := in.store.Append(ctx, s.records)
	in.metrics.appendSeconds.Observe(in.clock().Sub(begin).Seconds())
	if err != nil {
		in.metrics.appendErrors.Inc()
		return err
	}
	in.metrics.accepted.Add(float64(len(s.records)))
	in.metrics.bytes.Add(float64(s.bytes()))
	return nil
}

// received is now, or the newest time given out before if the clock is behind it.
func (in *Ingester) received() segment.Time {
	now := int64(segment.TimeOf(in.clock()))
	for {
		last := in.last.Load()
		if now <= last {
			return segment.Time(last)
		}
		if in.last.CompareAndSwap(last, now) {
			return segment.Time(now)
		}
	}
}

// report counts refusals and logs them; the service's clients see no more than a code, so the log has the detail. It has
// none of the document but the offending value: documents carry what users type.
func (in *Ingester) report(account store.Account, docs [][]byte, refused []Refusal) {
	for _, r := range refused {
		in.metrics.refused.WithLabelValues(string(r.Reason.Code)).Inc()
		in.quiet.Warn(string(r.Reason.Code), "document refused", func() []slog.Attr {
			return []slog.Attr{
				slog.String("code", string(r.Reason.Code)),
				slog.String("detail", r.Reason.Detail),
				slog.String("id", r.Reason.ID),
				slog.String("account", account.String()),
				slog.Int("bytes", len(docs[r.Index])),
			}
		})
	}
}
