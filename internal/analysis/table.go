package analysis

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/rayapi"
)

// Bounds of what tables keep. A table with maxRows rows drops the half that fewest traces have, and goes on. When all tables
// together take maxMemory, each drops half of its rows, but for the leastRows that most traces have.
const (
	maxRows   = 2048
	maxMemory = 64 << 20
	leastRows = 16

	rowBytes = 512 // of a row without what its lists hold, its place in a map included
)

// A table counts traces by the values of an attribute.
//
// What is dropped goes into others, so nothing is lost of the sums. A value that comes after some were dropped may have been
// one of them: it may lack as many traces as the dropped value that most traces had, which is the floor.
type table struct {
	attribute string
	role      role
	ranked    bool

	texts   map[string]*row
	numbers map[float64]*row
	truths  [2]*row
	rows    []*row
	free    []*row // dropped ones, whose memory serves again

	traces  int64
	round   uint64 // trace that was counted last
	dropped int64  // values
	floor   int64
	others  [2]figures
	used    *int // memory of all tables
}

// A row is one value.
type row struct {
	value  fact.Value
	round  uint64
	missed int64
	sets   [2]figures
	kinds  []kindCount // by kind of request; of rows that are compared within kinds
}

// weight is how many traces the value has at most.
func (r *row) weight() int64 { return r.sets[0].total() + r.sets[1].total() + r.missed }

func newTable(attribute string, used *int) *table {
	return &table{attribute: attribute, role: roleOf(attribute), texts: make(map[string]*row), numbers: make(map[float64]*row), used: used}
}

// text counts a trace with the value, which may be overwritten afterwards; the empty one is none. A value counts once in a round.
func (t *table) text(v string, round uint64, o *observation) {
	if v == "" {
		return
	}
	r := t.texts[v]
	if r == nil {
		r = t.grow(fact.Value{Kind: fact.String, String: strings.Clone(v)})
	}
	t.count(r, round, o)
}

// bytes is text.
func (t *table) bytes(v []byte, round uint64, o *observation) {
	if r := t.texts[string(v)]; r != nil { // makes no string
		t.count(r, round, o)
		return
	}
	t.text(string(v), round, o)
}

func (t *table) number(v float64, round uint64, o *observation) {
	r := t.numbers[v]
	if r == nil {
		r = t.grow(fact.Value{Kind: fact.Number, Number: v})
	}
	t.count(r, round, o)
}

func (t *table) truth(v bool, round uint64, o *observation) {
	r := t.truths[truthIndex(v)]
	if r == nil {
		r = t.grow(fact.Value{Kind: fact.Bool, Bool: v})
	}
	t.count(r, round, o)
}

func truthIndex(v bool) int {
	if v {
		return 1
	}
	return 0
}

// count counts a trace in a row.
func (t *table) count(r *row, round uint64, o *observation) {
	if r.round == round {
		return
	}
	r.round = round
	if t.round != round {
		t.round = round
		t.traces++
	}
	for side, in := range o.sides {
		if in {
			*t.used += r.sets[side].add(o)
		}
	}
	if t.ranked && t.role == circumstance {
		*t.used += r.countKind(o)
	}
}

// grow makes a row for a value, after it has made room if there is none.
func (t *table) grow(v fact.Value) *row {
	if len(t.rows) >= maxRows {
		t.shrink(maxRows / 2)
	}
	var r *row
	if n := len(t.free); n > 0 {
		r, t.free = t.free[n-1], t.free[:n-1]
		r.reset()
	} else {
		r = new(row)
		*t.used += rowBytes
	}
	r.value, r.missed = v, t.floor
	*t.used += len(v.String)
	t.rows = append(t.rows, r)
	t.index(r)
	return r
}

func (r *row) reset() {
	r.round, r.kinds = 0, r.kinds[:0]
	r.sets[0].reset()
	r.sets[1].reset()
}

// index lets the row be found.
func (t *table) index(r *row) {
	switch r.value.Kind {
	case fact.String:
		t.texts[r.value.String] = r
	case fact.Number:
		t.numbers[r.value.Number] = r
	default:
		t.truths[truthIndex(r.value.Bool)] = r
	}
}

// unindex is the opposite.
func (t *table) unindex(r *row) {
	switch r.value.Kind {
	case fact.String:
		delete(t.texts, r.value.String)
	case fact.Number:
		delete(t.numbers, r.value.Number)
	default:
		t.truths[truthIndex(r.value.Bool)] = nil
	}
}

// find is the row of a value; nil if there is none.
func (t *table) find(v fact.Value) *row {
	switch v.Kind {
	case fact.String:
		return t.texts[v.String]
	case fact.Number:
		return t.numbers[v.Number]
	}
	return t.truths[truthIndex(v.Bool)]
}

// shrink drops all rows but those that most traces have.
func (t *table) shrink(keep int) {
	if len(t.rows) <= keep {
		return
	}
	t.sort()
	for _, r := range t.rows[keep:] {
		t.floor = max(t.floor, r.weight())
		t.dropped++
		for side := range r.sets {
			*t.used += t.others[side].merge(&r.sets[side])
		}
		t.unindex(r)
		*t.used -= len(r.value.String)
		r.value = fact.Value{}
		t.free = append(t.free, r)
	}
	t.rows = t.rows[:keep]
}

// release gives back the memory of rows that were dropped.
func (t *table) release() {
	for _, r := range t.free {
		*t.used -= rowBytes + r.size()
	}
	t.free = nil
}

// size is the bytes that the lists of a row take.
func (r *row) size() int {
	return 4*(cap(r.sets[0].times.counts)+cap(r.sets[1].times.counts)) + kindBytes*cap(r.kinds)
}

// sort brings the values that most traces have to the front.
func (t *table) sort() {
	slices.SortFunc(t.rows, func(x, y *row) int {
		return cmp.Or(cmp.Compare(y.weight(), x.weight()), compareValues(x.value, y.value))
	})
}

func compareValues(x, y fact.Value) int {
	return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.String, y.String), cmp.Compare(x.Number, y.Number), cmp.Compare(truthIndex(x.Bool), truthIndex(y.Bool)))
}

// merge adds what o counts of other traces. o is of no use afterwards.
func (t *table) merge(o *table) {
	for _, r := range o.rows {
		to := t.find(r.value)
		if to == nil {
			to = &row{value: r.value, missed: t.floor}
			*t.used += rowBytes + len(r.value.String)
			t.rows = append(t.rows, to)
			t.index(to)
		}
		for side := range r.sets {
			*t.used += to.sets[side].merge(&r.sets[side])
		}
		*t.used += to.mergeKinds(r)
		to.missed += r.missed
	}
	if o.floor > 0 {
		for _, r := range t.rows {
			if o.find(r.value) == nil {
				r.missed += o.floor
			}
		}
	}
	for side := range o.others {
		*t.used += t.others[side].merge(&o.others[side])
	}
	t.traces, t.dropped, t.floor = t.traces+o.traces, t.dropped+o.dropped, t.floor+o.floor
	if len(t.rows) > maxRows {
		t.shrink(maxRows / 2)
	}
}

// result is the table with at most so many rows.
func (t *table) result(limit int, sets *[2]set, split bool) rayapi.Table {
	t.sort()
	r := rayapi.Table{Attribute: t.attribute, Traces: t.traces, Distinct: int64(len(t.rows)) + t.dropped, Exact: t.dropped == 0, Rows: []rayapi.Row{}}
	others := row{sets: t.others}
	for i, own := range t.rows {
		if i < limit {
			r.Rows = append(r.Rows, own.result(t.attribute, sets, split))
			continue
		}
		for side := range own.sets {
			others.sets[side].merge(&own.sets[side])
		}
	}
	r.Others = others.result("", sets, split)
	return r
}

// result is the row; that of an empty attribute has no value.
func (r *row) result(attribute string, sets *[2]set, split bool) rayapi.Row {
	out := rayapi.Row{Missed: r.missed, A: r.side(0, sets)}
	if attribute != "" {
		v := valueOf(r.value)
		out.Value, out.Expression = &v, Expression(attribute, r.value)
	}
	if split {
		b := r.side(1, sets)
		delta := out.A.Share - b.Share
		out.B, out.Delta = &b, &delta
	}
	return out
}

func (r *row) side(side int, sets *[2]set) rayapi.RowSet {
	f := r.sets[side].result()
	return rayapi.RowSet{Share: share(f.Count, sets[side].total()), Figures: f}
}

// share is n of all, 0 of nothing.
func share(n, all int64) float64 {
	return float64(n) / math.Max(1, float64(all))
}

func valueOf(v fact.Value) rayapi.Value {
	switch v.Kind {
	case fact.String:
		return rayapi.Value{String: &v.String}
	case fact.Number:
		return rayapi.Value{Number: &v.Number}
	}
	return rayapi.Value{Boolean: &v.Bool}
}
