package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// Trim implements store.Writer. It writes a handful of range deletions for each account that has something to remove, and
// reads a few keys to find them; Pebble then drops whole files in the background.
//
//   - Minutes that are old as a whole lose their seals first: no seal outlives its traces. The one that is cut in two loses
//     it with its traces.
//   - Digests and documents end with the old homes: one deletion each.
//   - An activity slot names its traces newest home first: the end of the slot goes. It may not go for its own age: a
//     misdated document has activity in an old slot, and a home of now.
//   - A week of locators goes when every home that was given in it is old.
func (s *Store) Trim(ctx context.Context, before segment.Time) error {
	if err := s.enterToWrite(ctx); err != nil {
		return err
	}
	defer s.leave()
	home := min(before.Floor(), math.MaxUint32) // a home is before, if its second is
	if before > segment.Time(home)*segment.Second && home < math.MaxUint32 {
		home++
	}
	if home <= 0 {
		return nil
	}
	if err := s.seals.take(ctx, s.failure.done); err != nil {
		return errors.Join(s.failure.cause(), err)
	}
	defer func() { <-s.seals.slot }()
	for _, trim := range []func(context.Context, store.Home) error{s.trimMinutes, s.trimRows, s.trimActivity, s.trimLocators} {
		if err := trim(ctx, store.Home(home)); err != nil {
			return fmt.Errorf("remove traces before %s: %w", before.Std().Format("2006-01-02T15:04:05Z"), err)
		}
	}
	return nil
}

// A sweep gathers range deletions, and an iterator finds what they are for.
type sweep struct {
	s   *Store
	ctx context.Context
	it  *pebble.Iterator
	w   *write
}

// sweep runs f over the keys with the tag, and commits what it deletes.
func (s *Store) sweep(ctx context.Context, tag byte, f func(*sweep) error) (err error) {
	w, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	sw := &sweep{s: s, ctx: ctx, w: w}
	if sw.it, err = s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{tag}, UpperBound: []byte{tag + 1}}); err != nil {
		w.abandon()
		return err
	}
	err = errors.Join(f(sw), sw.it.Error(), sw.it.Close())
	switch {
	case sw.w == nil: // a flush failed
		return err
	case err != nil || sw.w.batch.Empty():
		sw.w.abandon()
		return err
	}
	return sw.w.commit(ctx)
}

// accounts calls f with each account that has keys.
func (sw *sweep) accounts(f func(store.Account) error) error {
	tag := []byte(nil)
	for ok := sw.it.First(); ok; ok = sw.it.SeekGE(tag) {
		if err := sw.s.step(sw.ctx); err != nil {
			return err
		}
		a := accountOf(sw.it.Key())
		tag = appendAccount(tag[:0], sw.it.Key()[0], a+1)
		if err := f(a); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes [start, end), if anything is there.
func (sw *sweep) remove(start, end []byte) error {
	if !sw.it.SeekGE(start) || bytes.Compare(sw.it.Key(), end) >= 0 {
		return nil
	}
	if err := sw.w.batch.DeleteRange(start, end, nil); err != nil || sw.w.batch.Len() < maxBatchBytes {
		return err
	}
	return sw.flush()
}

// flush commits what there is, and begins anew.
func (sw *sweep) flush() error {
	err := sw.w.commit(sw.ctx)
	sw.w = nil
	if err == nil {
		sw.w, err = sw.s.acquire(sw.ctx)
	}
	return err
}

func (s *Store) trimMinutes(ctx context.Context, before store.Home) error {
	first := before.Minute() // that is kept
	if first == 0 {
		return nil
	}
	s.seals.forgetUnsealed(first)
	err := s.sweep(ctx, tagMinute, func(sw *sweep) error {
		return sw.accounts(func(a store.Account) error {
			for _, sub := range []byte{rangeMark, rangeContent, rangeSieve} {
				if err := sw.remove(appendMinute(nil, a, sub, first-1), append(appendAccount(nil, tagMinute, a), sub+1)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err == nil {
		s.seals.forgetSealed(first)
	}
	return err
}

func (s *Store) trimRows(ctx context.Context, before store.Home) error {
	// Even a part of the removal makes repeats new records.
	defer s.recent.forget()
	for _, tag := range []byte{tagDigest, tagDocument} {
		err := s.sweep(ctx, tag, func(sw *sweep) error {
			return sw.accounts(func(a store.Account) error {
				start := appendPrefix(nil, tag, a, store.Position{Home: before - 1})
				if !sw.it.SeekGE(start) || accountOf(sw.it.Key()) != a {
					return nil
				}
				if cut := before.Minute(); tag == tagDigest && store.Home(cut)*60 != before {
					if err := sw.w.enter(ctx, minuteKey{a, cut}, -1); err != nil {
						return err
					}
				}
				return sw.remove(start, appendAccount(nil, tag, a+1))
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// trimActivity removes the end of each slot that has old homes. Slots are not joined, even if they are old as a whole: a
// row of a new trace may come into a slot between them before the deletion does.
func (s *Store) trimActivity(ctx context.Context, before store.Home) error {
	return s.sweep(ctx, tagActivity, func(sw *sweep) error {
		var key []byte
		old := appendPosition(nil, store.Position{Home: before - 1})
		for ok := sw.it.First(); ok; ok = sw.it.SeekGE(key) {
			if err := s.step(ctx); err != nil {
				return err
			}
			slot := bytes.Clone(sw.it.Key()[:slotEnd])
			key = successor(key[:0], slot)
			if err := sw.remove(append(bytes.Clone(slot), old...), key); err != nil {
				return err
			}
		}
		return nil
	})
}

// successor appends the first key that is behind all with the prefix.
func successor(dst, prefix []byte) []byte {
	dst = append(dst, prefix...)
	for i := len(dst) - 1; i >= 0; i-- {
		if dst[i]++; dst[i] != 0 {
			break
		}
	}
	return dst
}

func (s *Store) trimLocators(ctx context.Context, before store.Home) error {
	// A home is at most HomeFuture behind the receipt.
	weeks := (before.Time() - segment.Time(store.HomeFuture.Microseconds())).Floor() / week
	if weeks <= 0 {
		return nil
	}
	err := s.sweep(ctx, tagLocator, func(sw *sweep) error {
		return sw.accounts(func(a store.Account) error {
			return sw.remove(appendWeek(nil, a, 0), appendWeek(nil, a, uint32(weeks)))
		})
	})
	if err == nil {
		s.locator.forget(uint32(weeks))
	}
	return err
}
