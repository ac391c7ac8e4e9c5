package pebble

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

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

// marks reads the sealed minutes of a span, the newest first, and what they contain, all as it was at one moment.
type marks struct {
	account store.Account
	it      *pebble.Iterator // over marks
	content *pebble.Iterator
	sieves  *pebble.Iterator
	begun   bool
}

// newMarks reads the minutes in [from, to], at the moment that the iterator shows; now if it is nil.
func (s *Store) newMarks(a store.Account, from, to store.Minute, moment *pebble.Iterator) (_ *marks, err error) {
	span := func(sub byte) *pebble.IterOptions {
		return &pebble.IterOptions{LowerBound: appendMinute(nil, a, sub, to), UpperBound: successor(nil, appendMinute(nil, a, sub, from))}
	}
	ms := &marks{account: a}
	if moment == nil {
		ms.it, err = s.db.NewIter(span(rangeMark))
	} else {
		ms.it, err = moment.Clone(pebble.CloneOptions{IterOptions: span(rangeMark)})
	}
	if err != nil {
		return nil, fmt.Errorf("read minutes of account %s: %w", a, err)
	}
	for sub, it := range map[byte]**pebble.Iterator{rangeContent: &ms.content, rangeSieve: &ms.sieves} {
		if *it, err = ms.it.Clone(pebble.CloneOptions{IterOptions: span(sub)}); err != nil {
			ms.close(&err)
			return nil, fmt.Errorf("read minutes of account %s: %w", a, err)
		}
	}
	return ms, nil
}

// next is the next sealed minute; false if there is none.
func (ms *marks) next() (m mark, ok bool, err error) {
	if ms.begun {
		ok = ms.it.Next()
	} else {
		ok, ms.begun = ms.it.First(), true
	}
	if ok {
		m, err = markOf(ms.it)
	} else {
		err = ms.it.Error()
	}
	if err != nil {
		return m, false, fmt.Errorf("read minutes of account %s: %w", ms.account, err)
	}
	return m, ok, nil
}

// close adds what the iterators have to say to the error of the function that is about to return.
func (ms *marks) close(err *error) {
	e := ms.it.Close()
	for _, it := range []*pebble.Iterator{ms.content, ms.sieves} {
		if it != nil {
			e = errors.Join(e, it.Close())
		}
	}
	if e != nil && (*err == nil || errors.Is(*err, errStop)) {
		*err = fmt.Errorf("read minutes of account %s: %w", ms.account, e)
	}
}
