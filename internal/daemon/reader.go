package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// After the stop datagrams that the kernel holds are still read, until none came for drainQuiet: loopback delivers at once,
// so what was sent before the stop is there. Who sends on for ever must not keep us longer than drainMost, in which a
// laden machine reads a full buffer.
const (
	drainQuiet = 50 * time.Millisecond
	drainMost  = time.Second
)

// shownBytes is how much of a rejected datagram is logged: enough to know its sender by, too little to fill a disk.
const shownBytes = 40

// A reader reads the socket. It runs in one goroutine, and only that touches it.
type reader struct {
	server *Server
	chunk  *chunk // nil when there is no memory to be had
	spare  []byte // receives what is thrown away
	idle   bool   // no document was kept since the last look

	drainEnd time.Time // zero before the stop
	drained  uint64    // datagrams received when last looked at, after the stop
}

// run reads until the stop.
func (r *reader) run() error {
	for {
		buf := r.space()
		n, err := r.server.in.receive(buf)
		switch {
		case err == nil:
			r.receive(buf[:n])
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("receive datagrams: %w", err)
		case !r.onDeadline():
			r.handOver()
			return nil
		}
	}
}

// space is where the next datagram goes.
func (r *reader) space() []byte {
	if r.chunk == nil {
		r.chunk = r.server.take()
	}
	if r.chunk != nil {
		return r.chunk.space()
	}
	if r.spare == nil {
		r.spare = make([]byte, room)
	}
	return r.spare
}

func (r *reader) receive(datagram []byte) {
	s := r.server
	s.metrics.received.Add(1)
	s.metrics.bytes.Add(uint64(len(datagram)))
	doc, why := document(datagram, s.takesOTLP)
	switch {
	case why != good:
		s.reject(why, datagram)
	case r.chunk == nil && !r.move(&datagram, &doc):
		s.spill(spilledQueue, 1, errQueueFull)
	default:
		r.keep(datagram, doc)
	}
}

// move takes a datagram out of the spare memory into a chunk, if there is one by now: the reader may have waited long for the
// first datagram after an overload.
func (r *reader) move(datagram, doc *[]byte) bool {
	if r.chunk = r.server.take(); r.chunk == nil {
		return false
	}
	head := len(*datagram) - len(*doc) // the document is the end of the datagram
	*datagram = r.chunk.space()[:copy(r.chunk.space(), *datagram)]
	*doc = (*datagram)[head:]
	return true
}

func (r *reader) keep(datagram, doc []byte) {
	r.chunk.keep(len(datagram), doc)
	r.idle = false
	if r.chunk.full() {
		r.handOver()
	} else if len(r.chunk.docs) == 1 && r.drainEnd.IsZero() {
		r.wakeAt(time.Now().Add(chunkAge))
	}
}

// onDeadline hands the chunk over if somebody is free to take it, and reports whether to read on. Else the chunk goes on
// filling: chunks that wait are full ones, but for one.
func (r *reader) onDeadline() (more bool) {
	if r.server.isStopping() {
		return r.goOnDraining()
	}
	if len(r.server.queue) == 0 {
		r.handOver()
	}
	if r.chunk != nil && len(r.chunk.docs) > 0 {
		r.wakeAt(time.Now().Add(chunkAge))
	} else {
		r.onIdle()
	}
	return true
}

// goOnDraining tells whether more datagrams may be in the socket.
func (r *reader) goOnDraining() bool {
	now, received := time.Now(), r.server.metrics.received.Load()
	switch {
	case r.drainEnd.IsZero():
		r.drainEnd = now.Add(drainMost)
	case received == r.drained || now.After(r.drainEnd):
		return false
	}
	r.drained = received
	r.wakeAt(now.Add(drainQuiet))
	return true
}

// onIdle lets memory go when nothing has been kept for a while.
func (r *reader) onIdle() {
	if !r.idle {
		r.idle = true
		r.wakeAt(time.Now().Add(idleAfter))
		return
	}
	if r.chunk != nil {
		r.server.giveBack(r.chunk)
		r.chunk = nil
	}
	r.spare = nil
	r.server.trim()
	r.wakeAt(time.Time{})
}

// wakeAt lets reads end at t, or never if t is zero.
func (r *reader) wakeAt(t time.Time) {
	// The stop may begin at any time and sets a deadline of its own to wake us, which must not get lost.
	r.server.in.wakeAt(t)
	if r.drainEnd.IsZero() && r.server.isStopping() {
		r.server.in.wakeAt(longAgo)
	}
}

func (r *reader) handOver() {
	if r.chunk != nil && len(r.chunk.docs) > 0 {
		r.server.queue <- r.chunk
		r.chunk = nil
	}
}

func (s *Server) reject(why reason, datagram []byte) {
	s.metrics.rejected[why].Add(1)
	attrs := func() []slog.Attr {
		last := &Rejected{Reason: why.String(), From: s.in.sender().String(), Hint: hint(why, datagram)}
		s.lastRejected[why].Store(last)
		return []slog.Attr{
			slog.String("reason", last.Reason),
			slog.String("from", last.From),
			slog.Int("bytes", len(datagram)),
			slog.String("begins", string(datagram[:min(len(datagram), shownBytes)])),
			slog.String("hint", last.Hint),
		}
	}
	const message = "datagram rejected"
	if why == otlp || why == metricsBody { // what an SDK is set to send it sends all day
		s.said[why].Do(func() { s.log.LogAttrs(s.work, slog.LevelWarn, message, attrs()...) })
		return
	}
	s.quiet.Warn(why.String(), message, attrs)
}
