package pebble

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// An ordinal is the number of a trace in its minute, in the order of a scan.
//
// Postings are the ordinals of the traces that have a fact. They are written in the shortest of three forms, which the two
// lowest bits of the uvarint at the front name: one ordinal, itself in the other bits; a list, or a bitmap, whose length in
// bytes is in the other bits. A list has the first ordinal, and of each other the distance to the one before, as uvarints.
// A bitmap has ordinal n in bit n%8 of byte n/8.
const (
	postingOne = iota
	postingList
	postingBitmap
)

var errPostings = errors.New("postings are damaged")

// A gathering is postings that are being gathered. They are in the form of a list but for the first: most facts hold of one
// trace, and take no memory of their own.
type gathering struct {
	first, last, n uint32
	rest           []byte
}

// add adds an ordinal that is no smaller than the last.
func (g *gathering) add(ordinal uint32) {
	switch {
	case g.n == 0:
		g.first = ordinal
	case ordinal == g.last:
		return
	default:
		g.rest = binary.AppendUvarint(g.rest, uint64(ordinal-g.last))
	}
	g.last = ordinal
	g.n++
}

// append appends the written form.
func (g *gathering) append(b []byte) []byte {
	if g.n == 1 {
		return binary.AppendUvarint(b, uint64(g.first)<<2) // the form is postingOne, which is 0
	}
	var buf [binary.MaxVarintLen32]byte
	first := buf[:binary.PutUvarint(buf[:], uint64(g.first))]
	size := int(g.last)/8 + 1
	if list := len(first) + len(g.rest); list <= size {
		b = binary.AppendUvarint(b, uint64(list)<<2|postingList)
		return append(append(b, first...), g.rest...)
	}
	b = binary.AppendUvarint(b, uint64(size)<<2|postingBitmap)
	at := len(b)
	b = append(b, make([]byte, size)...)
	ordinal := g.first
	b[at+int(ordinal/8)] |= 1 << (ordinal % 8)
	for rest := g.rest; len(rest) > 0; {
		d, n := binary.Uvarint(rest)
		rest = rest[n:]
		ordinal += uint32(d)
		b[at+int(ordinal/8)] |= 1 << (ordinal % 8)
	}
	return b
}

// cutPostings cuts written postings off the front of b.
func cutPostings(b []byte) (p postings, rest []byte, err error) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return p, nil, errPostings
	}
	b = b[n:]
	p.form, v = byte(v&3), v>>2
	if p.form == postingOne {
		p.one = v
		return p, b, nil
	}
	if p.form > postingBitmap || v > uint64(len(b)) {
		return p, nil, errPostings
	}
	p.bytes = b[:v]
	return p, b[v:], nil
}

// postings are written postings.
type postings struct {
	form  byte
	one   uint64
	bytes []byte
}

// A set is a set of ordinals: n is bit n%64 of word n/64. It is as long as the minute has traces.
type set []uint64

// sized is s, empty, with room for n ordinals.
func (s set) sized(n uint64) set {
	words := int((n + 63) / 64)
	if cap(s) < words {
		return make(set, words)
	}
	s = s[:words]
	clear(s)
	return s
}

func (s set) put(ordinal uint64) error {
	if ordinal/64 >= uint64(len(s)) {
		return errPostings
	}
	s[ordinal/64] |= 1 << (ordinal % 64)
	return nil
}

func (s set) has(ordinal uint64) bool { return s[ordinal/64]&(1<<(ordinal%64)) != 0 }

// add adds the postings.
func (s set) add(p postings) error {
	switch p.form {
	case postingOne:
		return s.put(p.one)
	case postingBitmap:
		return s.addBitmap(p.bytes)
	}
	ordinal := uint64(0)
	for b := p.bytes; len(b) > 0; {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			return errPostings
		}
		b = b[n:]
		ordinal += d
		if err := s.put(ordinal); err != nil {
			return err
		}
	}
	return nil
}

func (s set) addBitmap(b []byte) error {
	if len(b) > 8*len(s) {
		return errPostings
	}
	i := 0
	for ; len(b) >= 8; b = b[8:] {
		s[i] |= binary.LittleEndian.Uint64(b)
		i++
	}
	for j, x := range b {
		s[i] |= uint64(x) << (8 * j)
	}
	return nil
}

// intersect keeps what is also in o, which is as long.
func (s set) intersect(o set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// next is the first member from the ordinal on.
func (s set) next(from uint64) (ordinal uint64, ok bool) {
	i := from / 64
	if i >= uint64(len(s)) {
		return 0, false
	}
	w := s[i] &^ (1<<(from%64) - 1)
	for w == 0 {
		if i++; i == uint64(len(s)) {
			return 0, false
		}
		w = s[i]
	}
	return i*64 + uint64(bits.TrailingZeros64(w)), true
}
