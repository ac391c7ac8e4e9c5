package pebble

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/fact"
)

// appendColumn appends what follows the kind of content in the keys of a column's chunks, before the last value.
func appendColumn(k []byte, c columnKey) []byte {
	k = binary.AppendUvarint(append(k, byte(c.field)), uint64(len(c.key)))
	return append(k, c.key...)
}

// A lookup is a condition made ready for the index: the range of values among which those are that satisfy it.
type lookup struct {
	*fact.Condition
	column       []byte
	item         uint64 // of sieves
	lower, upper []byte // of encoded values, half-open
}

func newLookup(c *fact.Condition) lookup {
	l := lookup{Condition: c, column: appendColumn(nil, columnKey{c.Field, c.Key})}
	l.lower, l.upper = []byte{byte(c.Value.Kind)}, []byte{byte(c.Value.Kind) + 1}
	value := appendValue(nil, c.Value)
	l.item = itemOf(l.column, value, c.Op == fact.Equal)
	behind := append(bytes.Clone(value), 0)
	ordered := c.Value.Kind == fact.Number
	switch {
	case c.Op == fact.Set:
		l.lower, l.upper = nil, []byte{0xff}
	case c.Op == fact.Equal:
		l.lower, l.upper = value, behind
	case c.Op == fact.Less && ordered:
		l.upper = value
	case c.Op == fact.LessOrEqual && ordered:
		l.upper = behind
	case c.Op == fact.Greater && ordered:
		l.lower = behind
	case c.Op == fact.GreaterOrEqual && ordered:
		l.lower = value
	case c.Op == fact.BeginsWith && c.Value.Kind == fact.String:
		l.lower, l.upper = value, successor(nil, value)
	}
	return l
}

// holds tells whether the encoded value, which is in the range, satisfies the condition.
func (l *lookup) holds(value []byte) (bool, error) {
	if l.Op == fact.Set {
		return true, nil
	}
	v, err := valueOf(value)
	return err == nil && l.Holds(v), err
}

// lookups finds the traces of sealed minutes that satisfy every clause. It keeps its memory for the next minute.
type lookups struct {
	clauses [][]lookup
	found   set // of all clauses so far
	one     set // of one clause
	key     []byte
	value   []byte
}

func newLookups(where []fact.Clause) *lookups {
	ls := &lookups{clauses: make([][]lookup, len(where))}
	for i, clause := range where {
		for j := range clause {
			ls.clauses[i] = append(ls.clauses[i], newLookup(&clause[j]))
		}
	}
	return ls
}

// find is the ordinals of the traces of the minute that satisfy every clause; empty if there are none. The set is valid until
// the next call.
func (ls *lookups) find(m mark, it *pebble.Iterator) (set, error) {
	for i, clause := range ls.clauses {
		ls.one = ls.one.sized(m.traces)
		for j := range clause {
			if err := ls.add(m, it, &clause[j]); err != nil {
				return nil, fmt.Errorf("read index of minute %d of account %s: %w", m.minute, m.account, err)
			}
		}
		if i == 0 {
			ls.found, ls.one = ls.one, ls.found
		} else {
			ls.found.intersect(ls.one)
		}
		if ls.found.empty() {
			// A clause that decides here is likely to decide in other minutes too, and saves asking for the others.
			ls.clauses[0], ls.clauses[i] = ls.clauses[i], ls.clauses[0]
			return nil, nil
		}
	}
	return ls.found, nil
}

// add adds the traces that satisfy one condition.
func (ls *lookups) add(m mark, it *pebble.Iterator, l *lookup) error {
	ls.key = append(appendContent(ls.key[:0], m.account, m.minute, m.generation, kindIndex), l.column...)
	column := len(ls.key)
	ls.key = append(ls.key, l.lower...)
	// The key of a chunk ends with its last value: the first one not before lower has what there is from lower on.
	for ok := it.SeekGE(ls.key); ok && bytes.HasPrefix(it.Key(), ls.key[:column]); ok = it.Next() {
		chunk, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if end, err := ls.addChunk(chunk, l); err != nil || end {
			return err
		}
	}
	return it.Error()
}

// addChunk adds those of one chunk, and tells whether later ones are of no interest.
func (ls *lookups) addChunk(chunk []byte, l *lookup) (end bool, err error) {
	value := ls.value[:0]
	defer func() { ls.value = value }()
	for len(chunk) > 0 {
		var p postings
		if value, p, chunk, err = cutEntry(chunk, value); err != nil {
			return false, err
		}
		if bytes.Compare(value, l.upper) >= 0 {
			return true, nil
		}
		if bytes.Compare(value, l.lower) < 0 {
			continue
		}
		holds, err := l.holds(value)
		if err != nil {
			return false, err
		}
		if holds {
			if err := ls.one.add(p); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}
