package storetest

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// model does random operations on the store and on a map, and compares. The map knows what was appended and nothing of
// homes: those it takes from the store, and checks that they stay. It knows nothing of seals either: they must not be seen.
func model(f *fixture) {
	seed := f.options.Seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	m := &naive{fixture: f, rng: rand.New(rand.NewPCG(seed, 0)), kept: map[traceKey][]store.Record{}, homes: map[traceKey]store.Home{}, now: noon}
	for m.step = 0; m.step < f.options.Operations && !f.Failed(); m.step++ {
		switch n := m.rng.IntN(100); {
		case n < 50:
			m.write()
		case n < 55:
			m.sealMinutes()
		case n < 80:
			m.scanWindow()
		case n < 98:
			m.readIDs()
		case n < 99:
			m.readParts()
		default:
			m.remove()
		}
	}
	if f.Failed() {
		f.Logf("seed %d, operation %d", seed, m.step)
	}
}

type traceKey struct {
	account store.Account
	id      segment.TraceID
}

type naive struct {
	*fixture
	rng   *rand.Rand
	step  int
	now   segment.Time
	kept  map[traceKey][]store.Record
	homes map[traceKey]store.Home
	last  []store.Record // of the last Append: may be repeated
}

// account is mostly the same one.
func (m *naive) account() store.Account {
	if m.rng.IntN(4) == 0 {
		return bob
	}
	return alice
}

// about is an instant mostly close to now.
func (m *naive) about() segment.Time {
	span := []segment.Time{second, 10 * second, 2 * minute, hour, 12 * hour}[m.rng.IntN(5)]
	return m.now - span + segment.Time(m.rng.Int64N(int64(2*span)))
}

// id is one of a small number, so that they repeat: of each kind, a few of each of the last seconds.
func (m *naive) id() segment.TraceID {
	n := m.rng.Uint64N(8)
	at := m.now - segment.Time(m.rng.IntN(40))*second
	if m.rng.IntN(3) == 0 {
		return randomID(uint64(at.Floor())<<4 | n)
	}
	return sdkID(at, n)
}

func (m *naive) write() {
	m.now += segment.Time(m.rng.Int64N(int64(2 * second)))
	rs := make([]store.Record, 1+m.rng.IntN(12))
	for i := range rs {
		rs[i] = m.record(i)
	}
	if m.rng.IntN(5) == 0 {
		rs = append(rs, m.last...)
	}
	m.append(rs...)
	m.last = rs
	for _, r := range rs {
		k := traceKey{r.Account, r.Trace}
		m.kept[k] = append(m.kept[k], r)
	}
}

func (m *naive) record(i int) store.Record {
	r := store.Record{Account: m.account(), Trace: m.id(), Segment: segmentID(m.rng.Uint64N(6)), Complete: m.rng.IntN(3) > 0, Start: m.about()}
	// Every receipt of a step is another, so that it is clear which is the first; their order is not that of the writes.
	r.Received = m.now - segment.Time(m.rng.IntN(3))*second - segment.Time(i)
	r.End = r.Start
	if r.Complete {
		r.End = m.about()
	}
	return filled(r)
}

// winners is the records of a trace that the contract hands out, in its order.
func winners(rs []store.Record) []store.Record {
	rs = slices.Clone(rs)
	slices.SortStableFunc(rs, func(a, b store.Record) int {
		if c := bytes.Compare(a.Segment[:], b.Segment[:]); c != 0 {
			return c
		}
		if a.Complete != b.Complete {
			if a.Complete {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Received, b.Received)
	})
	return slices.CompactFunc(rs, func(a, b store.Record) bool { return a.Segment == b.Segment && a.Complete == b.Complete })
}

// in tells whether a trace of the records has an instant in the window.
func in(w store.Window, rs []store.Record) bool {
	within := func(t segment.Time) bool { return t >= w.From && t < w.To }
	has := func(r store.Record) bool {
		return within([...]segment.Time{store.ByStart: r.Start, store.ByReceived: r.Received, store.ByEnd: r.End}[w.Axis])
	}
	if !slices.ContainsFunc(rs, has) { // nor do the winners among them
		return false
	}
	rs = winners(rs)
	if w.Axis == store.ByStart {
		return within(slices.MinFunc(rs, func(a, b store.Record) int { return cmp.Compare(a.Start, b.Start) }).Start)
	}
	return slices.ContainsFunc(rs, has)
}

func (m *naive) scanWindow() {
	a := m.account()
	w := store.Window{Axis: store.Axis(m.rng.IntN(3)), From: m.about()}
	w.To = w.From + []segment.Time{1, second, minute, 20 * minute, day}[m.rng.IntN(5)]
	where := m.where()
	var got []store.Trace
	var after *store.Position
	for page := 1 + m.rng.IntN(40); ; { // page by page
		n := 0
		for t, err := range m.store.Scan(m.ctx, a, store.Selection{Window: w, After: after, Where: where}) {
			if err != nil {
				m.Fatal(err)
			}
			got = append(got, clone(t))
			after = positionOf(*t)
			if n++; n == page {
				break
			}
		}
		if n < page {
			break
		}
	}
	m.checkScan(a, w, where, got)
}

func (m *naive) checkScan(a store.Account, w store.Window, where []fact.Clause, got []store.Trace) {
	seen := map[segment.TraceID]bool{}
	for i, t := range got {
		if i > 0 && !before(*positionOf(got[i-1]), *positionOf(t)) {
			m.Errorf("scan %v: %v follows %v", w, *positionOf(t), *positionOf(got[i-1]))
		}
		seen[t.ID] = true
		m.checkTrace(a, t)
		if t.Looked && !holds(where, factsOf(&t)) {
			m.Errorf("scan %v where %v: trace %s is said to satisfy it", w, where, t.ID)
		}
	}
	for k, rs := range m.kept {
		if k.account == a && !seen[k.id] && in(w, rs) && holds(where, factsOf(traceOf(k.id, rs))) {
			m.Errorf("scan %v of %s where %v: trace %s has an instant in it, and did not come", w, a, where, k.id)
		}
	}
}

// traceOf is the trace that the contract makes of the records.
func traceOf(id segment.TraceID, rs []store.Record) *store.Trace {
	t := &store.Trace{ID: id}
	for _, r := range winners(rs) {
		t.Rows = append(t.Rows, store.Row{Segment: r.Segment, Complete: r.Complete, Received: r.Received})
	}
	return t
}

// where is mostly nothing, else up to three clauses of what factsOf states.
func (m *naive) where() (where []fact.Clause) {
	if m.rng.IntN(3) == 0 {
		return nil
	}
	for range 1 + m.rng.IntN(3) {
		var clause fact.Clause
		for range 1 + m.rng.IntN(2) {
			clause = append(clause, m.condition())
		}
		where = append(where, clause)
	}
	return where
}

func (m *naive) condition() fact.Condition {
	orders := []fact.Op{fact.Set, fact.Equal, fact.NotEqual, fact.Less, fact.LessOrEqual, fact.Greater, fact.GreaterOrEqual}
	texts := []fact.Op{fact.Set, fact.Equal, fact.NotEqual, fact.Contains, fact.BeginsWith, fact.EndsWith}
	n := float64(m.rng.IntN(7))
	switch m.rng.IntN(6) {
	case 0:
		return fact.Condition{Field: fact.Duration, Op: orders[m.rng.IntN(len(orders))], Value: number(n)}
	case 1:
		return an("segment", orders[m.rng.IntN(len(orders))], number(n))
	case 2:
		return an("minus", orders[m.rng.IntN(len(orders))], number(-n))
	case 3:
		return an("segment", texts[m.rng.IntN(len(texts))], text([]string{"odd", "even", "d", "en"}[m.rng.IntN(4)]))
	case 4:
		return an("small", texts[m.rng.IntN(3)], truth(n > 3))
	}
	return fact.Condition{Field: fact.Is, Op: fact.Equal, Value: text(fact.Partial)}
}

// sealMinutes seals some of what the store says is unsealed.
func (m *naive) sealMinutes() {
	a := m.account()
	list, err := m.store.Unsealed(m.ctx, a, minuteAt(m.now+day), 1+m.rng.IntN(200))
	if err != nil {
		m.Fatal(err)
	}
	for _, u := range list {
		if m.rng.IntN(4) > 0 {
			m.seal(a, u.Minute, noting)
		}
	}
}

// readParts checks that what is sealed lists the traces as they are.
func (m *naive) readParts() {
	a := m.account()
	want := map[store.Minute]map[segment.TraceID]int{}
	for k, rs := range m.kept {
		if k.account != a {
			continue
		}
		if _, known := m.homes[k]; !known {
			for _, t := range m.digests(a, k.id) {
				m.checkTrace(a, t)
			}
		}
		minute := m.homes[k].Minute()
		if want[minute] == nil {
			want[minute] = map[segment.TraceID]int{}
		}
		want[minute][k.id] = len(winners(rs))
	}
	for p, err := range m.store.Parts(m.ctx, a, 1, 0, minuteAt(m.now+day)) {
		if err != nil {
			m.Fatal(err)
		}
		got := map[segment.TraceID]int{}
		for line := range strings.Lines(string(p.Data)) {
			var id string
			var rows int
			if _, err := fmt.Sscan(line, &id, &rows); err != nil {
				m.Fatal(err)
			}
			parsed, err := segment.ParseTraceID(id)
			if err != nil {
				m.Fatal(err)
			}
			got[parsed] = rows
		}
		if !maps.Equal(got, want[p.Minute]) {
			m.Errorf("minute %d of %s is sealed with %v, want %v", p.Minute, a, got, want[p.Minute])
		}
	}
}

func (m *naive) checkTrace(a store.Account, t store.Trace) {
	k := traceKey{a, t.ID}
	want := winners(m.kept[k])
	same := func(row store.Row, r store.Record) bool {
		return row.Segment == r.Segment && row.Complete == r.Complete && row.Received == r.Received && bytes.Equal(row.Data, r.Digest)
	}
	if !slices.EqualFunc(t.Rows, want, same) {
		m.Errorf("trace %s of %s: got rows %v, want those of %v", t.ID, a, t.Rows, want)
	}
	if h, ok := m.homes[k]; ok && h != t.Home {
		m.Errorf("trace %s of %s: moved from home %d to %d", t.ID, a, h, t.Home)
	}
	m.homes[k] = t.Home
}

func (m *naive) readIDs() {
	a := m.account()
	ids := make([]segment.TraceID, m.rng.IntN(10))
	var want []segment.TraceID
	for i := range ids {
		ids[i] = m.id()
		if len(m.kept[traceKey{a, ids[i]}]) > 0 {
			want = append(want, ids[i])
		}
	}
	got := m.digests(a, ids...)
	m.want("Digests", got, want...)
	for _, t := range got {
		m.checkTrace(a, t)
	}
}

// remove trims, and drops from the map what had to go by the homes that the store has told. It asks for them all first.
func (m *naive) remove() {
	for k := range m.kept {
		for _, t := range m.digests(k.account, k.id) {
			m.checkTrace(k.account, t)
		}
	}
	at := m.now - segment.Time(m.rng.IntN(60))*second
	m.trim(at)
	for k := range m.kept {
		if m.homes[k].Time() < at {
			delete(m.kept, k)
			delete(m.homes, k)
		}
	}
	m.last = nil // they may be older now than what is kept, and would come back
}
