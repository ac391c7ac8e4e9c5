package pebble

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/store"
)

// A carrier takes the facts of fact.Group from an earlier seal of a minute to the next one. The traces of both are in the
// same order, so it goes through them side by side.
type carrier struct {
	it      *pebble.Iterator
	table   table
	ordinal uint64 // of the earlier seal, that is next
	facts   []carried
	next    []byte // position of that trace
	now     []byte // position of the trace that is being sealed
}

type carried struct {
	fact   fact.Fact
	traces set
}

// newCarrier reads what the finished seal of the mark knows of groups; close must be called.
func (s *Store) newCarrier(m mark) (c *carrier, err error) {
	start := append(appendMinute(nil, m.account, rangeContent, m.minute), m.generation)
	c = &carrier{}
	if c.it, err = s.db.NewIter(&pebble.IterOptions{LowerBound: start, UpperBound: successor(nil, start)}); err != nil {
		return nil, err
	}
	start = append(start, kindIndex, byte(fact.Group))
	for ok := c.it.SeekGE(start); ok && err == nil && bytes.HasPrefix(c.it.Key(), start); ok = c.it.Next() {
		err = c.read(c.it.Key()[len(start):], m)
	}
	if err := errors.Join(err, c.it.Error()); err != nil {
		return nil, errors.Join(err, c.it.Close())
	}
	c.table.open(m, c.it)
	return c, nil
}

// read reads a chunk whose key goes on with rest behind the field.
func (c *carrier) read(rest []byte, m mark) error {
	size, n := binary.Uvarint(rest)
	if n <= 0 || size > uint64(len(rest)-n) {
		return errChunk
	}
	key := string(rest[n:][:size])
	chunk, err := c.it.ValueAndErr()
	if err != nil {
		return err
	}
	for value := []byte(nil); len(chunk) > 0; {
		var p postings
		if value, p, chunk, err = cutEntry(chunk, value); err != nil {
			return err
		}
		v, err := valueOf(value)
		if err != nil {
			return err
		}
		f := carried{fact.Fact{Field: fact.Group, Key: key, Value: v}, set(nil).sized(m.traces)}
		if err := f.traces.add(p); err != nil {
			return err
		}
		c.facts = append(c.facts, f)
	}
	return nil
}

// trace notes what was noted of the trace that is the next one to be sealed.
func (c *carrier) trace(p store.Position, ordinal uint32, n *notes) error {
	if len(c.facts) == 0 {
		return nil
	}
	c.now = appendPosition(c.now[:0], p)
	for ; c.ordinal < c.table.traces; c.ordinal++ {
		p, err := c.table.at(c.ordinal)
		if err != nil {
			return err
		}
		c.next = appendPosition(c.next[:0], p)
		switch order := bytes.Compare(c.next, c.now); {
		case order > 0:
			return nil
		case order < 0:
			continue
		}
		for i := range c.facts {
			if f := &c.facts[i]; f.traces.has(c.ordinal) {
				n.add(ordinal, &f.fact)
			}
		}
		c.ordinal++
		return nil
	}
	return nil
}

func (c *carrier) close() error {
	if err := c.it.Close(); err != nil {
		return fmt.Errorf("read minute %d of account %s: %w", c.table.minute, c.table.account, err)
	}
	return nil
}
