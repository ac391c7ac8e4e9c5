package pebble

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/store"
)

// Accounts implements store.Sealer.
func (s *Store) Accounts(ctx context.Context) (list []store.Account, err error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{tagDigest}, UpperBound: []byte{tagDigest + 1}})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	var next []byte
	for ok := it.First(); ok && err == nil; ok = it.SeekGE(next) {
		a := accountOf(it.Key())
		list = append(list, a)
		next = appendAccount(next[:0], tagDigest, a+1)
		err = s.step(ctx)
	}
	if err := errors.Join(err, it.Error(), it.Close()); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// Unsealed implements store.Sealer. Minutes from before the store was opened are looked for once for each account, with a
// seek for each minute that has traces.
func (s *Store) Unsealed(ctx context.Context, a store.Account, last store.Minute, limit int) ([]store.Unsealed, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	if !s.seals.walked(a) {
		if err := s.walk(ctx, a); err != nil {
			return nil, err
		}
		s.seals.setWalked(a)
	}
	return s.seals.list(a, last, limit), nil
}

// walk enters the minutes of the account that have traces.
func (s *Store) walk(ctx context.Context, a store.Account) (err error) {
	r, err := s.newReader(tagDigest, a, nil, nil)
	if err != nil {
		return err
	}
	defer r.close(&err)
	for ok := r.it.First(); ok; ok = r.it.SeekGE(r.seek) {
		if err := s.step(ctx); err != nil {
			return err
		}
		m := positionOf(r.it.Key()[accountEnd:]).Home.Minute()
		s.seals.found(minuteKey{a, m})
		if m == 0 {
			break
		}
		_, to := (m - 1).Homes()
		r.seek = appendPrefix(r.seek[:0], tagDigest, a, store.Position{Home: to})
	}
	return r.err()
}

// Seal implements store.Sealer. The content goes to a generation of its own beside that of an earlier seal, in as many
// batches as it takes. The last of them has the mark, and removes the earlier one: until then, that is as it was.
func (s *Store) Seal(ctx context.Context, a store.Account, m store.Minute, derive store.Derive) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if err := s.failure.cause(); err != nil {
		return err
	}
	if a > maxAccount || m > maxMinute {
		return fmt.Errorf("seal minute %d of account %d: there is no such minute, the last is %d", m, uint64(a), maxMinute)
	}
	current, err := s.seals.begin(ctx, minuteKey{a, m}, s.failure.done)
	if err != nil {
		return cmp.Or(s.failure.cause(), err)
	}
	sl := &sealer{s: s, ctx: ctx, sealing: current}
	if err := sl.read(derive); err != nil {
		s.seals.end(current, false)
		return err
	}
	return s.detach(ctx, func() error {
		err := sl.write()
		s.seals.end(current, err == nil)
		return err
	})
}

// A sealer seals one minute.
type sealer struct {
	*sealing
	s      *Store
	ctx    context.Context
	parts  []store.Part
	traces uint64 // so far
	end    bool   // of the traces was reached
	old    *head  // what a finished seal of the minute has left; nil for none
	litter bool   // there is content of a seal
	w      *write
	key    []byte
}

// read reads the minute and has its content derived.
func (sl *sealer) read(derive store.Derive) (err error) {
	from, to := sl.minute.Homes()
	lower := appendPrefix(nil, tagDigest, sl.account, store.Position{Home: to})
	var upper []byte
	if from > 0 {
		upper = appendPrefix(nil, tagDigest, sl.account, store.Position{Home: from - 1})
	}
	r, err := sl.s.newReader(tagDigest, sl.account, lower, upper)
	if err != nil {
		return err
	}
	defer r.close(&err)
	if err := sl.earlier(); err != nil {
		return err
	}
	var failed error
	sl.parts, err = derive(sl.each(r, &failed), sl.note)
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return err
	case !sl.end:
		return fmt.Errorf("seal minute %d of account %s: its traces were not read to the end", sl.minute, sl.account)
	}
	return sl.checkParts()
}

// each yields the traces of the minute. Its error is also kept, in case that derive does not pass it on.
func (sl *sealer) each(r *reader, failed *error) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		for r.it.First(); r.it.Valid(); {
			if *failed = sl.step(); *failed == nil {
				*failed = r.next()
			}
			if *failed != nil {
				yield(nil, *failed)
				return
			}
			sl.traces++
			if !yield(&r.trace, nil) {
				return
			}
		}
		if *failed = r.err(); *failed != nil {
			yield(nil, *failed)
		}
		sl.end = true
	}
}

// step tells whether it is any use to go on.
func (sl *sealer) step() error {
	if err := sl.s.step(sl.ctx); err != nil {
		return err
	}
	if sl.s.seals.spoiled(sl.sealing) {
		return store.ErrUnsettled
	}
	return nil
}

func (sl *sealer) note(fact.Fact) {}

// earlier finds what is there of earlier seals.
func (sl *sealer) earlier() error {
	start := appendMinute(nil, sl.account, rangeContent, sl.minute)
	it, err := sl.s.db.NewIter(&pebble.IterOptions{LowerBound: start, UpperBound: successor(nil, start)})
	if err != nil {
		return fmt.Errorf("read minute %d of account %s: %w", sl.minute, sl.account, err)
	}
	sl.litter = it.First()
	for g := byte(0); g < generations && sl.litter; g++ {
		sl.key = appendContent(sl.key[:0], sl.account, sl.minute, g, kindHead)
		if it.SeekGE(sl.key) && bytes.Equal(it.Key(), sl.key) {
			var h head
			if h, err = headOf(it); err == nil {
				sl.old = &h
			}
		}
	}
	if err := errors.Join(err, it.Error(), it.Close()); err != nil {
		return fmt.Errorf("read minute %d of account %s: %w", sl.minute, sl.account, err)
	}
	return nil
}

// checkParts brings the parts into order.
func (sl *sealer) checkParts() error {
	compare := func(a, b store.Part) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), bytes.Compare(a.Key, b.Key)) }
	slices.SortFunc(sl.parts, compare)
	for i, p := range sl.parts {
		switch {
		case len(p.Key) > store.MaxPartKey:
			return fmt.Errorf("seal minute %d of account %s: part of kind %d has a key of %d bytes, %d is the most", sl.minute, sl.account, p.Kind, len(p.Key), store.MaxPartKey)
		case i > 0 && compare(sl.parts[i-1], p) == 0:
			return fmt.Errorf("seal minute %d of account %s: two parts of kind %d have the key %x", sl.minute, sl.account, p.Kind, p.Key)
		}
	}
	return nil
}

// write writes the content and the mark.
func (sl *sealer) write() (err error) {
	if sl.w, err = sl.s.acquire(sl.ctx); err != nil {
		return err
	}
	if err := sl.fill(); err != nil {
		if sl.w != nil {
			sl.w.abandon()
		}
		return err
	}
	if err := sl.s.seals.close(sl.sealing); err != nil {
		sl.w.abandon()
		return err
	}
	return sl.w.finish()
}

// fill puts all into batches, and commits all but the last one.
func (sl *sealer) fill() error {
	h := head{traces: sl.traces}
	if sl.old != nil {
		h.generation = (sl.old.generation + 1) % generations
	}
	if sl.litter {
		if err := sl.remove(h.generation); err != nil {
			return err
		}
	}
	for i := range sl.parts {
		p := &sl.parts[i]
		sl.key = append(append(appendContent(sl.key[:0], sl.account, sl.minute, h.generation, kindPart), p.Kind), p.Key...)
		if err := sl.set(p.Data); err != nil {
			return err
		}
	}
	if sl.old != nil {
		if err := sl.remove(sl.old.generation); err != nil {
			return err
		}
	}
	sl.key = appendContent(sl.key[:0], sl.account, sl.minute, h.generation, kindHead)
	value := h.append(nil)
	if err := sl.set(value); err != nil {
		return err
	}
	sl.w.key = appendMark(sl.w.key[:0], sl.account, sl.minute)
	return sl.w.set(value)
}

// remove removes what there is of a generation.
func (sl *sealer) remove(generation byte) error {
	start := append(appendMinute(nil, sl.account, rangeContent, sl.minute), generation)
	if err := sl.w.batch.DeleteRange(start, successor(nil, start), nil); err != nil {
		return fmt.Errorf("fill batch: %w", err)
	}
	return nil
}

// set puts what is at the key into the batch, and commits the batch when it is full.
func (sl *sealer) set(value []byte) error {
	sl.w.key = append(sl.w.key[:0], sl.key...)
	if err := sl.w.set(value); err != nil || sl.w.batch.Len() < maxBatchBytes {
		return err
	}
	w := sl.w
	sl.w = nil
	err := w.finish()
	if err == nil {
		err = sl.step()
	}
	if err == nil {
		sl.w, err = sl.s.acquire(sl.ctx)
	}
	return err
}
