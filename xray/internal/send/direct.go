package send

import (
	"errors"
	"sync"
	"syscall"
	"time"
)

// While documents come slower than maxDirect in directWindow, 3,200 a second, their callers send them. That is one trace with its
// streamed parts, so a function that is frozen, or a program that ends, when it has closed its segment has sent it, as with AWS' SDK.
// It takes 4 us, up to 40 on a machine that sleeps; the program as a whole spends less than on waking a goroutine for each.
const (
	maxDirect    = 32
	directWindow = 10 * time.Millisecond
)

// calm is what is known of documents that their callers send.
type calm struct {
	since    time.Time // when the window began
	sent     int       // in the window
	datagram []byte    // of who sends
	err      error     // why the last could not be sent; it waits in the buffer now
}

// allows counts a document, if it is not too many.
func (c *calm) allows(now time.Time) bool {
	if now.Sub(c.since) >= directWindow {
		c.since, c.sent = now, 0
	}
	c.sent++
	return c.sent <= maxDirect
}

// taken is the error that the goroutine has to deal with, once. The lock guards c.
func (c *calm) taken(lock sync.Locker) error {
	lock.Lock()
	defer lock.Unlock()
	err := c.err
	c.err = nil
	return err
}

// direct says whether the caller may send its document, and takes its turn if so. The caller holds s.mu.
func (s *Sender) direct(target string) bool {
	if !s.idle || !s.buf.empty() || s.away.failures > 0 || !s.link.ready(target) || !s.calm.allows(s.link.clock()) {
		return false
	}
	s.buf.given++
	s.buf.direct = s.buf.given
	return true
}

// sendDirect sends a document in its turn. If that fails it waits with others for the goroutine, which knows what to do then.
func (s *Sender) sendDirect(target string, doc []byte) {
	s.calm.datagram = append(append(s.calm.datagram[:0], Header...), doc...)
	err := s.link.write(s.life, target, s.calm.datagram)
	if err == nil {
		s.sent.Add(1)
	}
	pushedOut := 0
	s.mu.Lock()
	s.buf.direct = 0
	if err != nil {
		if !errors.Is(err, syscall.EMSGSIZE) { // which says nothing about the daemon
			s.calm.err = err
		}
		_, pushedOut = s.buf.put(doc)
		s.waiters.postpone(s.buf.given)
		s.idle = false
	}
	s.waiters.release(s.buf.finished())
	wanted := s.buf.waiting() || s.closed
	s.mu.Unlock()
	s.countPushedOut(pushedOut)
	if wanted {
		signal(s.nudge)
	}
}
