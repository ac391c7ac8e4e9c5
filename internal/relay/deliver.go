package relay

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How long somebody who delivers documents waits. HTTP clients of daemons give up after some seconds.
const (
	// maxDelivery is without a spool: as long as an endpoint may take for one call.
	maxDelivery = 10 * time.Second
	// maxBeforeSpool is with one: then the endpoint is slow, and the disk quick.
	maxBeforeSpool = 3 * time.Second
)

var (
	// ErrUndelivered is a Deliver whose documents were not all taken. The same documents may be delivered again.
	ErrUndelivered = errors.New("documents were not delivered")
	// ErrRefused is a DeliverOTLP that will never succeed.
	ErrRefused = errors.New("spans were refused")
)

// A receipt is what one lane did with the batches of one delivery. Its fields may be read when done is closed.
type receipt struct {
	done    chan struct{}
	refused []Refusal // until done: guarded by the lane's mutex
	err     error     // ErrUndelivered or nil; likewise
}

// Deliver returns when each endpoint has taken the documents, or its spool holds them, synced; what an endpoint refused for
// good is listed. The error is ErrUndelivered if neither was possible in ten seconds or before ctx ended, or ErrClosed.
func (r *Relay) Deliver(ctx context.Context, docs [][]byte) ([]Refusal, error) {
	var batches []*batch
	var b *batch
	now := r.now()
	for _, doc := range docs {
		if b == nil || !b.fits(len(doc)) {
			b = newBatch(segments, now, 0)
			batches = append(batches, b)
		}
		b.addSegment(doc)
		if b.docs > 1 && tooLong(b) {
			b = b.moveLast(now)
			batches = append(batches, b)
		}
	}
	receipts, err := r.deliver(ctx, batches)
	if err != nil {
		return nil, err
	}
	return merge(receipts)
}

// DeliverOTLP is Deliver for one ExportTraceServiceRequest in protobuf. The error is ErrRefused if the request is damaged or no
// endpoint takes it.
func (r *Relay) DeliverOTLP(ctx context.Context, request []byte) error {
	if err := checkSpans(request); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	b := newBatch(otlp, r.now(), len(request)+64)
	b.addRaw(request)
	receipts, err := r.deliver(ctx, []*batch{b})
	if err != nil {
		return err
	}
	for _, rc := range receipts {
		if rc.err != nil {
			return rc.err
		}
	}
	for _, rc := range receipts {
		if len(rc.refused) == 0 {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrRefused, receipts[0].refused[0].Message)
}

// deliver takes batches to all endpoints and waits for the outcome.
func (r *Relay) deliver(ctx context.Context, batches []*batch) ([]*receipt, error) {
	if len(batches) == 0 {
		return nil, nil
	}
	if !r.enter() {
		return nil, ErrClosed
	}
	defer r.waiting.Done()
	for _, b := range batches {
		b.close(len(r.lanes))
	}
	receipts := make([]*receipt, len(r.lanes))
	for i, l := range r.lanes {
		end, stop := context.WithTimeout(ctx, l.patience())
		defer stop()
		defer context.AfterFunc(l.ctx, stop)()
		rc := l.deliver(end, batches)
		defer context.AfterFunc(end, func() { l.expire(rc) })()
		receipts[i] = rc
	}
	r.entered.Done()
	for _, rc := range receipts {
		<-rc.done
	}
	return receipts, nil
}

// merge is what all endpoints refused. Endpoints mostly refuse the same; what two refuse alike is listed once.
func merge(receipts []*receipt) ([]Refusal, error) {
	var all []Refusal
	listed := map[Refusal]int{}
	for _, rc := range receipts {
		if rc.err != nil {
			return nil, rc.err
		}
		own := map[Refusal]int{}
		for _, refusal := range rc.refused {
			if own[refusal]++; own[refusal] > listed[refusal] {
				listed[refusal]++
				all = append(all, refusal)
			}
		}
	}
	return all, nil
}

func (l *lane) patience() time.Duration {
	if l.spool != nil {
		return maxBeforeSpool
	}
	return maxDelivery
}

// deliver takes batches that somebody waits for, before all others. When there is no use or no room for them in memory they go
// to disk at once.
func (l *lane) deliver(ctx context.Context, batches []*batch) *receipt {
	rc := &receipt{done: make(chan struct{})}
	o := &origin{left: len(batches), receipt: rc}
	items := make([]*item, len(batches))
	size := 0
	for i, b := range batches {
		items[i] = &item{batch: b, ctx: ctx, origin: o}
		size += b.memory()
	}
	l.mu.Lock()
	l.bytes += size
	refuse := batches[0].kind == otlp && l.now().Before(l.otlpUntil)
	direct := l.bytes > l.limit || l.breaker.away && l.spool != nil
	if !refuse && !direct {
		for i := range items {
			l.queue.pushFront(items[len(items)-1-i])
		}
		l.pump()
	}
	l.mu.Unlock()
	for _, it := range items {
		switch {
		case refuse:
			l.refuse(it, refusedOTLP, []Refusal{{Code: "OTLPNotSupported", Message: l.name + " does not take OTLP"}})
			l.finish(it)
		case direct:
			l.settle(it)
		}
	}
	return rc
}

// expire ends the items of a delivery that still wait.
func (l *lane) expire(rc *receipt) {
	for {
		l.mu.Lock()
		it := l.queue.take(func(it *item) bool { return it.waited() && it.origin.receipt == rc })
		l.mu.Unlock()
		if it == nil {
			return
		}
		l.settle(it)
	}
}

// settle ends an item that is waited for without a call: on disk, or by giving it back.
func (l *lane) settle(it *item) {
	if l.spool == nil || !l.keep(it) {
		l.giveBack(it)
	}
}

// giveBack ends an item whose caller learns that it was not delivered.
func (l *lane) giveBack(it *item) {
	l.count.spilled[spilledReturned].add(it.batch.docs)
	l.mu.Lock()
	reason := "no answer in time"
	if e := l.breaker.last; e != nil && l.breaker.failures > 0 {
		reason = e.Error()
	} else if it.ctx.Err() == nil {
		reason = "too many documents wait for it"
	}
	it.origin.receipt.err = fmt.Errorf("%w to %s: %s", ErrUndelivered, l.name, reason)
	l.mu.Unlock()
	l.finish(it)
}
