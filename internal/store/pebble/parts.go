package pebble

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"github.com/rayscope/rayscope/internal/store"
)

// Parts implements store.Sealer.
func (s *Store) Parts(ctx context.Context, a store.Account, kind byte, from, to store.Minute) iter.Seq2[*store.Part, error] {
	return func(yield func(*store.Part, error) bool) {
		if to = min(to, maxMinute); from > to {
			return
		}
		c := &parts{s: s, ctx: ctx, kind: kind, yield: yield}
		if err := s.sequence(ctx, func() error { return c.run(a, from, to) }); err != nil {
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

func (c *parts) run(a store.Account, from, to store.Minute) (err error) {
	ms, err := c.s.newMarks(a, from, to, nil)
	if err != nil {
		return err
	}
	defer ms.close(&err)
	for {
		if err := c.s.step(c.ctx); err != nil {
			return err
		}
		m, ok, err := ms.next()
		if !ok || err != nil {
			return err
		}
		if err := c.minute(m, ms); err != nil {
			return err
		}
	}
}

// minute yields the parts of one minute.
func (c *parts) minute(m mark, ms *marks) error {
	c.key = append(appendContent(c.key[:0], m.account, m.minute, m.generation, kindPart), c.kind)
	it, any := ms.content, false
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
	if err := it.Error(); err != nil {
		return fmt.Errorf("read minute %d of account %s: %w", m.minute, m.account, err)
	}
	if c.part = (store.Part{Minute: m.minute, Kind: c.kind}); !any && !c.yield(&c.part, nil) {
		return errStop
	}
	return nil
}
