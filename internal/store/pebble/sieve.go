package pebble

import (
	"github.com/cespare/xxhash/v2"
)

// A sieve tells of the facts of a minute which are surely not there: a Bloom filter of its columns, and of the values in
// them. What few traces of a day have is in few of its minutes; with the sieves of the others the search reads a byte and a
// half for each value that they have, and nothing of their contents.
//
// Its bytes are bits, bit n in bit n%8 of byte n/8. An item is the key of a column, with an encoded value behind it or
// without; its bits are those that sieveHashes steps from the lower half of its xxHash lead to, each as wide as the upper
// half made odd, scaled from 32 bits to the number of bits.
type sieve []byte

const (
	sieveBits   = 10 // for each item: one in a hundred that are not there seems to be
	sieveHashes = 7

	// maxSieve is enough for 50,000 items at full width. Beyond it a sieve lets more through, down to everything.
	maxSieve = 64 << 10
)

// newSieve is the sieve of the columns.
func newSieve(columns []*column) sieve {
	items := len(columns)
	for _, c := range columns {
		items += len(c.values)
	}
	s := make(sieve, min(maxSieve, (items*sieveBits+7)/8))
	var item []byte
	for _, c := range columns {
		item = appendColumn(item[:0], c.columnKey)
		s.put(xxhash.Sum64(item))
		for i := range c.values {
			s.put(xxhash.Sum64(append(item, c.values[i].value...)))
		}
	}
	return s
}

func (s sieve) put(item uint64) {
	for n := range uint32(sieveHashes) {
		bit := s.bit(item, n)
		s[bit/8] |= 1 << (bit % 8)
	}
}

// has tells whether the item may be there.
func (s sieve) has(item uint64) bool {
	if len(s) == 0 {
		return false
	}
	for n := range uint32(sieveHashes) {
		if bit := s.bit(item, n); s[bit/8]&(1<<(bit%8)) == 0 {
			return false
		}
	}
	return true
}

func (s sieve) bit(item uint64, n uint32) uint64 {
	at := uint32(item) + n*(uint32(item>>32)|1)
	return uint64(at) * uint64(8*len(s)) >> 32
}

// lets tells whether traces may satisfy every clause.
func (s sieve) lets(clauses [][]lookup) bool {
	for _, clause := range clauses {
		found := false
		for i := range clause {
			if found = s.has(clause[i].item); found {
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// sieved tells whether the sieve of the minute lets the clauses through. One of another generation is of a seal that was
// cut off: it tells nothing.
func (l *looker) sieved(m mark) (bool, error) {
	l.key = appendMinute(l.key[:0], m.account, rangeSieve, m.minute)
	if !l.sieves.SeekGE(l.key) || string(l.sieves.Key()) != string(l.key) {
		return true, l.sieves.Error()
	}
	v, err := l.sieves.ValueAndErr()
	if err != nil || len(v) == 0 || v[0] != m.generation {
		return true, err
	}
	return sieve(v[1:]).lets(l.lookups.clauses), nil
}

// fillSieve keeps the sieve. The mark follows in the same batch or a later one.
func (sl *sealer) fillSieve(generation byte, columns []*column) error {
	sl.key = appendMinute(sl.key[:0], sl.account, rangeSieve, sl.minute)
	return sl.set(append([]byte{generation}, newSieve(columns)...))
}

// itemOf is what a condition asks a sieve for: its value if it is for one, else its column.
func itemOf(column, value []byte, equal bool) uint64 {
	if !equal {
		return xxhash.Sum64(column)
	}
	return xxhash.Sum64(append(column[:len(column):len(column)], value...))
}
