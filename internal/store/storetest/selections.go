package storetest

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

func text(s string) fact.Value    { return fact.Value{Kind: fact.String, String: s} }
func number(n float64) fact.Value { return fact.Value{Kind: fact.Number, Number: n} }
func truth(b bool) fact.Value     { return fact.Value{Kind: fact.Bool, Bool: b} }

// factsOf is what the cases note of a trace: it follows from the rows' identities. Some are stated again and again.
func factsOf(t *store.Trace) []fact.Fact {
	fs := []fact.Fact{
		{Field: fact.Duration, Value: number(float64(len(t.Rows)))},
		{Field: fact.Annotation, Key: "id", Value: text(t.ID.String())},
	}
	for _, r := range t.Rows {
		n := binary.BigEndian.Uint64(r.Segment[:])
		fs = append(fs,
			fact.Fact{Field: fact.Service, Value: text(fmt.Sprintf("service %d", n%3))},
			fact.Fact{Field: fact.Annotation, Key: "segment", Value: number(float64(n))},
			fact.Fact{Field: fact.Annotation, Key: "segment", Value: text([]string{"even", "odd"}[n%2])},
			fact.Fact{Field: fact.Annotation, Key: "minus", Value: number(-float64(n))},
			fact.Fact{Field: fact.Annotation, Key: "small", Value: truth(n < 3)},
		)
		if !r.Complete {
			fs = append(fs, fact.Fact{Field: fact.Is, Value: text(fact.Partial)})
		}
	}
	return fs
}

// holds tells whether the facts satisfy every clause.
func holds(where []fact.Clause, fs []fact.Fact) bool {
	for _, clause := range where {
		any := slices.ContainsFunc(clause, func(c fact.Condition) bool {
			return slices.ContainsFunc(fs, func(f fact.Fact) bool { return f.Field == c.Field && f.Key == c.Key && c.Holds(f.Value) })
		})
		if !any {
			return false
		}
	}
	return true
}

// noting is a listing that notes the facts of the traces.
func noting(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
	return listing(func(yield func(*store.Trace, error) bool) {
		for t, err := range traces {
			if err == nil {
				for _, f := range factsOf(t) {
					note(f)
				}
			}
			if !yield(t, err) {
				return
			}
		}
	}, note)
}

// an is a condition on an annotation.
func an(key string, op fact.Op, v fact.Value) fact.Condition {
	return fact.Condition{Field: fact.Annotation, Key: key, Op: op, Value: v}
}

// wheres are the conditions of a case of selection, each with the numbers of the segments that satisfy it.
var wheres = []struct {
	name  string
	where []fact.Clause
	want  []uint64
}{
	{"everything", nil, []uint64{0, 1, 2, 3, 4, 5, 6, 7}},
	{"a clause without conditions", []fact.Clause{{}}, nil},
	{"set", []fact.Clause{{an("small", fact.Set, fact.Value{})}}, []uint64{0, 1, 2, 3, 4, 5, 6, 7}},
	{"not set", []fact.Clause{{an("smal", fact.Set, fact.Value{})}}, nil},
	{"another field", []fact.Clause{{{Field: fact.Service, Key: "small", Op: fact.Set}}}, nil},
	{"equal string", []fact.Clause{{an("segment", fact.Equal, text("odd"))}}, []uint64{1, 3, 5, 7}},
	{"equal to the beginning of a string", []fact.Clause{{an("segment", fact.Equal, text("od"))}}, nil},
	{"equal number", []fact.Clause{{an("segment", fact.Equal, number(5))}}, []uint64{5}},
	{"equal zero", []fact.Clause{{an("minus", fact.Equal, number(0))}}, []uint64{0}},
	{"equal bool", []fact.Clause{{an("small", fact.Equal, truth(true))}}, []uint64{0, 1, 2}},
	{"equal, of another type", []fact.Clause{{an("small", fact.Equal, number(1))}}, nil},
	{"not equal string", []fact.Clause{{an("segment", fact.NotEqual, text("odd"))}}, []uint64{0, 2, 4, 6}},
	{"not equal number", []fact.Clause{{an("segment", fact.NotEqual, number(5))}}, []uint64{0, 1, 2, 3, 4, 6, 7}},
	{"less", []fact.Clause{{an("segment", fact.Less, number(2))}}, []uint64{0, 1}},
	{"less or equal", []fact.Clause{{an("segment", fact.LessOrEqual, number(2))}}, []uint64{0, 1, 2}},
	{"greater", []fact.Clause{{an("segment", fact.Greater, number(5))}}, []uint64{6, 7}},
	{"greater or equal", []fact.Clause{{an("segment", fact.GreaterOrEqual, number(5))}}, []uint64{5, 6, 7}},
	{"less, below zero", []fact.Clause{{an("minus", fact.Less, number(-5))}}, []uint64{6, 7}},
	{"greater, below zero", []fact.Clause{{an("minus", fact.Greater, number(-1.5))}}, []uint64{0, 1}},
	{"contains", []fact.Clause{{an("segment", fact.Contains, text("ve"))}}, []uint64{0, 2, 4, 6}},
	{"begins with", []fact.Clause{{an("segment", fact.BeginsWith, text("od"))}}, []uint64{1, 3, 5, 7}},
	{"begins with nothing", []fact.Clause{{an("segment", fact.BeginsWith, text(""))}}, []uint64{0, 1, 2, 3, 4, 5, 6, 7}},
	{"ends with", []fact.Clause{{an("segment", fact.EndsWith, text("en"))}}, []uint64{0, 2, 4, 6}},
	{"one or the other", []fact.Clause{{an("segment", fact.Equal, number(5)), an("segment", fact.Equal, number(2)), an("nothing", fact.Set, fact.Value{})}}, []uint64{2, 5}},
	{"one and the other", []fact.Clause{{an("segment", fact.Equal, text("odd"))}, {an("segment", fact.Less, number(4))}}, []uint64{1, 3}},
	{"one and nothing", []fact.Clause{{an("segment", fact.Equal, text("odd"))}, {an("nothing", fact.Set, fact.Value{})}}, nil},
	{"another field's value", []fact.Clause{{{Field: fact.Service, Op: fact.EndsWith, Value: text(" 2")}}}, []uint64{2, 5}},
}

// selectWhere asks for traces of sealed and of unsealed minutes: of those, what comes may also be such as do not match, but
// not with Looked.
func selectWhere(f *fixture) {
	for n := range uint64(8) {
		for m := range segment.Time(3) {
			at := noon - m*minute + segment.Time(n)*second
			f.append(record(sdkID(at, n), n, at))
		}
	}
	f.seal(alice, minuteAt(noon), noting)
	f.seal(alice, minuteAt(noon-2*minute), noting)
	for _, x := range wheres {
		var want []segment.TraceID
		for m := range segment.Time(3) {
			for _, n := range slices.Backward(x.want) {
				want = append(want, sdkID(noon-m*minute+segment.Time(n)*second, n))
			}
		}
		s := store.Selection{Window: store.Window{From: noon - hour, To: noon + hour}, Where: x.where}
		f.want(x.name, f.selected(alice, s), want...)
		if len(want) > 2 {
			s.After = positionOf(store.Trace{Home: store.Home(want[1].Epoch()), ID: want[1]})
			f.want(x.name+", behind the second", f.selected(alice, s), want[2:]...)
		}
	}
}

// selected scans, and leaves out what does not satisfy Where and does not claim to.
func (f *fixture) selected(a store.Account, s store.Selection) []store.Trace {
	f.Helper()
	got := f.collect(f.store.Scan(f.ctx, a, s))
	return slices.DeleteFunc(got, func(t store.Trace) bool { return !t.Looked && !holds(s.Where, factsOf(&t)) })
}

func selectSkip(f *fixture) {
	var ids [4]segment.TraceID
	for m := range ids {
		at := noon - segment.Time(m)*minute
		r := record(sdkID(at, 1), 1, at)
		r.End = noon + 5*hour
		f.append(filled(r))
		ids[m] = r.Trace
	}
	skip := func(m store.Minute) bool { return m == minuteAt(noon) || m == minuteAt(noon-2*minute) }
	where := []fact.Clause{{an("segment", fact.Equal, number(1))}}
	for _, seal := range []string{"nothing sealed", "sealed"} {
		for _, w := range []store.Window{{From: noon - hour, To: noon + hour}, {Axis: store.ByEnd, From: noon + 4*hour, To: noon + 6*hour}} {
			f.want(seal, f.selected(alice, store.Selection{Window: w, Skip: skip}), ids[1], ids[3])
			f.want(seal+", where", f.selected(alice, store.Selection{Window: w, Skip: skip, Where: where}), ids[1], ids[3])
			f.want(seal+", nothing skipped", f.selected(alice, store.Selection{Window: w, Skip: func(store.Minute) bool { return false }}), ids[:]...)
		}
		for m := range ids {
			f.seal(alice, minuteAt(noon-segment.Time(m)*minute), noting)
		}
	}
}

// selectMany looks among more traces than any table or chunk takes, with values that few have and that many have.
func selectMany(f *fixture) {
	const traces = 1200
	for n := range uint64(traces) {
		at := noon + segment.Time(n/50)*second // a second has fifty, and ids without time besides
		id := sdkID(at, n)
		if n%10 == 0 {
			id = randomID(n)
		}
		f.append(record(id, n, at))
	}
	f.seal(alice, minuteAt(noon), noting)
	all := f.scan(alice, store.Window{From: noon - hour, To: noon + hour}, nil)
	if len(all) != traces {
		f.Fatalf("got %d traces, want %d", len(all), traces)
	}
	for _, where := range [][]fact.Clause{
		{{an("segment", fact.Equal, number(234))}},
		{{an("segment", fact.Equal, text("even"))}},
		{{an("segment", fact.GreaterOrEqual, number(600))}, {an("segment", fact.Equal, text("odd"))}},
		{{an("minus", fact.Less, number(-1190))}, {an("segment", fact.Set, fact.Value{})}},
		{{an("id", fact.EndsWith, text("0"))}},
		{{{Field: fact.Service, Op: fact.NotEqual, Value: text("service 1")}}},
	} {
		var want []segment.TraceID
		for i := range all {
			if holds(where, factsOf(&all[i])) {
				want = append(want, all[i].ID)
			}
		}
		s := store.Selection{Window: store.Window{From: noon - hour, To: noon + hour}, Where: where}
		f.want(fmt.Sprint(where), f.selected(alice, s), want...)
		for _, i := range []int{0, 255, 256, traces - 1} {
			s.After = positionOf(all[i])
			later := slices.DeleteFunc(f.selected(alice, s), func(t store.Trace) bool { return !before(*s.After, *positionOf(t)) })
			n := 0
			for j := i + 1; j < traces; j++ {
				if holds(where, factsOf(&all[j])) {
					n++
				}
			}
			f.want(fmt.Sprintf("%v behind %d", where, i), later, want[len(want)-n:]...)
		}
	}
}

// groupsCarried notes groups at a first seal only: of the traces that are still there, they stay known.
func groupsCarried(f *fixture) {
	in := func(key string, version float64) []fact.Clause {
		return []fact.Clause{{{Field: fact.Group, Key: key, Op: fact.Equal, Value: number(version)}}}
	}
	all := store.Window{From: noon - hour, To: noon + hour}
	at := func(n uint64) segment.Time { return noon + segment.Time(n)*second }
	group := func(which func(n uint64) []fact.Fact) store.Derive {
		return func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			for t, err := range traces {
				if err != nil {
					return nil, err
				}
				for _, g := range which(binary.BigEndian.Uint64(t.Rows[0].Segment[:])) {
					note(g)
				}
			}
			return nil, nil
		}
	}
	g := func(key string, version float64) fact.Fact {
		return fact.Fact{Field: fact.Group, Key: key, Value: number(version)}
	}
	for n := range uint64(6) {
		f.append(record(sdkID(at(n), n), n, at(n)))
	}
	f.seal(alice, minuteAt(noon), group(func(n uint64) []fact.Fact {
		return []fact.Fact{g("all", 1), g(fmt.Sprint("mod ", n%2), 1), {Field: fact.Annotation, Key: "gone", Value: number(1)}}
	}))
	found := func(what string, where []fact.Clause, want ...uint64) {
		f.Helper()
		var ids []segment.TraceID
		for _, n := range want {
			ids = append(ids, sdkID(at(n), n))
		}
		got := slices.DeleteFunc(f.collect(f.store.Scan(f.ctx, alice, store.Selection{Window: all, Where: where})), func(t store.Trace) bool { return !t.Looked })
		f.want(what, got, ids...)
	}
	if len(f.collect(f.store.Scan(f.ctx, alice, store.Selection{Window: all, Where: in("all", 2)}))) > 0 {
		f.Skip("the engine does not look facts up")
	}
	found("first seal", in("mod 1", 1), 5, 3, 1)
	for n := range uint64(3) { // before, among and after those that are there
		f.append(record(sdkID(at(n*2), n+10), n+10, at(n*2)))
	}
	f.trim(at(2))
	f.append(record(sdkID(at(3), 3), 99, at(3)))
	f.seal(alice, minuteAt(noon), group(func(n uint64) []fact.Fact { return []fact.Fact{g("all", 2)} }))
	found("carried", in("mod 1", 1), 5, 3)
	found("carried", in("mod 0", 1), 4, 2)
	found("noted anew", append(in("all", 2), in("all", 1)...), 5, 4, 3, 2)
	found("other facts are not carried", []fact.Clause{{an("gone", fact.Set, fact.Value{})}})
	f.seal(alice, minuteAt(noon), group(func(uint64) []fact.Fact { return nil }))
	found("carried twice", in("mod 1", 1), 5, 3)
}
