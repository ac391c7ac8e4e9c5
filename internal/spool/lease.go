package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	// retryPause is how long Next waits when the disk refuses to be read. It may do so for a moment only, as when the
	// process has too many files open.
	retryPause = time.Second
	// patience is how long a file may refuse to be read before its entries are given up, so that a bad sector does not
	// hold up all behind it.
	patience = 3 * time.Second
)

// A Lease holds an entry: nobody else gets it, and it is never given up to make room. It must end in Done or Return, or it
// holds until the spool is closed. It is for one goroutine at a time.
type Lease struct {
	s      *Spool
	f      *file
	slot   *slot
	handle diskFile // of f, which may lose it when the spool is closed
	entry  Entry
	over   bool // guarded by s.mu
}

// Next is the oldest entry that nobody holds; it waits for one. The error is the context's or ErrClosed. While the disk
// cannot be read Next waits, and tells Options.Failed; a file that cannot be read for three seconds is given up as damaged.
func (s *Spool) Next(ctx context.Context) (*Lease, error) {
	stuck := false
	for {
		if err := s.ended(ctx); err != nil {
			if stuck {
				s.passOn()
			}
			return nil, err
		}
		l, wake, err := s.claim()
		if l != nil {
			var whole bool
			if whole, err = s.fill(l); whole {
				return l, nil
			}
		}
		switch {
		case err != nil:
			stuck = true
			s.o.Failed(err)
			s.pause(ctx)
		case wake != nil:
			select {
			case <-wake:
			case <-ctx.Done():
			}
		}
	}
}

// ended tells why Next ends, or nil.
func (s *Spool) ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("read spool in %s: %w", s.dir, ErrClosed)
	}
	return nil
}

// passOn lets another Next try the entry that this one could not read.
func (s *Spool) passOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signal()
}

func (s *Spool) pause(ctx context.Context) {
	t := time.NewTimer(retryPause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.syncing.stop:
	}
}

// claim takes the oldest entry that is free. If there is none, wake ends when there may be one.
func (s *Spool) claim() (l *Lease, wake <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.unlock()
	if s.closed {
		return nil, nil, nil
	}
	if f, err := s.expire(); err != nil {
		return nil, nil, s.unreadable(f, err)
	}
	for i := 0; i < len(s.files); {
		f := s.files[i]
		sl, err := s.free(f)
		if err != nil {
			return nil, nil, s.unreadable(f, err)
		}
		if sl != nil {
			return &Lease{s: s, f: f, slot: sl, handle: f.handle}, nil, nil
		}
		if !f.gone {
			i++
		}
	}
	if s.wake == nil {
		s.wake = make(chan struct{})
	}
	return nil, s.wake, nil
}

// free is the first entry of the file that nobody holds, now held; nil if there is none.
func (s *Spool) free(f *file) (*slot, error) {
	if err := s.reopen(f); err != nil {
		return nil, err
	}
	for _, sl := range f.out {
		if sl.free {
			sl.free = false
			return sl, nil
		}
	}
	if err := s.peek(f); err != nil || f.ahead == 0 {
		return nil, err
	}
	return f.take(), nil
}

// unreadable notes that the file could not be read, and gives up what cannot be had. A file that cannot even be opened, and is
// there, is waited for: that is not about the file.
func (s *Spool) unreadable(f *file, err error) error {
	if f.failing.IsZero() {
		f.failing = time.Now() // monotonic, whatever clock Options have
	}
	missing := errors.Is(err, os.ErrNotExist)
	if f.gone || !missing && (f.handle == nil || time.Since(f.failing) < patience) {
		return err
	}
	return errors.Join(err, s.abandon(f, Damaged))
}

// fill reads the payload. The lease alone keeps the file in its place, so nobody waits meanwhile. A damaged entry is given up.
func (s *Spool) fill(l *Lease) (whole bool, err error) {
	plain, err := s.payload(l)
	s.mu.Lock()
	defer s.unlock()
	h := l.slot.header
	switch {
	case s.closed:
		return false, nil
	case errors.Is(err, errDamaged):
		s.giveUp(l.f, l.slot, Damaged)
		return false, nil
	case err != nil:
		l.slot.free = true
		return false, s.unreadable(l.f, fmt.Errorf("read spool in %s: %w", s.dir, err))
	}
	l.f.failing = time.Time{}
	l.entry = Entry{Kind: h.kind, Documents: int(h.documents), At: time.UnixMicro(h.micros), Payload: plain}
	return true, nil
}

func (s *Spool) payload(l *Lease) ([]byte, error) {
	h := l.slot.header
	room := s.rooms.Get().(*[]byte)
	defer s.rooms.Put(room)
	*room = slices.Grow((*room)[:0], int(h.length))[:h.length]
	if err := readFull(l.handle, *room, l.slot.offset+headLen); err != nil {
		return nil, err
	}
	return s.codec.unpack(h, *room)
}

// Entry is what the lease holds. It belongs to the caller.
func (l *Lease) Entry() Entry { return l.entry }

// Done takes the entry off the spool: it was delivered, or refused for good. After an error it is not handed out
// again before the next Open. A second call, and a call after Return, do nothing.
func (l *Lease) Done() error {
	s := l.s
	s.mu.Lock()
	defer s.unlock()
	if l.over {
		return nil
	}
	l.over = true
	if s.closed {
		return fmt.Errorf("take entry off spool in %s: %w", s.dir, ErrClosed)
	}
	if err := s.settle(l.f, l.slot); err != nil {
		return fmt.Errorf("take entry off spool in %s: %w", s.dir, err)
	}
	return nil
}

// Return gives the entry back: Next hands it out again, in its old place. A second call, and a call after Done, do nothing.
func (l *Lease) Return() {
	s := l.s
	s.mu.Lock()
	defer s.unlock()
	if l.over || s.closed {
		return
	}
	l.over = true
	l.slot.free = true
	s.signal()
}
