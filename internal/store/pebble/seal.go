package pebble

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/store"
)

// Seal implements store.Sealer. The content goes to a generation of its own beside that of an earlier seal, in as many
// batches as it takes. The last of them has the mark, and removes the earlier one: until then, that is as it was.
func (s *Store) Seal(ctx context.Context, a store.Account, m store.Minute, derive store.Derive) error {
	if err := s.enterToWrite(ctx); err != nil {
		return err
	}
	defer s.leave()
	if a > maxAccount || m > maxMinute {
		return fmt.Errorf("seal minute %d of account %d: there is no such minute, the last is %d", m, uint64(a), maxMinute)
	}
	if err := s.space.check(0); err != nil {
		return err // rather than read the minute for nothing
	}
	current, err := s.seals.begin(ctx, minuteKey{a, m}, s.failure.done)
	if err != nil {
		return cmp.Or(s.failure.cause(), err)
	}
	sl := &sealer{s: s, ctx: ctx, sealing: current, notes: newNotes()}
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
	s       *Store
	ctx     context.Context
	carrier *carrier // of an earlier seal; nil for none
	notes   *notes
	table   []byte // full entries
	parts   []store.Part
	traces  uint64 // so far
	end     bool   // of the traces was reached
	failed  error  // what the traces ended with, or what was wrong with a note
	old     *head  // what a finished seal of the minute has left; nil for none
	litter  bool   // there is content of a seal
	w       *write
	key     []byte
}

// read reads the minute and has its content derived.
func (sl *sealer) read(derive store.Derive) (err error) {
	r, err := sl.s.newReader(tagDigest, sl.account, appendFront(nil, sl.account, sl.minute), appendBehind(nil, sl.account, sl.minute))
	if err != nil {
		return err
	}
	defer r.close(&err)
	if err := sl.earlier(); err != nil {
		return err
	}
	if sl.old != nil {
		if sl.carrier, err = sl.s.newCarrier(mark{sl.minuteKey, *sl.old}); err != nil {
			return fmt.Errorf("read minute %d of account %s: %w", sl.minute, sl.account, err)
		}
		defer func() {
			if e := sl.carrier.close(); err == nil {
				err = e
			}
		}()
	}
	sl.parts, err = derive(sl.each(r), sl.note)
	switch {
	case sl.failed != nil:
		return sl.failed
	case err != nil:
		return err
	case !sl.end:
		return fmt.Errorf("seal minute %d of account %s: its traces were not read to the end", sl.minute, sl.account)
	}
	return sl.checkParts()
}

// each yields the traces of the minute. Its error is also kept, in case that derive does not pass it on.
func (sl *sealer) each(r *reader) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		for r.it.First(); sl.failed == nil && r.it.Valid(); {
			if sl.failed = sl.next(r); sl.failed == nil && !yield(&r.trace, nil) {
				return
			}
		}
		if sl.failed = cmp.Or(sl.failed, r.err()); sl.failed != nil {
			yield(nil, sl.failed)
		}
		sl.end = true
	}
}

// next reads the next trace and gives it its ordinal.
func (sl *sealer) next(r *reader) error {
	if err := sl.step(); err != nil {
		return err
	}
	if sl.traces == maxTraces {
		return fmt.Errorf("seal minute %d of account %s: it has more than %d traces, which is the most that an index takes", sl.minute, sl.account, maxTraces)
	}
	if err := r.next(); err != nil {
		return err
	}
	p := store.Position{Home: r.trace.Home, Trace: r.trace.ID}
	sl.table = appendTableEntry(sl.table, p)
	sl.traces++
	if sl.carrier == nil {
		return nil
	}
	return sl.carrier.trace(p, uint32(sl.traces-1), sl.notes)
}

// maxTraces of a minute keep the postings of a value below half a megabyte, and so within a batch. A busy server has a
// hundredth of it.
const maxTraces = 4 << 20

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

// note notes a fact of the trace that was yielded last.
func (sl *sealer) note(f fact.Fact) {
	if sl.traces == 0 {
		sl.failed = fmt.Errorf("seal minute %d of account %s: a fact was noted before the first trace", sl.minute, sl.account)
		return
	}
	sl.notes.add(uint32(sl.traces-1), &f)
}

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
	return sl.commit()
}

// commit writes the batch, if there is room for it.
func (sl *sealer) commit() error {
	w := sl.w
	sl.w = nil
	if err := sl.s.space.check(w.batch.Len()); err != nil {
		w.abandon()
		return err
	}
	return w.finish()
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
	for _, fill := range []func(generation byte) error{sl.fillParts, sl.fillTable, sl.fillIndex} {
		if err := fill(h.generation); err != nil {
			return err
		}
	}
	if sl.old != nil {
		if err := sl.remove(sl.old.generation); err != nil {
			return err
		}
	}
	sl.key = sl.content(h.generation, kindHead)
	value := h.append(nil)
	if err := sl.set(value); err != nil {
		return err
	}
	sl.w.key = appendMark(sl.w.key[:0], sl.account, sl.minute)
	return sl.w.set(value)
}

func (sl *sealer) fillParts(generation byte) error {
	for i := range sl.parts {
		p := &sl.parts[i]
		sl.key = append(append(sl.content(generation, kindPart), p.Kind), p.Key...)
		if err := sl.set(p.Data); err != nil {
			return err
		}
	}
	return nil
}

func (sl *sealer) fillTable(generation byte) error {
	var chunk []byte
	number := uint32(0)
	for entries := range slices.Chunk(sl.table, tableChunk*entryFull) {
		chunk = appendTableChunk(chunk[:0], sl.minute, entries)
		sl.key = binary.BigEndian.AppendUint32(sl.content(generation, kindTable), number)
		if err := sl.set(chunk); err != nil {
			return err
		}
		number++
	}
	return nil
}

func (sl *sealer) fillIndex(generation byte) error {
	columns := sl.notes.sorted()
	if err := sl.fillSieve(generation, columns); err != nil {
		return err
	}
	for _, c := range columns {
		err := c.chunks(func(last string, chunk []byte) error {
			sl.key = append(appendColumn(sl.content(generation, kindIndex), c.columnKey), last...)
			return sl.set(chunk)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// content begins a key.
func (sl *sealer) content(generation, kind byte) []byte {
	return appendContent(sl.key[:0], sl.account, sl.minute, generation, kind)
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
	err := sl.commit()
	if err == nil {
		err = sl.step()
	}
	if err == nil {
		sl.w, err = sl.s.acquire(sl.ctx)
	}
	return err
}
