// Package relay takes documents to X-Ray endpoints: it is the heart of the stand-alone daemon.
//
// Documents are encoded when they come in, behind one another in the body of a call, once for all endpoints. A batch is closed
// when it is full or 200 ms old, and from then on nothing changes it: every endpoint has a queue of its own of the same
// batches, from which it is called by several goroutines at once. An endpoint that fails is left alone for a while, longer each
// time; what it has not taken is put back and sent again. While it is away its queue is emptied to its spool on disk, if
// it has one, and what lies there is sent beside the fresh documents when it is back.
//
// Each document that is put comes to one end at each endpoint, and is counted there: sent, refused (it would never be
// taken) or spilled (given up for want of room, memory first, then disk). Until then it is in a queue, or in a spool.
//
// An endpoint may get a document twice: when a call broke before its answer, or the daemon died. X-Ray and Rayscope keep one.
package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/hush"
	"github.com/rayscope/rayscope/internal/spool"
	"github.com/rayscope/rayscope/internal/uplink"
)

// DefaultUploads is how many calls there are at once to an endpoint: as X-Ray's daemon makes. At 40 ms for a call they take
// 10,000 documents a second.
const DefaultUploads = 8

// ErrClosed is a call after Close.
var ErrClosed = errors.New("relay is closed")

// A Poster is an endpoint that can be called: an *uplink.Uplink.
type Poster interface {
	// Post makes one call. The error is an *uplink.Error, or that of ctx. It does not keep the body.
	Post(context.Context, uplink.Request) (uplink.Answer, error)
	// Name is the label of the endpoint in metrics and logs.
	Name() string
}

// An Endpoint gets every document.
type Endpoint struct {
	Uplink Poster
	Spool  *spool.Spool // nil: what finds no room in memory is lost. Closed by its owner, after the Relay
	Drops  *Drops       // what the Spool drops; may be nil
	Signed bool         // calls are signed: when several are, bodies are hashed once for all
}

// Options of a Relay.
type Options struct {
	Endpoints  []Endpoint
	Memory     int // bytes of batches that wait, of all endpoints together
	Uploads    int // at once for each endpoint; 0: DefaultUploads
	Now        func() time.Time
	Registerer prometheus.Registerer // a second Relay with the same one goes on with its counters
	Log        *slog.Logger
}

// A Relay takes documents to its endpoints. It is safe for concurrent use.
type Relay struct {
	lanes   []*lane
	now     func() time.Time
	log     *slog.Logger
	quiet   *hush.Log
	metrics *metrics
	entered sync.WaitGroup // those between a look at closed and the end of handing over
	waiting sync.WaitGroup // calls of Deliver

	mu     sync.Mutex           // guards what follows
	open   [len(formats)]*batch // by kind; nil if there is none
	usual  [len(formats)]int    // size of the last batch of a kind: the next one begins with as much room
	timer  *time.Timer          // closes batches by age
	armed  bool                 // the timer will come
	closed bool
}

// New starts a Relay. Entries that lie in the spools are sent at once.
func New(o Options) *Relay {
	r := &Relay{now: o.Now, log: o.Log, quiet: hush.New(o.Log, o.Now), metrics: newMetrics(o.Registerer)}
	uploads := o.Uploads
	if uploads <= 0 {
		uploads = DefaultUploads
	}
	signed := 0
	for _, e := range o.Endpoints {
		if e.Signed {
			signed++
		}
	}
	r.timer = time.AfterFunc(time.Hour, r.flushOld)
	r.timer.Stop()
	for _, e := range o.Endpoints {
		l := newLane(r, e, o.Memory/len(o.Endpoints), uploads)
		l.signs = e.Signed && signed > 1
		l.alone = len(o.Endpoints) == 1
		r.lanes = append(r.lanes, l)
		r.metrics.show(l)
		l.start()
	}
	return r
}

// enter begins a delivery, unless the Relay is closed. The caller ends it: entered.Done when all is handed over to the lanes,
// waiting.Done when nobody waits any more.
func (r *Relay) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.entered.Add(1)
	r.waiting.Add(1)
	return true
}

// Put takes the documents of datagrams, segment documents or OTLP (T1S, T1U), and copies them. When memory is full it may wait:
// for a disk, or for a call to end if there is one endpoint, which takes calls. The error is ErrClosed or nil.
func (r *Relay) Put(_ context.Context, docs [][]byte) error {
	var few [16]*batch // as many as a chunk of the receiver makes
	full := few[:0]
	now := r.now()
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return ErrClosed
	}
	for _, doc := range docs {
		full = r.add(full, doc, now)
	}
	r.arm(maxAge)
	r.entered.Add(1)
	r.mu.Unlock()
	r.publish(full)
	r.entered.Done()
	return nil
}

// add appends a document to the open batch of its kind, and to full those that this closes. The mutex is held.
func (r *Relay) add(full []*batch, doc []byte, now time.Time) []*batch {
	k := kindOf(doc)
	if k == 0 {
		r.metrics.unsampled.Inc()
		return full
	}
	b := r.open[k]
	if b != nil && !b.fits(len(doc)) {
		full = r.shut(full, b)
		b = nil
	}
	if b == nil {
		b = newBatch(k, now, r.usual[k])
		r.open[k] = b
	}
	if k == segments {
		b.addSegment(doc)
	} else if err := b.addSpans(doc[len(prefixSampled):]); err != nil {
		r.damaged(err)
		return full
	}
	if b.docs == 1 {
		b.born = now
	} else if tooLong(b) {
		r.open[k] = b.moveLast(now)
		full = r.shut(full, b)
		b = r.open[k]
	}
	if b.docs == maxDocuments || tooLong(b) {
		r.open[k] = nil
		full = r.shut(full, b)
	}
	return full
}

func (r *Relay) shut(full []*batch, b *batch) []*batch {
	b.close(len(r.lanes))
	r.usual[b.kind] = len(b.buf)
	return append(full, b)
}

// damaged counts a datagram of OTLP that is none.
func (r *Relay) damaged(err error) {
	for _, l := range r.lanes {
		l.count.refused[refusedDamaged].add(1)
	}
	r.quiet.Warn("damaged", "datagram with damaged OTLP", func() []slog.Attr {
		return []slog.Attr{slog.String("error", err.Error()), slog.String("hint", hintFormat)}
	})
}

// publish gives closed batches to all lanes. The mutex is not held: a lane may have to wait for its disk.
func (r *Relay) publish(full []*batch) {
	for _, b := range full {
		for _, l := range r.lanes {
			l.push(b)
		}
	}
}

// arm lets flushOld come after d, if there is something to flush. The mutex is held.
func (r *Relay) arm(d time.Duration) {
	if r.armed {
		return
	}
	for _, b := range r.open {
		if b != nil && b.docs > 0 {
			r.armed = true
			r.timer.Reset(d)
			return
		}
	}
}

// flushOld closes the batches that are old enough. The timer is not set anew for each batch, which at full load would be a
// thousand times a second: it comes when the first may be due and looks when the next will be.
func (r *Relay) flushOld() {
	now := r.now()
	var full []*batch
	r.mu.Lock()
	r.armed = false
	next := maxAge
	for k, b := range r.open {
		if b == nil || b.docs == 0 {
			continue
		}
		if age := now.Sub(b.born); age < maxAge {
			next = min(next, maxAge-age)
			continue
		}
		r.open[k] = nil
		full = r.shut(full, b)
	}
	r.arm(next)
	r.entered.Add(1)
	r.mu.Unlock()
	r.publish(full)
	r.entered.Done()
}

// Close sends what waits, until ctx ends. The rest goes to the spools; what has none is dropped and counted, and the error says
// how much. What lies in spools already stays there. No goroutine is left when it returns. Only the first call does anything.
func (r *Relay) Close(ctx context.Context) error {
	var full []*batch
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	for k, b := range r.open {
		if b != nil && b.docs > 0 {
			full = r.shut(full, b)
		}
		r.open[k] = nil
	}
	r.timer.Stop()
	r.mu.Unlock()
	for _, l := range r.lanes {
		l.hurry()
	}
	r.publish(full)
	r.entered.Wait()
	errs := make([]error, len(r.lanes))
	var closing sync.WaitGroup
	for i, l := range r.lanes {
		closing.Go(func() { errs[i] = l.close(ctx) })
	}
	closing.Wait()
	r.waiting.Wait()
	for _, l := range r.lanes {
		r.metrics.hide(l)
	}
	return errors.Join(errs...)
}

// Counts are the totals since New, one of each endpoint.
func (r *Relay) Counts() []Counts {
	list := make([]Counts, len(r.lanes))
	for i, l := range r.lanes {
		list[i] = l.count.counts(l.name)
	}
	return list
}

// State tells how each endpoint is.
func (r *Relay) State() []State {
	list := make([]State, len(r.lanes))
	for i, l := range r.lanes {
		list[i] = l.state()
	}
	return list
}

// hurry begins the end: nobody waits for room any more, and nothing is read from the spool.
func (l *lane) hurry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = true
	l.changed.Broadcast()
}

// close ends the lane: it sends until nothing waits in memory or ctx ends, then keeps or drops the rest.
func (l *lane) close(ctx context.Context) error {
	late := false
	defer context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		late = true
		l.changed.Broadcast()
	})()
	l.mu.Lock()
	if l.breaker.failures > 0 {
		l.breaker.until = l.now() // the last chance comes at once
	}
	l.pump()
	// An endpoint that is away is not waited for if there is a disk.
	for l.busy() && !late && !(l.breaker.away && l.spool != nil) {
		l.changed.Wait()
	}
	l.stopped = true
	l.timer.Stop()
	l.mu.Unlock()
	l.cancel()
	l.running.Wait()
	return l.keepRest()
}

// busy tells whether documents of memory are on their way. The mutex is held.
func (l *lane) busy() bool { return l.queue.len() > 0 || l.inflight > 0 || l.evacuating }

// first takes the first item of the queue; nil if it is empty.
func (l *lane) first() *item {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.take(func(*item) bool { return true })
}

// keepRest puts on disk what still waits in memory. No goroutine of the lane runs any more.
func (l *lane) keepRest() error {
	lost := 0
	for it := l.first(); it != nil; it = l.first() {
		switch {
		case it.waited():
			l.settle(it)
		case l.spool == nil || !l.keep(it):
			lost += it.batch.docs
			l.drop(it, spilledStop, hintStop)
		}
	}
	for l.old.len() > 0 {
		l.old.popFront().origin.lease.Return()
	}
	var err error
	if l.spool != nil {
		if syncErr := l.spool.Sync(); syncErr != nil {
			err = fmt.Errorf("sync the spool of %s: %w", l.name, syncErr)
		}
	}
	if lost > 0 {
		err = errors.Join(err, fmt.Errorf("%d documents for %s were dropped: %s", lost, l.name, hintStop))
	}
	return err
}
