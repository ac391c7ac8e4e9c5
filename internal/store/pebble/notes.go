package pebble

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/fact"
)

// notes gathers the facts of a minute while it is sealed. A fact that many traces have takes a byte for each; one that a
// single trace has, its value and some 110 bytes. So a minute of a million traces with 12 facts, of which one or two are
// theirs alone, takes 150 to 250 MB.
type notes struct {
	columns map[columnKey]*column
	texts   texts
	buf     []byte // of the value being noted
}

// A column is what is known of one field and key.
type column struct {
	columnKey
	numbers map[string]uint32 // encoded value -> place in values
	values  []valueNotes
}

type columnKey struct {
	field fact.Field
	key   string
}

type valueNotes struct {
	value string // encoded
	gathering
}

func newNotes() *notes { return &notes{columns: make(map[columnKey]*column)} }

// add notes a fact of the trace with the ordinal, which is no smaller than that of the fact before.
func (n *notes) add(ordinal uint32, f *fact.Fact) {
	n.buf = appendValue(n.buf[:0], f.Value)
	c := n.columns[columnKey{f.Field, f.Key}]
	if c == nil {
		c = &column{columnKey: columnKey{f.Field, strings.Clone(f.Key)}, numbers: make(map[string]uint32)}
		n.columns[c.columnKey] = c
	}
	i, ok := c.numbers[string(n.buf)]
	if !ok {
		i = uint32(len(c.values))
		v := n.texts.keep(n.buf)
		c.numbers[v] = i
		c.values = append(c.values, valueNotes{value: v})
	}
	c.values[i].gathering.add(ordinal)
}

// sorted is the columns in the order of their keys.
func (n *notes) sorted() []*column {
	return slices.SortedFunc(maps.Values(n.columns), func(a, b *column) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(len(a.key), len(b.key)), cmp.Compare(a.key, b.key))
	})
}

// chunkSize is where a chunk of values ends: an equality reads one of them, and each costs a key.
const chunkSize = 4 << 10

// chunks calls f with the column's values, in order, cut into chunks, and the last value of each.
func (c *column) chunks(f func(last string, chunk []byte) error) error {
	slices.SortFunc(c.values, func(a, b valueNotes) int { return cmp.Compare(a.value, b.value) })
	var chunk []byte
	before := ""
	for i := range c.values {
		v := &c.values[i]
		chunk = appendEntry(chunk, before, v)
		before = v.value
		if i < len(c.values)-1 && len(chunk) < chunkSize {
			continue
		}
		if err := f(v.value, chunk); err != nil {
			return err
		}
		chunk, before = chunk[:0], ""
	}
	return nil
}

// appendEntry appends a value and its postings: how much the value shares with the one before, the length of the rest, the
// rest, the postings.
func appendEntry(b []byte, before string, v *valueNotes) []byte {
	shared := 0
	for shared < min(len(before), len(v.value)) && before[shared] == v.value[shared] {
		shared++
	}
	b = binary.AppendUvarint(b, uint64(shared))
	b = binary.AppendUvarint(b, uint64(len(v.value)-shared))
	b = append(b, v.value[shared:]...)
	return v.append(b)
}

var errChunk = errors.New("a chunk of the index is damaged")

// cutEntry cuts an entry off the front of a chunk. The value is written over the one before.
func cutEntry(b, before []byte) (value []byte, p postings, rest []byte, err error) {
	shared, n := binary.Uvarint(b)
	if n <= 0 || shared > uint64(len(before)) {
		return nil, p, nil, errChunk
	}
	b = b[n:]
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) || shared+size == 0 {
		return nil, p, nil, errChunk
	}
	b = b[n:]
	value = append(before[:shared], b[:size]...)
	p, rest, err = cutPostings(b[size:])
	return value, p, rest, err
}

// appendValue appends a value so that the order of bytes is that of values: its kind, then a string as it is, a number as
// its bits with the sign flipped, or all of them inverted if it is negative, a bool as 0 or 1.
func appendValue(b []byte, v fact.Value) []byte {
	b = append(b, byte(v.Kind))
	switch v.Kind {
	case fact.Number:
		n := math.Float64bits(v.Number + 0) // the negative zero becomes the positive one
		if n>>63 != 0 {
			n = ^n
		} else {
			n ^= 1 << 63
		}
		return binary.BigEndian.AppendUint64(b, n)
	case fact.Bool:
		if v.Bool {
			return append(b, 1)
		}
		return append(b, 0)
	}
	return append(b, v.String...)
}

// valueOf reads what appendValue has written.
func valueOf(b []byte) (v fact.Value, err error) {
	v.Kind = fact.Kind(b[0])
	switch {
	case v.Kind == fact.Number && len(b) == 9:
		n := binary.BigEndian.Uint64(b[1:])
		if n>>63 != 0 {
			n ^= 1 << 63
		} else {
			n = ^n
		}
		v.Number = math.Float64frombits(n)
	case v.Kind == fact.Bool && len(b) == 2:
		v.Bool = b[1] != 0
	case v.Kind == fact.String:
		v.String = string(b[1:])
	default:
		return v, errChunk
	}
	return v, nil
}

// texts keeps many short strings in few pieces of memory.
type texts struct {
	piece strings.Builder
}

const pieceSize = 64 << 10

func (t *texts) keep(b []byte) string {
	if t.piece.Len()+len(b) > t.piece.Cap() {
		t.piece = strings.Builder{}
		t.piece.Grow(max(pieceSize, len(b)))
	}
	at := t.piece.Len()
	t.piece.Write(b)
	return t.piece.String()[at:]
}
