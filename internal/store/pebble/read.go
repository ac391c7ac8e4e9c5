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

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// Digests implements store.Reader.
func (s *Store) Digests(ctx context.Context, a store.Account, ids ...segment.TraceID) iter.Seq2[*store.Trace, error] {
	return s.byID(ctx, tagDigest, a, ids)
}

// Documents implements store.Reader.
func (s *Store) Documents(ctx context.Context, a store.Account, ids ...segment.TraceID) iter.Seq2[*store.Trace, error] {
	return s.byID(ctx, tagDocument, a, ids)
}

func (s *Store) byID(ctx context.Context, tag byte, a store.Account, ids []segment.TraceID) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		if err := s.sequence(ctx, func() error { return s.eachID(ctx, tag, a, ids, yield) }); err != nil {
			yield(nil, err)
		}
	}
}

// errStop ends a sequence whose consumer has enough.
var errStop = errors.New("enough")

// sequence runs the body of a sequence as one call.
func (s *Store) sequence(ctx context.Context, body func() error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if err := body(); !errors.Is(err, errStop) {
		return err
	}
	return nil
}

func (s *Store) eachID(ctx context.Context, tag byte, a store.Account, ids []segment.TraceID, yield func(*store.Trace, error) bool) (err error) {
	r, err := s.newReader(tag, a, nil, nil)
	if err != nil {
		return err
	}
	defer r.close(&err)
	var homes []store.Home
	for _, id := range ids {
		if err := s.step(ctx); err != nil {
			return err
		}
		if homes, err = s.locator.homes(homes[:0], a, id); err != nil {
			return err
		}
		found, err := r.gather(id, homes)
		if err != nil {
			return err
		}
		if found && !yield(&r.trace, nil) {
			return errStop
		}
	}
	return nil
}

// A reader takes traces out of one range of an account. The trace and its bytes are used again for the next.
type reader struct {
	tag     byte
	account store.Account
	it      *pebble.Iterator
	trace   store.Trace
	arena   []byte // holds the rows' data: Pebble's values last only until its next step
	prefix  []byte // of the trace being read
	seek    []byte
}

// newReader reads the keys in [lower, upper); nil is the end of the range of the account.
func (s *Store) newReader(tag byte, a store.Account, lower, upper []byte) (*reader, error) {
	if lower == nil {
		lower = appendAccount(nil, tag, a)
	}
	if upper == nil {
		upper = appendAccount(nil, tag, a+1)
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return nil, fmt.Errorf("read account %s: %w", a, err)
	}
	return &reader{tag: tag, account: a, it: it}, nil
}

// close adds what the iterator has to say to the error of the function that is about to return.
func (r *reader) close(err *error) {
	if e := r.it.Close(); e != nil && (*err == nil || errors.Is(*err, errStop)) {
		*err = fmt.Errorf("read account %s: %w", r.account, e)
	}
}

func (r *reader) begin() {
	r.trace = store.Trace{Rows: r.trace.Rows[:0]}
	r.arena = r.arena[:0]
}

// gather reads the trace at all the given homes. Nearly every trace is at one of them.
func (r *reader) gather(id segment.TraceID, homes []store.Home) (bool, error) {
	r.begin()
	places := 0
	for _, h := range homes {
		n := len(r.trace.Rows)
		if err := r.add(store.Position{Home: h, Trace: id}); err != nil {
			return false, err
		}
		if len(r.trace.Rows) > n {
			places++
		}
	}
	if places > 1 {
		r.merge()
	}
	return places > 0, nil
}

// merge brings the rows of several homes into order, the first received of each identity alone.
func (r *reader) merge() {
	rows := r.trace.Rows
	slices.SortFunc(rows, func(a, b store.Row) int {
		if c := compareRows(&a, &b); c != 0 {
			return c
		}
		return cmp.Compare(a.Received, b.Received)
	})
	r.trace.Rows = slices.CompactFunc(rows, func(a, b store.Row) bool { return compareRows(&a, &b) == 0 })
}

// compareRows orders rows by segment id, completed before in-progress.
func compareRows(a, b *store.Row) int {
	if c := bytes.Compare(a.Segment[:], b.Segment[:]); c != 0 || a.Complete == b.Complete {
		return c
	}
	if a.Complete {
		return -1
	}
	return 1
}

// at reads the trace at the position, if there is one.
func (r *reader) at(p store.Position) (found bool, err error) {
	r.begin()
	err = r.add(p)
	return len(r.trace.Rows) > 0, err
}

func (r *reader) add(p store.Position) error {
	r.prefix = appendPrefix(r.prefix[:0], r.tag, r.account, p)
	if !r.it.SeekPrefixGE(r.prefix) {
		return r.err()
	}
	if len(r.trace.Rows) == 0 {
		r.trace.ID, r.trace.Home = p.Trace, p.Home
	}
	return r.rows()
}

// next reads the trace that the iterator stands on, which must be valid, and moves on to the one behind it.
func (r *reader) next() error {
	r.begin()
	key := r.it.Key()
	if len(key) != rowLen {
		return r.strange(key)
	}
	r.prefix = append(r.prefix[:0], key[:prefixLen]...)
	p := positionOf(r.prefix[accountEnd:])
	r.trace.ID, r.trace.Home = p.Trace, p.Home
	return r.rows()
}

// rows adds the rows that have the prefix, from where the iterator stands. Keys are in the order of Trace.Rows, and of
// equal rows the first received comes first.
func (r *reader) rows() error {
	first := len(r.trace.Rows)
	for ok := true; ok; ok = r.it.Next() {
		key := r.it.Key()
		if !bytes.HasPrefix(key, r.prefix) {
			return nil
		}
		if len(key) != rowLen {
			return r.strange(key)
		}
		row := rowOf(key[prefixLen:])
		n := len(r.trace.Rows)
		if n > first && row.Segment == r.trace.Rows[n-1].Segment && row.Complete == r.trace.Rows[n-1].Complete {
			continue
		}
		value, err := r.it.ValueAndErr()
		if err != nil {
			return fmt.Errorf("read trace %s: %w", r.trace.ID, err)
		}
		if n == store.MaxTraceRows || len(r.arena)+len(value) > store.MaxTraceBytes {
			r.trace.Truncated = true
			r.seek = immediateSuccessor(r.seek[:0], r.prefix)
			r.it.SeekGE(r.seek)
			break
		}
		at := len(r.arena)
		r.arena = append(r.arena, value...)
		row.Data = r.arena[at:len(r.arena):len(r.arena)]
		r.trace.Rows = append(r.trace.Rows, row)
	}
	return r.err()
}

func (r *reader) err() error {
	if err := r.it.Error(); err != nil {
		return fmt.Errorf("read account %s: %w", r.account, err)
	}
	return nil
}

func (r *reader) strange(key []byte) error {
	return fmt.Errorf("read account %s: key %x has %d bytes, not %d: the data is damaged", r.account, key, len(key), rowLen)
}
