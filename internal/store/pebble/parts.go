package pebble

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

// Parts implements store.Sealer.
func (s *Store) Parts(ctx context.Context, a store.Account, kind byte, from, to store.Minute) iter.Seq2[*store.Part, error] {
	return func(yield func(*store.Part, error) bool) {
		if to = min(to, maxMinute); from > to {
			return
		}
		c := &parts{s: s, ctx: ctx, kind: kind, yield: yield}
		err := s.sequence(ctx, func() error {
			return s.eachMark(ctx, a, from, to, c.minute)
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// parts is one sequence of parts.
type parts struct {
	s     *Store
	ctx   context.Context
	kind  byte
	yield func(*store.Part, error) bool
	part  store.Part
	key   []byte
}

// minute yields those of one minute.
func (c *parts) minute(m mark, it *pebble.Iterator) error {
	c.key = append(appendContent(c.key[:0], m.account, m.minute, m.generation, kindPart), c.kind)
	any := false
	for ok := it.SeekGE(c.key); ok && bytes.HasPrefix(it.Key(), c.key); ok = it.Next() {
		if err := c.s.step(c.ctx); err != nil {
			return err
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return fmt.Errorf("read minute %d of account %s: %w", m.minute, m.account, err)
		}
		any = true
		c.part = store.Part{Minute: m.minute, Kind: c.kind, Key: it.Key()[len(c.key):], Data: value}
		if !c.yield(&c.part, nil) {
			return errStop
		}
	}
	if any || it.Error() != nil {
		return it.Error()
	}
	if c.part = (store.Part{Minute: m.minute, Kind: c.kind}); !c.yield(&c.part, nil) {
		return errStop
	}
	return nil
}

// A mark says that a minute is sealed.
type mark struct {
	minuteKey
	head
}

// A head is what the marks say.
type head struct {
	generation byte   // where the content lies
	traces     uint64 // how many the minute had
}

// generations is how many seals of a minute can lie beside each other: the one that counts, and the one being written.
const generations = 2

func (h head) append(b []byte) []byte { return binary.AppendUvarint(append(b, h.generation), h.traces) }

// headOf reads the head, or the mark, that the iterator stands on.
func headOf(it *pebble.Iterator) (h head, err error) {
	v, err := it.ValueAndErr()
	if err != nil {
		return h, err
	}
	if len(v) < 2 || v[0] >= generations {
		return h, fmt.Errorf("%x at key %x is no seal: the data is damaged", v, it.Key())
	}
	n, length := binary.Uvarint(v[1:])
	if length != len(v)-1 {
		return h, fmt.Errorf("%x at key %x is no seal: the data is damaged", v, it.Key())
	}
	return head{v[0], n}, nil
}

func markOf(it *pebble.Iterator) (m mark, err error) {
	if len(it.Key()) != markLen {
		return m, fmt.Errorf("key %x has %d bytes, not %d: the data is damaged", it.Key(), len(it.Key()), markLen)
	}
	m.minuteKey = minuteKey{accountOf(it.Key()), minuteOf(it.Key()[accountEnd+1:])}
	m.head, err = headOf(it)
	return m, err
}

// eachMark calls f with every sealed minute in [from, to], the newest first, and with an iterator over the contents of
// these minutes. All of it is as it was when the call began.
func (s *Store) eachMark(ctx context.Context, a store.Account, from, to store.Minute, f func(mark, *pebble.Iterator) error) (err error) {
	marks, err := s.db.NewIter(&pebble.IterOptions{LowerBound: appendMark(nil, a, to), UpperBound: successor(nil, appendMark(nil, a, from))})
	if err != nil {
		return fmt.Errorf("read minutes of account %s: %w", a, err)
	}
	defer func() { err = closing(err, marks, a) }()
	content, err := marks.Clone(pebble.CloneOptions{IterOptions: &pebble.IterOptions{
		LowerBound: appendMinute(nil, a, rangeContent, to), UpperBound: successor(nil, appendMinute(nil, a, rangeContent, from)),
	}})
	if err != nil {
		return fmt.Errorf("read minutes of account %s: %w", a, err)
	}
	defer func() { err = closing(err, content, a) }()
	for ok := marks.First(); ok; ok = marks.Next() {
		if err := s.step(ctx); err != nil {
			return err
		}
		m, err := markOf(marks)
		if err != nil {
			return err
		}
		if err := f(m, content); err != nil {
			return err
		}
	}
	return marks.Error()
}

// closing closes an iterator, and is the error to be returned.
func closing(err error, it *pebble.Iterator, a store.Account) error {
	if e := it.Close(); e != nil && (err == nil || errors.Is(err, errStop)) {
		return fmt.Errorf("read minutes of account %s: %w", a, e)
	}
	return err
}
