package spool

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A model is what a spool must have: the entries that were appended and neither done nor known to be dropped, in order.
type model struct {
	*fixture
	rng     *rand.Rand
	serial  int
	alive   []int
	held    map[int]*Lease
	dropped int // documents
}

func newModel(f *fixture, seed uint64) *model {
	return &model{fixture: f, rng: rand.New(rand.NewPCG(seed, 2)), held: map[int]*Lease{}}
}

func (m *model) append() {
	m.serial++
	e := entry(m.serial, m.rng.IntN(40_000))
	e.At = m.clock()
	m.fixture.append(e)
	m.alive = append(m.alive, m.serial)
}

// take holds the entry in front. Free ones that it should have been instead must have been dropped.
func (m *model) take() {
	l := m.tryNext()
	upTo := len(m.alive)
	if l != nil {
		n := l.Entry().Documents
		upTo = slices.Index(m.alive, n)
		if upTo < 0 || m.held[n] != nil {
			m.t.Fatalf("entry %d was handed out, which is done, dropped or held", n)
		}
		m.held[n] = l
	}
	m.alive = slices.DeleteFunc(m.alive, func(n int) bool {
		gone := m.held[n] == nil && slices.Index(m.alive[:upTo], n) >= 0
		if gone {
			m.dropped += n
		}
		return gone
	})
}

// some is one of the leases; nil if there is none.
func (m *model) some() (int, *Lease) {
	var ns []int
	for n := range m.held {
		ns = append(ns, n)
	}
	if len(ns) == 0 {
		return 0, nil
	}
	slices.Sort(ns)
	n := ns[m.rng.IntN(len(ns))]
	l := m.held[n]
	delete(m.held, n)
	return n, l
}

func (m *model) done() {
	n, l := m.some()
	if l == nil {
		return
	}
	if err := l.Done(); err != nil {
		m.t.Fatalf("done %d: %v", n, err)
	}
	m.forget(n)
}

func (m *model) forget(n int) {
	m.alive = slices.DeleteFunc(m.alive, func(o int) bool { return o == n })
}

func (m *model) giveBack() {
	if _, l := m.some(); l != nil {
		l.Return()
	}
}

// restart opens the spool again, after a close or what kill -9 leaves.
func (m *model) restart() {
	if d, ok := m.disk.(*memDisk); ok && m.rng.IntN(2) == 0 {
		old := m.Spool
		m.disk = d.killed()
		m.open()
		old.Close()
	} else {
		m.reopen()
	}
	clear(m.held)
}

// check compares what the spool says with the model, which knows of drops only when it meets them.
func (m *model) check() {
	m.t.Helper()
	m.mu.Lock()
	told := 0
	for _, n := range m.fixture.dropped {
		told += n
	}
	m.mu.Unlock()
	want := m.dropped - told
	for _, n := range m.alive {
		want += n
	}
	st := m.Stats()
	if st.Documents != want {
		m.t.Fatalf("the spool has %d documents, want %d", st.Documents, want)
	}
	var bytes int64
	for _, f := range m.disk.(*memDisk).files {
		bytes += int64(len(f.data))
	}
	if st.Bytes != bytes || bytes > m.o.MaxBytes {
		m.t.Fatalf("Bytes is %d, the files have %d, the bound is %d", st.Bytes, bytes, m.o.MaxBytes)
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newModel(newFixture(t, newMemDisk()), seed)
			m.o.MaxAge = 8 * time.Minute
			m.open()
			for range 1500 {
				switch p := m.rng.IntN(100); {
				case p < 45:
					m.append()
				case p < 65:
					m.take()
				case p < 82:
					m.done()
				case p < 92:
					m.giveBack()
				case p < 95:
					if err := m.Sync(); err != nil {
						t.Fatal(err)
					}
				case p < 98:
					m.pass(time.Duration(m.rng.IntN(int(8 * time.Minute))))
				default:
					m.restart()
				}
				m.check()
			}
			for m.take(); len(m.alive) > 0; m.take() {
				m.done()
				m.check()
			}
			if st := m.Stats(); st != (Stats{}) {
				t.Errorf("at the end: %+v", st)
			}
			if m.fixture.dropped[Full] == 0 || m.fixture.dropped[Old] == 0 || m.fixture.dropped[Damaged] > 0 {
				t.Errorf("dropped %s: this test should meet the bounds and no damage", m.drops())
			}
		})
	}
}
