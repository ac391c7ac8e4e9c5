package pebble

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

// slotBuffer is how many positions of a slot are read ahead at once. Merging costs one seek for that many, and holds
// 320 bytes for each slot of the window that has rows: 320 KB for a week.
const slotBuffer = 16

// slots merges the activity rows of the slots of a window into one order of positions, each once. One iterator serves
// them all: it goes where the next rows are wanted.
type slots struct {
	account store.Account
	axis    store.Axis
	low     store.Home // rows of homes below it are not wanted
	it      *pebble.Iterator
	heap    slotHeap
	key     []byte
	bad     error // a key that cannot be
}

// A slot is what has been read ahead of it.
type slot struct {
	number int64
	ahead  [][posLen]byte // not empty
	buf    [slotBuffer][posLen]byte
	more   bool // the slot has rows behind those read
}

// posLen is the length of a position in a key. Positions are compared as they stand there.
const posLen = 4 + 16

// newSlots begins at the encoded position start, which may be followed by a zero byte to mean the one behind it.
func (s *Store) newSlots(ctx context.Context, a store.Account, w store.Window, start []byte, low store.Home) (_ *slots, err error) {
	from, to := w.Slots()
	m := &slots{account: a, axis: w.Axis, low: low}
	m.it, err = s.db.NewIter(&pebble.IterOptions{LowerBound: appendSlot(nil, a, w.Axis, from), UpperBound: appendSlot(nil, a, w.Axis, to+1)})
	if err != nil {
		return nil, fmt.Errorf("read activity of account %s: %w", a, err)
	}
	defer func() {
		if err != nil {
			m.close(&err)
		}
	}()
	for n := from; ; n++ {
		if err := s.step(ctx); err != nil {
			return nil, err
		}
		// The seek may end in a later slot, before its start; then it is repeated there.
		for ok := m.seek(n, start); ; ok = m.seek(n, start) {
			if !ok {
				heap.Init(&m.heap)
				return m, m.err()
			}
			at := slotOf(m.it.Key())
			if at == n || bytes.Compare(m.it.Key()[slotEnd:], start) >= 0 {
				n = at
				break
			}
			n = at
		}
		sl := &slot{number: n}
		if m.fill(sl) {
			m.heap = append(m.heap, sl)
		}
	}
}

func (m *slots) seek(n int64, position []byte) bool {
	m.key = append(appendSlot(m.key[:0], m.account, m.axis, n), position...)
	return m.it.SeekGE(m.key)
}

// fill reads ahead from where the iterator stands, and tells whether there was anything.
func (m *slots) fill(sl *slot) bool {
	sl.ahead, sl.more = sl.buf[:0], false
	for ok := m.it.Valid(); ok; ok = m.it.Next() {
		key := m.it.Key()
		if len(key) != activityLen {
			m.bad = fmt.Errorf("key %x has %d bytes, not %d: the data is damaged", key, len(key), activityLen)
			break
		}
		if slotOf(key) != sl.number || positionOf(key[slotEnd:]).Home < m.low {
			break
		}
		if len(sl.ahead) == slotBuffer {
			sl.more = true
			break
		}
		sl.ahead = append(sl.ahead, [posLen]byte(key[slotEnd:]))
	}
	return len(sl.ahead) > 0
}

func (m *slots) empty() bool { return len(m.heap) == 0 }

// pop takes the first position, wherever it occurs.
func (m *slots) pop() (store.Position, error) {
	first := m.heap[0].ahead[0]
	for len(m.heap) > 0 && m.heap[0].ahead[0] == first {
		if err := m.advance(m.heap[0]); err != nil {
			return store.Position{}, err
		}
	}
	return positionOf(first[:]), nil
}

// advance moves the slot at the top of the heap by one.
func (m *slots) advance(sl *slot) error {
	last := sl.ahead[0]
	if sl.ahead = sl.ahead[1:]; len(sl.ahead) == 0 {
		if !sl.more || !m.seek(sl.number, append(last[:], 0)) || !m.fill(sl) {
			heap.Pop(&m.heap)
			return m.err()
		}
	}
	heap.Fix(&m.heap, 0)
	return nil
}

func (m *slots) err() error {
	if err := errors.Join(m.it.Error(), m.bad); err != nil {
		return fmt.Errorf("read activity of account %s: %w", m.account, err)
	}
	return nil
}

func (m *slots) close(err *error) {
	if e := m.it.Close(); e != nil && (*err == nil || errors.Is(*err, errStop)) {
		*err = fmt.Errorf("read activity of account %s: %w", m.account, e)
	}
}

// slotHeap has the slot with the first position on top.
type slotHeap []*slot

func (h slotHeap) Len() int           { return len(h) }
func (h slotHeap) Less(i, j int) bool { return bytes.Compare(h[i].ahead[0][:], h[j].ahead[0][:]) < 0 }
func (h slotHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *slotHeap) Push(x any)        { *h = append(*h, x.(*slot)) }
func (h *slotHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
