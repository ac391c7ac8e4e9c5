package pebble

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

// The table of a sealed minute has the positions of its traces by ordinal, in chunks of tableChunk. An entry is the second of
// the home in the minute, 1 byte, and the trace id, without the home if all ids of the chunk begin with theirs: the first
// byte of the chunk is how long an entry is.
const (
	tableChunk = 256 // 3.3 KB
	entryFull  = 1 + 16
	entryShort = 1 + 12
)

// appendTableEntry appends an entry as it is kept while a minute is being sealed: in full.
func appendTableEntry(b []byte, p store.Position) []byte {
	return append(append(b, byte(p.Home%60)), p.Trace[:]...)
}

// appendTableChunk appends the chunk of the given full entries of a minute.
func appendTableChunk(b []byte, m store.Minute, full []byte) []byte {
	from, _ := m.Homes()
	length := entryShort
	for e := full; len(e) > 0; e = e[entryFull:] {
		if binary.BigEndian.Uint32(e[1:]) != uint32(from)+uint32(e[0]) {
			length = entryFull
		}
	}
	b = append(b, byte(length))
	for e := full; len(e) > 0; e = e[entryFull:] {
		b = append(append(b, e[0]), e[entryFull-length+1:entryFull]...)
	}
	return b
}

// A table reads the table of a sealed minute.
type table struct {
	mark
	it     *pebble.Iterator // over contents; it may be moved by others
	key    []byte
	chunk  []byte // that was read last, without its first byte
	length int    // of its entries
	number uint64 // of the chunk
	loaded bool
}

func (t *table) open(m mark, it *pebble.Iterator) {
	*t = table{mark: m, it: it, key: t.key, chunk: t.chunk[:0]}
}

// at is the position of the trace with the ordinal.
func (t *table) at(ordinal uint64) (p store.Position, err error) {
	if n := ordinal / tableChunk; !t.loaded || n != t.number {
		if err := t.load(n); err != nil {
			return p, fmt.Errorf("read minute %d of account %s: %w", t.minute, t.account, err)
		}
	}
	i := int(ordinal%tableChunk) * t.length
	if i+t.length > len(t.chunk) {
		return p, fmt.Errorf("read minute %d of account %s: trace %d of %d is missing: the data is damaged", t.minute, t.account, ordinal, t.traces)
	}
	e := t.chunk[i : i+t.length]
	from, _ := t.minute.Homes()
	p.Home = from + store.Home(e[0])
	binary.BigEndian.PutUint32(p.Trace[:], uint32(p.Home))
	copy(p.Trace[len(p.Trace)-len(e)+1:], e[1:])
	return p, nil
}

func (t *table) load(number uint64) error {
	t.key = appendContent(t.key[:0], t.account, t.minute, t.generation, kindTable)
	t.key = binary.BigEndian.AppendUint32(t.key, uint32(number))
	t.chunk, t.number, t.loaded = t.chunk[:0], number, true
	if !t.it.SeekGE(t.key) || !bytes.Equal(t.it.Key(), t.key) {
		return t.it.Error() // a missing chunk has no entries
	}
	v, err := t.it.ValueAndErr()
	if err != nil {
		return err
	}
	if len(v) == 0 || v[0] != entryShort && v[0] != entryFull {
		return fmt.Errorf("table chunk %d: %w", number, errChunk)
	}
	t.length = int(v[0])
	t.chunk = append(t.chunk, v[1:]...)
	return nil
}

// from is the first ordinal whose encoded position is not before the given one.
func (t *table) from(position []byte) (ordinal uint64, err error) {
	var buf [posLen]byte
	n := sort.Search(int(t.traces), func(i int) bool {
		p, e := t.at(uint64(i))
		if e != nil {
			err = e
		}
		return bytes.Compare(appendPosition(buf[:0], p), position) >= 0
	})
	return uint64(n), err
}
