package pebble

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A minuteKey is a minute of an account.
type minuteKey struct {
	account store.Account
	minute  store.Minute
}

// seals knows which minutes are sealed, which wait for it, and which are being written to, so that a record costs no
// read. What it holds is some 40 bytes for each minute that has traces: 2 MB for 30 days.
//
// A minute is sealed if its mark is on disk. The promise is that whoever sees a mark, in a snapshot or after a crash, sees
// content that was made of all records that he sees in the minute. It holds because of the order in which batches are
// applied, which is that of the log and of what snapshots show:
//
//   - A write enters each of its minutes before its batch is applied and leaves it afterwards. A seal begins only while
//     no write is in its minute, and reads from then on: it sees all writes that have left.
//   - A write that enters a minute whose seal has begun spoils it (stale). The seal looks for that, under the lock, when it
//     is about to write the mark; if it is spoiled, it ends without one.
//   - From that look until the mark is applied, a write that wants to enter the minute waits: one sync at most, in a
//     minute that is over. So each write either spoiled the seal, or finds the minute sealed.
//   - A write that finds the minute sealed deletes the mark in the batch of its records. The mark is applied by then, so
//     the deletion comes later in the log. Writes that enter before it is done delete the mark too: whichever of them is
//     applied first, it takes no record in under a mark.
//   - What is in memory errs to one side only: a minute may be held for sealed that is not, when the deletion of its mark
//     could not be waited for. Deleting a mark that is not there does no harm.
//
// Removals of old traces exclude seals (slot), and enter the minute that they cut in two like a write.
type seals struct {
	slot chan struct{} // has a place for one seal, or one Trim

	mu       sync.Mutex
	accounts map[store.Account]*minutes
	writes   map[minuteKey]int // that have entered and not left
	current  *sealing          // nil if nothing is being sealed
}

// minutes is those of one account.
type minutes struct {
	sealed   map[store.Minute]struct{}
	unsealed map[store.Minute]segment.Time // with the newest receipt
	walked   bool                          // minutes from before the store was opened are in it
}

// A sealing is a seal that has begun.
type sealing struct {
	minuteKey
	stale bool          // a write entered the minute
	mark  chan struct{} // not nil once the mark is on its way; closed when it is applied, or failed
}

func newSeals(db *pebble.DB) (*seals, error) {
	s := &seals{slot: make(chan struct{}, 1), accounts: make(map[store.Account]*minutes), writes: make(map[minuteKey]int)}
	return s, s.read(db)
}

// read learns which minutes are sealed.
func (s *seals) read(db *pebble.DB) error {
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte{tagMinute}, UpperBound: []byte{tagMinute + 1}})
	if err != nil {
		return fmt.Errorf("read sealed minutes: %w", err)
	}
	var next []byte
	for ok := it.First(); ok; {
		a := accountOf(it.Key())
		if len(it.Key()) == markLen && it.Key()[accountEnd] == rangeMark {
			s.of(a).sealed[minuteOf(it.Key()[accountEnd+1:])] = struct{}{}
			ok = it.Next()
			continue
		}
		next = appendAccount(next[:0], tagMinute, a+1)
		ok = it.SeekGE(next)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return fmt.Errorf("read sealed minutes: %w", err)
	}
	return nil
}

func (s *seals) of(a store.Account) *minutes {
	m := s.accounts[a]
	if m == nil {
		m = &minutes{sealed: make(map[store.Minute]struct{}), unsealed: make(map[store.Minute]segment.Time)}
		s.accounts[a] = m
	}
	return m
}

// enter begins a write into the minute, and tells whether its mark must be deleted by it. If wait is not nil, the write has
// not entered: the mark is being written, and enter is to be called again when wait is closed.
func (s *seals) enter(k minuteKey) (sealed bool, wait <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.current; c != nil && c.minuteKey == k {
		if c.mark != nil {
			return false, c.mark
		}
		c.stale = true
	}
	s.writes[k]++
	if m := s.accounts[k.account]; m != nil {
		_, sealed = m.sealed[k.minute]
	}
	return sealed, nil
}

// leave ends a write into the minutes. done: its batch was applied.
func (s *seals) leave(touched []touch, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range touched {
		if s.writes[t.minuteKey]--; s.writes[t.minuteKey] == 0 {
			delete(s.writes, t.minuteKey)
		}
		if !done {
			continue
		}
		m := s.of(t.account)
		_, sealed := m.sealed[t.minute]
		delete(m.sealed, t.minute)
		if was, ok := m.unsealed[t.minute]; sealed || t.received > was || t.received >= 0 && !ok {
			m.unsealed[t.minute] = max(was, t.received)
		}
	}
}

// begin begins a seal, when no other one and no Trim is under way.
func (s *seals) begin(ctx context.Context, k minuteKey, failed <-chan struct{}) (*sealing, error) {
	if err := s.take(ctx, failed); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writes[k] > 0 {
		<-s.slot
		return nil, store.ErrUnsettled
	}
	s.current = &sealing{minuteKey: k}
	return s.current, nil
}

// take waits for the slot. A failure is for the caller to notice.
func (s *seals) take(ctx context.Context, failed <-chan struct{}) error {
	select {
	case s.slot <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-failed:
		return store.ErrClosed
	}
	return nil
}

// spoiled tells whether a write came into the minute.
func (s *seals) spoiled(c *sealing) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.stale
}

// close keeps writes out of the minute until end is called, unless the seal is spoiled.
func (s *seals) close(c *sealing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.stale {
		return store.ErrUnsettled
	}
	c.mark = make(chan struct{})
	return nil
}

// end ends a seal. sealed: its mark was applied.
func (s *seals) end(c *sealing, sealed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sealed {
		m := s.of(c.account)
		m.sealed[c.minute] = struct{}{}
		delete(m.unsealed, c.minute)
	}
	if c.mark != nil {
		close(c.mark)
	}
	s.current = nil
	<-s.slot
}

// found enters a minute that has traces.
func (s *seals) found(k minuteKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.of(k.account)
	_, sealed := m.sealed[k.minute]
	if _, known := m.unsealed[k.minute]; !sealed && !known {
		m.unsealed[k.minute] = 0
	}
}

func (s *seals) walked(a store.Account) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[a] != nil && s.accounts[a].walked
}

func (s *seals) setWalked(a store.Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(a).walked = true
}

// list is the unsealed minutes up to last, the newest first.
func (s *seals) list(a store.Account, last store.Minute, limit int) []store.Unsealed {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []store.Unsealed
	for m, at := range s.of(a).unsealed {
		if m <= last {
			list = append(list, store.Unsealed{Minute: m, Touched: at})
		}
	}
	slices.SortFunc(list, func(a, b store.Unsealed) int { return int(b.Minute) - int(a.Minute) })
	return list[:min(len(list), max(limit, 0))]
}

// forgetUnsealed drops the minutes before the given one, whose traces are about to be removed. A write that comes in
// meanwhile enters its minute again.
func (s *seals) forgetUnsealed(before store.Minute) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.accounts {
		maps.DeleteFunc(m.unsealed, func(k store.Minute, _ segment.Time) bool { return k < before })
	}
}

// forgetSealed drops the minutes before the given one, whose marks have been removed.
func (s *seals) forgetSealed(before store.Minute) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.accounts {
		maps.DeleteFunc(m.sealed, func(k store.Minute, _ struct{}) bool { return k < before })
	}
}
