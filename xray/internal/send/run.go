package send

import (
	"errors"
	"syscall"
	"time"
)

const (
	// firstPause and maxPause bound how long nothing is sent after a failure. Each pause ends with a document that may be lost.
	firstPause = 100 * time.Millisecond
	maxPause   = 2 * time.Second
	// settle is how long the first document after a failure has to come back as refused before others follow: a round trip in a data centre,
	// generously.
	settle = 20 * time.Millisecond
	// maxTries of one document: the first may only report that an earlier one was refused, another meets the network as it is now.
	maxTries = 3
)

var errFull = errors.New("the oldest X-Ray documents were dropped to make room for newer ones")

// away is what is known of a daemon that does not take documents.
type away struct {
	failures int  // since the last document that went well
	probed   bool // a document has gone out since the last failure
}

// pause is the time until the next try.
func (a away) pause() time.Duration {
	return min(firstPause<<min(a.failures-1, 10), maxPause)
}

// run sends until Close.
func (s *Sender) run() {
	defer close(s.done)
	defer s.link.drop()
	timer := time.NewTimer(linger)
	defer timer.Stop()
	for c := s.next(timer); c != nil; c = s.next(timer) {
		s.transmit(c, timer)
		s.finish()
	}
}

// next waits for a chunk; nil means the end. It waits to be woken only after a while in which nothing came: while documents come one
// after the other, nobody who gives one pays for a wake-up.
func (s *Sender) next(timer *time.Timer) *chunk {
	s.mu.Lock()
	lingered := s.idle // at the start nothing is there to linger for
	s.mu.Unlock()
	for {
		s.mu.Lock()
		c := s.buf.take(lingered || s.hurried())
		ended := c == nil && s.closed && s.buf.direct == 0
		idle := c == nil && lingered && !s.buf.waiting()
		if s.idle = idle; idle {
			s.buf.trim()
		}
		s.mu.Unlock()
		switch {
		case c != nil || ended:
			return c
		case idle:
			select {
			case <-s.wake:
				lingered = false
			case <-s.nudge:
			}
		default:
			timer.Reset(linger)
			select {
			case <-timer.C:
			case <-s.wake: // a chunk is full
			case <-s.nudge:
			}
			lingered = true
		}
	}
}

// hurried says that somebody waits for what is in the buffer. The caller holds s.mu.
func (s *Sender) hurried() bool { return s.closed || len(s.waiters) > 0 }

// wait returns after d, or earlier when somebody is in a hurry or the addresses change.
func (s *Sender) wait(d time.Duration, timer *time.Timer) (hurried bool) {
	s.mu.Lock()
	hurried = s.hurried()
	s.mu.Unlock()
	if hurried {
		return true
	}
	timer.Reset(d)
	select {
	case <-timer.C:
	case <-s.nudge:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hurried()
}

// transmit sends the datagrams of a chunk.
func (s *Sender) transmit(c *chunk, timer *time.Timer) {
	if err := s.calm.taken(&s.mu); err != nil {
		s.retreat(err, timer)
	}
	s.link.refresh(s.life)
	for i := 0; i < len(c.ends); {
		n, size := c.run(i)
		datagrams := c.datagrams(i, n)
		if n == 1 || s.away.failures > 0 || !s.deliverRun(datagrams, size, n, timer) {
			n = 1
			s.deliver(datagrams[:size], timer)
		}
		i += n
	}
}

// deliverRun sends n datagrams at once, if that can be done. After a failure they are to be delivered one by one.
func (s *Sender) deliverRun(datagrams []byte, size, n int, timer *time.Timer) bool {
	done, err := s.link.writeRun(s.to.Load().udp, datagrams, size)
	if err != nil && s.life.Err() == nil {
		s.retreat(err, timer)
	}
	if done {
		s.sent.Add(uint64(n))
	}
	return done
}

// retreat is what follows a failure: a pause, and another look at where the daemon is.
func (s *Sender) retreat(err error, timer *time.Timer) {
	s.failed(err)
	if hurried := s.wait(s.away.pause(), timer); !hurried {
		s.link.drop()
	}
}

// deliver sends a datagram, or waits and tries again, or gives it up.
func (s *Sender) deliver(datagram []byte, timer *time.Timer) {
	for try := 1; ; try++ {
		err := s.link.write(s.life, s.to.Load().udp, datagram)
		switch {
		case err == nil:
			s.sent.Add(1)
			s.succeeded(timer)
			return
		case errors.Is(err, syscall.EMSGSIZE): // a system with a smaller bound, or a path that does not fragment
			s.large.put(datagram[len(Header):])
			return
		case s.life.Err() != nil:
			s.dropped.Add(1)
			s.loss.add(1, err)
			return
		}
		s.retreat(err, timer)
		if try == maxTries {
			s.dropped.Add(1)
			s.loss.add(1, err)
			return
		}
	}
}

// succeeded waits for the answer to the first document after failures; when the second goes well too, the daemon is back.
func (s *Sender) succeeded(timer *time.Timer) {
	switch {
	case s.away.failures == 0:
	case s.away.probed:
		s.away = away{}
	default:
		s.away.probed = true
		s.wait(settle, timer)
	}
}

// failed counts and tells. A refusal is the system's answer to an earlier datagram; it did not try this one.
func (s *Sender) failed(err error) {
	s.away = away{failures: s.away.failures + 1}
	if errors.Is(err, syscall.ECONNREFUSED) {
		s.refused.Add(1)
		s.log.say("nobody listens for X-Ray segments at udp %s; start the daemon there, or set AWS_XRAY_DAEMON_ADDRESS", s.to.Load().udp)
		return
	}
	s.log.say("segments cannot be sent to the X-Ray daemon: %v", err)
}

// finish returns the chunk that was sent, and tells those who wait for it.
func (s *Sender) finish() {
	s.mu.Lock()
	s.buf.giveBack()
	s.waiters.release(s.buf.finished())
	s.mu.Unlock()
	if pushed := s.pushedOut.Load(); pushed > s.told {
		s.loss.add(pushed-s.told, errFull)
		s.told = pushed
		s.log.say("%v: those to udp %s come faster than they can be sent, or the daemon is away", errFull, s.to.Load().udp)
	}
}
