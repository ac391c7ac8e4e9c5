package pebble

import (
	"encoding/binary"
	"sync"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// recentSize bounds one generation of the recent set: 32,768 records take 2.5 MB, and are more than a second's worth of a
// busy server. Repeats follow the original at once: one SDK sends each root segment twice, daemons retry.
const recentSize = 1 << 15

// An identity is what a record is known by: account, trace, segment, completeness.
type identity [5 + 16 + 8 + 1]byte

func identityOf(r *store.Record) (id identity) {
	var a [8]byte
	binary.BigEndian.PutUint64(a[:], uint64(r.Account))
	copy(id[:], a[3:])
	copy(id[5:], r.Trace[:])
	copy(id[21:], r.Segment[:])
	if r.Complete {
		id[29] = 1
	}
	return id
}

// recent remembers the records that were written last, with the time of receipt, so that repeats need not be written. It
// only saves work: a repeat that it has forgotten is passed over when it is read.
type recent struct {
	mu       sync.Mutex
	now, old map[identity]segment.Time // two generations: the older one goes when the younger one is full
	epoch    int                       // counts forget
}

func newRecent() *recent {
	return &recent{now: make(map[identity]segment.Time), old: make(map[identity]segment.Time)}
}

// repeats appends to drop, for each record, whether the same was written before and was received no later. What add gets
// is the epoch that it returns.
func (r *recent) repeats(drop []bool, records []store.Record) ([]bool, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range records {
		id := identityOf(&records[i])
		at, ok := r.now[id]
		if !ok {
			at, ok = r.old[id]
		}
		drop = append(drop, ok && records[i].Received >= at)
	}
	return drop, r.epoch
}

// A mention is an identity with its time of receipt.
type mention struct {
	id identity
	at segment.Time
}

// add enters what is durable now, unless forget was called since the given epoch.
func (r *recent) add(epoch int, ms []mention) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if epoch != r.epoch {
		return
	}
	for _, m := range ms {
		if len(r.now) >= recentSize {
			clear(r.old)
			r.now, r.old = r.old, r.now
		}
		at, ok := r.now[m.id]
		if !ok {
			at, ok = r.old[m.id]
		}
		if !ok || m.at < at {
			at = m.at
		}
		r.now[m.id] = at
	}
}

// forget empties the set: after a removal, a repeat is no repeat.
func (r *recent) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.now)
	clear(r.old)
	r.epoch++
}
