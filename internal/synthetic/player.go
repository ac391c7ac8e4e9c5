package synthetic

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// Bounds of sending.
const (
	// backfillRequests at most are backfilled: at a high rate the screen is full after seconds.
	backfillRequests = 4_000

	// backfillPace is how many datagrams a second are sent while the shop is behind its time. A default receive buffer
	// holds some 90 of them: 45 ms in which the daemon may do something else. The pace is raised for rates that need
	// more, so that the shop always catches up.
	backfillPace = 2_000

	// burst is how many datagrams are sent without a pause while behind.
	burst = 20

	// documentsPerRequest is a little above the average.
	documentsPerRequest = 5

	// maxPending is how many documents may wait for their time: about twice what MaxRate makes. Beyond it, requests are
	// left out.
	maxPending = 1 << 17

	// leftOutTold is after how many requests left out the log tells it again.
	leftOutTold = 10_000

	// maxBehind is how late the shop may be before it skips what it missed: a machine that slept would otherwise send
	// hours at once.
	maxBehind = 10 * time.Second
)

// A player sends a shop's documents at their times. Times are the shop's own, which begin at origin.
type player struct {
	shop    *Shop
	out     sender
	log     *slog.Logger
	origin  time.Time
	pace    int // datagrams a second while behind
	request uint64
	pending queue
	free    [][]byte // memory of datagrams that were sent

	caughtUp bool // the past has been sent
	inRow    int  // datagrams sent without a pause
	made     int  // datagrams, for their order and the log
	leftOut  int  // requests that found maxPending documents waiting
}

// run sends until the context is done, which is no error.
func (p *player) run(ctx context.Context) error {
	arrival := p.shop.At(p.request)
	for {
		next := arrival
		if len(p.pending) > 0 {
			next = min(next, p.pending[0].at)
		}
		late, err := p.wait(ctx, next)
		if err != nil {
			return nil
		}
		if next == arrival {
			p.serve(arrival, late)
			arrival = p.shop.At(p.request)
			continue
		}
		if err := p.send(); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// wait sleeps until the given time has come and returns how late it is then. It fails when the context is done.
func (p *player) wait(ctx context.Context, at time.Duration) (late time.Duration, err error) {
	late = time.Since(p.origin.Add(at))
	switch {
	case late < 0:
		p.arrived()
		p.inRow = 0
		return 0, sleep(ctx, -late)
	case p.caughtUp && late > maxBehind:
		p.log.Warn("demo shop: this machine was away or too busy; what was missed is left out", "missed", late)
		p.origin = p.origin.Add(late)
		late = 0
	case p.inRow >= burst:
		p.inRow = 0
		pause := burst * time.Second / time.Duration(p.pace)
		return late + pause, sleep(ctx, pause)
	}
	return late, ctx.Err()
}

// arrived notes that the past has been sent.
func (p *player) arrived() {
	if !p.caughtUp {
		p.caughtUp = true
		p.log.Info("demo shop: the past is sent", "requests", p.request, "documents", p.made-len(p.pending))
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve makes the documents of the next request, which came at the given time, and queues them.
func (p *player) serve(at, late time.Duration) {
	k := p.request
	p.request++
	if len(p.pending) > maxPending {
		if p.leftOut++; p.leftOut%leftOutTold == 1 {
			p.log.Warn("demo shop: too many documents wait to be sent; requests are left out", "waiting", len(p.pending), "left_out", p.leftOut)
		}
		return
	}
	for _, d := range p.shop.Trace(k, segment.TimeOf(time.Now().Add(-late))) {
		heap.Push(&p.pending, datagram{at + d.After, p.made, append(append(p.memory(), header...), d.Body...)})
		p.made++
	}
}

// memory is an empty slice for a datagram.
func (p *player) memory() []byte {
	n := len(p.free)
	if n == 0 {
		return nil
	}
	b := p.free[n-1]
	p.free = p.free[:n-1]
	return b[:0]
}

// send sends the datagram whose time came first.
func (p *player) send() error {
	d := heap.Pop(&p.pending).(datagram)
	p.inRow++
	err := p.out.send(d.bytes)
	p.free = append(p.free, d.bytes)
	return err
}

// header stands before the document in a datagram.
const header = `{"format":"json","version":1}` + "\n"

// A datagram is a document on its way, header included.
type datagram struct {
	at    time.Duration
	made  int // the order among those of one time
	bytes []byte
}

// A queue is a heap with the datagram to be sent first on top.
type queue []datagram

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(d any)   { *q = append(*q, d.(datagram)) }

func (q queue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].made < q[j].made
}

func (q *queue) Pop() any {
	n := len(*q) - 1
	d := (*q)[n]
	(*q)[n] = datagram{}
	*q = (*q)[:n]
	return d
}

// A sender writes datagrams. Errors of the way, above all a daemon that is not there, lose datagrams, as those of SDKs
// are lost, and are told once per outage.
type sender struct {
	w     io.Writer
	log   *slog.Logger
	bad   bool // an outage lasts
	clean int  // datagrams sent without an error since the last
}

// outageOver is how many datagrams without an error end an outage. A closed port refuses every other datagram only: the
// refusal of one is the error of the next, which is not sent.
const outageOver = 100

// send fails only when the socket is gone.
func (s *sender) send(b []byte) error {
	_, err := s.w.Write(b)
	if errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("demo shop: send: %w", err)
	}
	if err != nil {
		if !s.bad {
			s.log.Warn("demo shop: the daemon does not take documents; they are lost until it does", "err", err)
		}
		s.bad, s.clean = true, 0
		return nil
	}
	if s.clean++; s.bad && s.clean >= outageOver {
		s.bad = false
		s.log.Info("demo shop: the daemon takes documents again")
	}
	return nil
}
