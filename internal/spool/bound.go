package spool

import (
	"errors"
	"fmt"
)

// expire gives up what is older than MaxAge, from the front on. It stops at the first entry that is not: later ones that are
// older than those before them are met by Next.
// With an error comes the file that it is about.
func (s *Spool) expire() (*file, error) {
	if s.o.MaxAge == 0 {
		return nil, nil
	}
	limit := s.o.Now().Add(-s.o.MaxAge).UnixMicro()
	for i := 0; i < len(s.files); {
		f := s.files[i]
		more, err := s.expireIn(f, limit)
		if err != nil || !more {
			return f, err
		}
		if !f.gone {
			i++ // all that is left of it is held
		}
	}
	return nil, nil
}

// tellExpire is expire for those who do not need to read: Next will meet what is wrong, and count it.
func (s *Spool) tellExpire() {
	if _, err := s.expire(); err != nil {
		s.failed = append(s.failed, err)
	}
}

// expireIn gives up what is too old in one file. more tells whether the next one may have such entries too.
func (s *Spool) expireIn(f *file, limit int64) (more bool, err error) {
	if f.newest < limit && !f.leased() {
		return true, s.abandon(f, Old)
	}
	for _, sl := range append([]*slot(nil), f.out...) {
		if sl.free && sl.header.micros < limit {
			s.giveUp(f, sl, Old)
		}
	}
	for !f.gone {
		if err := s.peek(f); err != nil {
			return false, err
		}
		if f.ahead == 0 {
			return true, nil
		}
		if f.head.micros >= limit {
			return false, nil
		}
		if err := s.reopen(f); err != nil {
			return false, err
		}
		s.giveUp(f, f.take(), Old)
	}
	return true, nil
}

// makeRoom removes the oldest files until n more bytes fit. A file of which an entry is held stays.
func (s *Spool) makeRoom(n int64) error {
	if n > s.o.MaxBytes {
		return fmt.Errorf("%w: it has %d bytes, the spool may have %d", ErrFull, n, s.o.MaxBytes)
	}
	if s.total.Bytes+n > s.o.MaxBytes {
		s.retryRemoves()
	}
	for i := 0; s.total.Bytes+n > s.o.MaxBytes; {
		if len(s.doomed) > 0 {
			// Giving up more entries would make no room either.
			return fmt.Errorf("remove %s: the disk refuses", s.doomed[0].path)
		}
		if i == len(s.files) {
			return fmt.Errorf("%w: it has %d bytes, and all that the spool has is being sent", ErrFull, n)
		}
		if s.files[i].leased() {
			i++
			continue
		}
		if err := s.abandon(s.files[i], Full); err != nil {
			return err
		}
	}
	return nil
}

// abandon gives up what nobody holds of a file, and the file if that was all.
func (s *Spool) abandon(f *file, reason string) error {
	docs, entries := f.forget()
	kept := f.out[:0]
	for _, sl := range f.out {
		if !sl.free {
			kept = append(kept, sl)
			continue
		}
		docs += int(sl.header.documents)
		entries++
		f.entries--
		f.docs -= int(sl.header.documents)
	}
	f.out = kept
	s.total.Entries -= entries
	s.total.Documents -= docs
	s.drops[reason] += docs
	if f.entries > 0 {
		return nil
	}
	return s.remove(f)
}

// giveUp settles an entry that will not be delivered. An error of the disk means that the entry may come back after a
// restart, and is told.
func (s *Spool) giveUp(f *file, sl *slot, reason string) {
	s.drops[reason] += int(sl.header.documents)
	if err := s.settle(f, sl); err != nil {
		s.failed = append(s.failed, err)
	}
}

// peek learns the entry in front of the file, and tells of those that damage has eaten.
func (s *Spool) peek(f *file) error {
	if f.ahead == 0 || f.known {
		return nil
	}
	if err := s.reopen(f); err != nil {
		return err
	}
	lost, entries, err := f.peek()
	if err != nil {
		return fmt.Errorf("read %s: %w", f.path, err)
	}
	s.drops[Damaged] += lost
	s.total.Entries -= entries
	s.total.Documents -= lost
	if entries > 0 && f.entries == 0 {
		return s.remove(f)
	}
	return nil
}

// settle takes an entry that was handed out off the disk: by its mark, or with its file if it was the last.
func (s *Spool) settle(f *file, sl *slot) error {
	for i, other := range f.out {
		if other == sl {
			f.out = append(f.out[:i], f.out[i+1:]...)
			break
		}
	}
	f.entries--
	f.docs -= int(sl.header.documents)
	s.total.Entries--
	s.total.Documents -= int(sl.header.documents)
	if f.entries > 0 {
		err := f.mark(sl)
		s.changed(f)
		return err
	}
	marked := f.mark(sl)
	removed := s.remove(f)
	if removed == nil {
		return nil
	}
	return errors.Join(marked, removed)
}
