// Package send takes segment documents to the X-Ray daemon without ever holding up who gives them.
//
// While documents are few, Send writes each to a connected UDP socket, as a datagram with the daemon's header line: that costs less than
// to wake somebody for it, and a short program may end right after. When they become many, Send only copies them into chunks of memory,
// and one goroutine writes the chunks, until no more documents come: on Linux, those of one length, as a program's often are, up to 32 by
// one system call, which takes a third of the time. Their order is that of the calls. Documents that do not fit a datagram are posted to
// the daemon's TCP address, beside the others.
//
// Memory is bounded. If documents come faster than they can be sent, or while nobody listens, they wait; when the bound is reached the
// oldest are dropped, a chunk at a time, so that what is seen after an outage is what led up to its end. While the daemon is known to
// be away one document at a time is sent to find out whether it is back, at growing intervals. Flush and Close do not wait for it.
package send

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Header is the line before each document of a datagram.
const Header = `{"format":"json","version":1}` + "\n"

const (
	// MaxDatagram is what a UDP datagram can carry over IPv4, in bytes, the header line included.
	MaxDatagram = 65_507
	// MaxDocument is the longest document that goes into a datagram, in bytes.
	MaxDocument = MaxDatagram - len(Header)
)

const (
	// DefaultBufferBytes holds 7,000 documents of 600 bytes: the second or two of a restarting daemon at thousands of requests a second.
	DefaultBufferBytes = 4 << 20
	// DefaultLargeBytes holds 100 documents just over MaxDatagram.
	DefaultLargeBytes = 8 << 20
	// linger is how long documents may wait for others. A wake-up for each would cost more than sending it. It is short, so that a burst stays
	// below the 140 small datagrams that fit the default receive buffer of a Linux socket, which daemons often keep.
	linger = 2 * time.Millisecond
)

// Options of a Sender; the zero value is good.
type Options struct {
	// BufferBytes bounds the memory for documents that wait to be sent; 0 is DefaultBufferBytes. There are at least three chunks of 128 KiB.
	BufferBytes int
	// LargeBytes bounds the documents that wait for TCP; 0 is DefaultLargeBytes.
	LargeBytes int
	// Log gets sentences about documents that are lost, at most one a minute for each reason. It is called without a
	// lock held, mostly from the Sender's goroutines, and must not wait for Flush or Close. Nil is silence.
	Log func(message string)
	// Resolve looks up the addresses of a host name; nil asks the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Stats count documents since New. Each document is in exactly one of Sent, Dropped and TooLarge once it is done with.
type Stats struct {
	Sent     uint64 // handed to the network by UDP, or taken by the daemon over TCP
	Dropped  uint64 // pushed out of the full buffer, not sendable, or given after Close
	TooLarge uint64 // larger than MaxDocument and not taken over TCP
	Refused  uint64 // of those sent: known to have met no listener. Others may be lost unknown, as it is with UDP
}

// A Sender is safe for concurrent use.
type Sender struct {
	wake  chan struct{} // to the goroutine: there is something to take
	nudge chan struct{} // to the goroutine: whatever you wait for, look again
	done  chan struct{} // closed when the goroutine is gone, or will never be

	life context.Context // ends when Close does not wait any longer
	end  context.CancelFunc

	to    atomic.Pointer[addresses]
	link  link   // of the goroutine
	away  away   // of the goroutine
	told  uint64 // of the goroutine: documents pushed out that it has told of
	large *poster
	log   *quiet
	loss  losses

	sent, dropped, refused atomic.Uint64
	pushedOut              atomic.Uint64 // of those dropped: to make room

	mu      sync.Mutex // guards what follows; never held over a system call
	buf     buffer
	waiters waiters
	idle    bool // the goroutine waits for a wake-up, or to be started
	calm    calm
	started bool
	closed  bool
}

// addresses are where to send to, as host:port.
type addresses struct{ udp, tcp string }

// New makes a Sender to the addresses, each host:port. Nothing is resolved, dialled or started before the first document.
func New(udp, tcp string, o Options) *Sender {
	if o.BufferBytes <= 0 {
		o.BufferBytes = DefaultBufferBytes
	}
	if o.LargeBytes <= 0 {
		o.LargeBytes = DefaultLargeBytes
	}
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	s := &Sender{wake: make(chan struct{}, 1), nudge: make(chan struct{}, 1), done: make(chan struct{})}
	s.life, s.end = context.WithCancel(context.Background())
	s.log = &quiet{to: o.Log, clock: time.Now}
	s.idle = true
	s.buf.limit = max(o.BufferBytes/chunkBytes, minChunks)
	s.link = link{resolve: o.Resolve, clock: time.Now}
	s.large = newPoster(s, o.LargeBytes)
	s.Redirect(udp, tcp)
	return s
}

// Send copies the document, or hands it to the system at once while there are few. It never waits for the daemon or a name and never
// fails; what is lost is counted in Stats.
func (s *Sender) Send(doc []byte) {
	if len(doc) > MaxDocument {
		s.large.put(doc)
		return
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.dropped.Add(1)
		return
	}
	if !s.started {
		s.started = true
		go s.run()
	}
	if target := s.to.Load().udp; s.direct(target) {
		s.mu.Unlock()
		s.sendDirect(target, doc)
		return
	}
	filled, pushedOut := s.buf.put(doc)
	wake := filled || s.idle
	s.idle = false
	s.mu.Unlock()
	s.countPushedOut(pushedOut)
	if wake {
		signal(s.wake)
	}
}

func (s *Sender) countPushedOut(n int) {
	if n > 0 {
		s.dropped.Add(uint64(n))
		s.pushedOut.Add(uint64(n))
	}
}

func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // one is there already
	}
}

// Redirect sends to other addresses from now on, documents that wait included.
func (s *Sender) Redirect(udp, tcp string) {
	s.to.Store(&addresses{udp, tcp})
	s.large.reopen()
	signal(s.nudge)
}

// Flush returns when everything given before is sent or, while the daemon is away, tried once more. Its error is that of the context,
// with documents still waiting, or says how many could not be sent meanwhile and why.
func (s *Sender) Flush(ctx context.Context) error {
	before := s.loss.count()
	if err := s.flush(ctx); err != nil {
		return fmt.Errorf("flush documents to X-Ray daemon at %s: %w", s.to.Load().udp, err)
	}
	if err := s.large.flush(ctx); err != nil {
		return fmt.Errorf("flush documents to X-Ray daemon at tcp %s: %w", s.to.Load().tcp, err)
	}
	return s.loss.since(before)
}

// flush waits for what goes by UDP.
func (s *Sender) flush(ctx context.Context) error {
	s.mu.Lock()
	given := s.buf.given
	if s.buf.finished() >= given {
		s.mu.Unlock()
		return nil
	}
	w := s.waiters.add(given)
	s.mu.Unlock()
	signal(s.nudge)
	return s.waiters.await(ctx, w, &s.mu)
}

// Close flushes, ends the goroutines and frees the socket. When the context ends first it drops, and counts, what still waits.
// Documents given later are counted as dropped. It may be called again.
func (s *Sender) Close(ctx context.Context) error {
	before := s.loss.count()
	s.mu.Lock()
	if !s.closed && !s.started {
		close(s.done)
	}
	s.closed = true
	s.mu.Unlock()
	signal(s.nudge)

	var err error
	select {
	case <-s.done:
		err = s.large.close(ctx)
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.end()
	<-s.done
	s.large.ended()
	if err != nil {
		return fmt.Errorf("close the way to X-Ray daemon at %s: %w", s.to.Load().udp, err)
	}
	return s.loss.since(before)
}

// Stats are the counts of this moment.
func (s *Sender) Stats() Stats {
	return Stats{Sent: s.sent.Load(), Dropped: s.dropped.Load(), TooLarge: s.large.lost.Load(), Refused: s.refused.Load()}
}
