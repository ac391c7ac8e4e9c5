package pebble

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// week is what locators are filed under, in seconds: the width of store.HomePast, so that a trace that may still be added
// to has its locator in the week of the receipt or in the one before.
const week = int64(store.HomePast / 1e9)

func weekOf(t segment.Time) uint32 { return uint32(t.Floor() / week) }

// knownSize bounds one generation of the homes that are kept in memory: 32,768 of them take 2 MB.
const knownSize = 1 << 15

// A traceKey is a trace of an account.
type traceKey struct {
	account store.Account
	id      segment.TraceID
}

// A claim is a home that was given to a trace, and whose locator is not durable yet. Every Append that uses it writes the
// locator too: the one that was first may fail.
type claim struct {
	home store.Home
	week uint32
	uses int
}

// locator finds the homes of traces whose ids carry none, and gives homes to new ones. One lock makes two concurrent
// records of a new trace get the same home.
type locator struct {
	db *pebble.DB

	mu       sync.Mutex
	claims   map[traceKey]*claim
	now, old map[traceKey]store.Home // of durable locators: two generations, the older one goes when the younger is full
	epoch    int                     // counts forget
	weeks    map[store.Account][]uint32
}

func newLocator(db *pebble.DB) (*locator, error) {
	l := &locator{
		db:     db,
		claims: make(map[traceKey]*claim),
		now:    make(map[traceKey]store.Home),
		old:    make(map[traceKey]store.Home),
		weeks:  make(map[store.Account][]uint32),
	}
	return l, l.readWeeks()
}

// readWeeks learns which weeks have locators, with a seek for each.
func (l *locator) readWeeks() error {
	it, err := l.db.NewIter(&pebble.IterOptions{LowerBound: []byte{tagLocator}, UpperBound: []byte{tagLocator + 1}})
	if err != nil {
		return fmt.Errorf("read locators: %w", err)
	}
	var next []byte
	for ok := it.First(); ok; ok = it.SeekGE(next) {
		a, w := accountOf(it.Key()), binary.BigEndian.Uint32(it.Key()[accountEnd:])
		l.weeks[a] = append(l.weeks[a], w)
		next = appendWeek(next[:0], a, w+1)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return fmt.Errorf("read locators: %w", err)
	}
	return nil
}

// home is the home of the record's trace. If the claim is not nil, its locator must be written with the record, and
// settle be called when that is done.
func (l *locator) home(r *store.Record) (store.Home, *claim, error) {
	if h, ok := store.HomeInID(r.Trace, r.Received); ok {
		return h, nil, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k := traceKey{r.Account, r.Trace}
	if c := l.claims[k]; c != nil {
		c.uses++
		return c.home, c, nil
	}
	if h, ok := l.known(k); ok {
		return h, nil, nil
	}
	w := weekOf(r.Received)
	for _, w := range [...]uint32{w, w - 1} {
		if _, any := slices.BinarySearch(l.weeks[r.Account], w); !any {
			continue
		}
		h, ok, err := l.read(k, w)
		if err != nil {
			return 0, nil, err
		}
		if ok {
			l.know(k, h)
			return h, nil, nil
		}
	}
	c := &claim{home: store.NewHome(r.Start, r.Received), week: w, uses: 1}
	l.claims[k] = c
	l.addWeek(r.Account, w)
	return c.home, c, nil
}

// settle ends one use of a claim; durable tells whether its locator was written.
func (l *locator) settle(k traceKey, c *claim, durable bool, epoch int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if durable {
		l.addWeek(k.account, c.week)
		if epoch == l.epoch {
			l.know(k, c.home)
		}
	}
	if c.uses--; c.uses == 0 {
		delete(l.claims, k)
	}
}

func (l *locator) begin() (epoch int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.epoch
}

func (l *locator) known(k traceKey) (store.Home, bool) {
	h, ok := l.now[k]
	if !ok {
		if h, ok = l.old[k]; ok {
			l.know(k, h)
		}
	}
	return h, ok
}

func (l *locator) know(k traceKey, h store.Home) {
	if len(l.now) >= knownSize {
		clear(l.old)
		l.now, l.old = l.old, l.now
	}
	l.now[k] = h
}

func (l *locator) read(k traceKey, w uint32) (store.Home, bool, error) {
	var buf [locatorLen]byte
	v, closer, err := l.db.Get(appendLocator(buf[:0], k.account, w, k.id))
	if errors.Is(err, pebble.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read locator of trace %s: %w", k.id, err)
	}
	defer closer.Close()
	if len(v) != 4 {
		return 0, false, fmt.Errorf("read locator of trace %s: %d bytes, not 4", k.id, len(v))
	}
	return store.Home(binary.BigEndian.Uint32(v)), true, nil
}

func (l *locator) addWeek(a store.Account, w uint32) {
	if i, ok := slices.BinarySearch(l.weeks[a], w); !ok {
		l.weeks[a] = slices.Insert(l.weeks[a], i, w)
	}
}

// homes appends every home at which rows of the trace can lie: the second in its id, and those of its locators, the newest
// week first.
func (l *locator) homes(hs []store.Home, a store.Account, id segment.TraceID) ([]store.Home, error) {
	hs = append(hs, store.Home(id.Epoch()))
	l.mu.Lock()
	weeks := slices.Clone(l.weeks[a])
	l.mu.Unlock()
	for _, w := range slices.Backward(weeks) {
		h, ok, err := l.read(traceKey{a, id}, w)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(hs, h) {
			hs = append(hs, h)
		}
	}
	return hs, nil
}

// forget drops what is in memory, after the locators of the weeks before the given one were removed.
func (l *locator) forget(before uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.now)
	clear(l.old)
	l.epoch++
	for a, weeks := range l.weeks {
		i, _ := slices.BinarySearch(weeks, before)
		if l.weeks[a] = slices.Delete(weeks, 0, i); len(l.weeks[a]) == 0 {
			delete(l.weeks, a)
		}
	}
}
