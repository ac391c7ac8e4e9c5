package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// drainFor is how long datagrams that the kernel holds are still read after the stop: at 100,000 a second its buffer is
// empty after 35 ms, and who sends on for ever must not keep us.
const drainFor = 100 * time.Millisecond

// shownBytes is how much of a rejected datagram is logged: enough to know its sender by, too little to fill a disk.
const shownBytes = 40

// A reader reads the socket. It runs in one goroutine, and only that touches it.
type reader struct {
	server *Server
	chunk  *chunk // nil when there is no memory to be had
	spare  []byte // receives what is thrown away
	drain  bool   // the stop has begun, and the deadline of the socket is the end
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
		case r.drain:
			r.handOver()
			return nil
		default:
			r.onDeadline()
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
	case r.chunk == nil:
		s.spill(spilledQueue, 1, errQueueFull)
	default:
		r.keep(datagram, doc)
	}
}

func (r *reader) keep(datagram, doc []byte) {
	r.chunk.keep(len(datagram), doc)
	if r.chunk.full() {
		r.handOver()
	} else if len(r.chunk.docs) == 1 && !r.drain {
		r.wakeAt(time.Now().Add(chunkAge))
	}
}

// onDeadline hands the chunk over if somebody is free to take it. Else it goes on filling: chunks that wait are full
// ones, but for one.
func (r *reader) onDeadline() {
	if r.server.isStopping() {
		r.drain = true
		r.wakeAt(time.Now().Add(drainFor))
		return
	}
	if len(r.server.queue) == 0 {
		r.handOver()
	}
	var next time.Time
	if r.chunk != nil && len(r.chunk.docs) > 0 {
		next = time.Now().Add(chunkAge)
	}
	r.wakeAt(next)
}

// wakeAt lets reads end at t, or never if t is zero.
func (r *reader) wakeAt(t time.Time) {
	// It fails only on a closed socket, which the next read reports. The stop may begin at any time and sets a deadline
	// of its own to wake us, which must not get lost.
	r.server.in.SetReadDeadline(t)
	if !r.drain && r.server.isStopping() {
		r.server.in.SetReadDeadline(longAgo)
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
		return []slog.Attr{
			slog.String("reason", why.String()),
			slog.String("from", s.in.sender().String()),
			slog.Int("bytes", len(datagram)),
			slog.String("begins", string(datagram[:min(len(datagram), shownBytes)])),
			slog.String("hint", hint(why, datagram)),
		}
	}
	const message = "datagram rejected"
	if why == otlp || why == metricsBody { // what an SDK is set to send it sends all day
		s.said[why].Do(func() { s.log.LogAttrs(s.work, slog.LevelWarn, message, attrs()...) })
		return
	}
	s.quiet.Warn(why.String(), message, attrs)
}
