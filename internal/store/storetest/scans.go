package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

func sameRow(a, b store.Row) bool {
	return a.Segment == b.Segment && a.Complete == b.Complete && a.Received == b.Received && bytes.Equal(a.Data, b.Data)
}

func newestFirst(f *fixture) {
	old, mid, new := noon-2*second, noon-second, noon
	a, b, c, d := sdkID(old, 9), sdkID(mid, 5), sdkID(mid, 7), sdkID(new, 1)
	for _, id := range []segment.TraceID{c, a, d, b} {
		f.append(record(id, 1, segment.Time(id.Epoch())*second))
	}
	f.want("Scan", f.scan(alice, store.Window{From: old, To: new + second}, nil), d, b, c, a)
}

func traceWhole(f *fixture) {
	id := sdkID(noon, 1)
	f.append(record(id, 1, noon), record(id, 2, noon+20*minute), record(id, 3, noon+40*minute))
	for _, w := range []store.Window{around(store.ByStart, noon), around(store.ByEnd, noon+20*minute), around(store.ByReceived, noon+40*minute)} {
		got := f.scan(alice, w, nil)
		f.want("Scan", got, id)
		if len(got) == 1 && len(got[0].Rows) != 3 {
			f.Errorf("window %v: got %d rows, want all 3", w, len(got[0].Rows))
		}
	}
}

// windowOn puts one trace before, one into and one behind the edges of a window that is far from reach of the first and
// the last.
func windowOn(axis store.Axis) func(*fixture) {
	return func(f *fixture) {
		at := func(n uint64, t segment.Time) segment.TraceID {
			r := record(sdkID(t, n), n, t)
			r.Start, r.End, r.Received = t, t, t
			f.append(filled(r))
			return r.Trace
		}
		w := store.Window{Axis: axis, From: noon + 1, To: noon + hour}
		far, first, last, next := at(1, noon-10*minute), at(2, w.From), at(3, w.To-1), at(4, w.To+10*minute)
		for _, x := range []struct {
			what string
			id   segment.TraceID
			w    store.Window
			want bool
		}{
			{"long before", far, w, false},
			{"at From", first, w, true},
			{"just before To", last, w, true},
			{"long after", next, w, false},
			{"one instant", first, store.Window{Axis: axis, From: w.From, To: w.From + 1}, true},
			{"one instant", last, store.Window{Axis: axis, From: w.To - 1, To: w.To}, true},
		} {
			f.found(x.what, f.scan(alice, x.w, nil), x.id, x.want)
		}
	}
}

func windowEmpty(f *fixture) {
	f.append(record(sdkID(noon, 1), 1, noon))
	f.want("Scan", f.scan(alice, store.Window{From: noon, To: noon}, nil))
	f.want("Scan", f.scan(alice, store.Window{From: noon + 1, To: noon - 1}, nil))
}

// reach moves an instant of a trace ever farther from its home, in both directions, over the edges of reach and of slots.
func reach(axis store.Axis) func(*fixture) {
	return func(f *fixture) {
		edge := axis.Reach()
		for n, d := range []segment.Time{0, 1, edge - 1, edge, edge + 1, edge + second, store.Slot - 1, store.Slot, store.Slot + 1, 3 * hour, 6 * day} {
			for m, d := range []segment.Time{d, -d} {
				at := noon + d
				r := record(sdkID(noon, uint64(2*n+m)), 1, noon)
				switch axis {
				case store.ByStart:
					r.Start = at
				case store.ByReceived:
					if d < -segment.Time(store.HomeFuture.Microseconds()) {
						continue // its id would not be plausible, and its home another
					}
					r.Received = at
				case store.ByEnd:
					r.End = at
				}
				f.append(filled(r))
				f.found(fmt.Sprintf("%d µs from home", d), f.scan(alice, store.Window{Axis: axis, From: at, To: at + 1}, nil), r.Trace, true)
				f.found(fmt.Sprintf("%d µs from home, wide", d), f.scan(alice, store.Window{Axis: axis, From: at - hour, To: at + hour}, nil), r.Trace, true)
			}
		}
	}
}

func reachOnce(f *fixture) {
	early, long, late := sdkID(noon-3*hour, 1), sdkID(noon-2*hour, 2), sdkID(noon+minute, 3)
	f.append(record(early, 1, noon-3*hour), record(late, 1, noon+minute))
	for n := range uint64(20) { // twenty slots, in and out of the window
		f.append(record(long, n, noon-2*hour+segment.Time(n)*10*minute))
	}
	got := f.scan(alice, store.Window{Axis: store.ByEnd, From: noon - hour, To: noon + hour}, nil)
	f.want("Scan", got, late, long)
	// One that began after the window's homes and ended, by its clock, within: it comes first.
	back := record(sdkID(noon+3*hour, 4), 1, noon+3*hour)
	back.End = noon
	f.append(filled(back))
	f.want("Scan", f.scan(alice, store.Window{Axis: store.ByEnd, From: noon - hour, To: noon + hour}, nil), back.Trace, late, long)
}

func reachMany(f *fixture) {
	var want []segment.TraceID
	var rs []store.Record
	for n := range uint64(100) {
		home := noon - 3*hour - segment.Time(n/3)*second // three to a home, and behind each other in one slot
		r := record(sdkID(home, n), 1, home)
		r.End = noon + segment.Time(n%2)*store.Slot // in two slots
		rs = append(rs, filled(r))
		want = append(want, r.Trace)
	}
	f.append(rs...)
	w := store.Window{Axis: store.ByEnd, From: noon - minute, To: noon + hour}
	all := f.scan(alice, w, nil)
	f.want("Scan", all, want...)
	for i := range all {
		f.want("Scan behind a far trace", f.scan(alice, w, positionOf(all[i])), want[i+1:]...)
	}
}

func randomIDs(f *fixture) {
	id := randomID(1)
	f.append(record(id, 1, noon))
	f.append(record(id, 2, noon+40*minute), record(id, 3, noon+50*minute))
	f.append(record(id, 4, noon+5*day))
	got := f.digests(alice, id)
	if len(got) != 1 || len(got[0].Rows) != 4 {
		f.Fatalf("got %v, want one trace of 4 rows", got)
	}
	if want := store.Home(noon.Floor()); got[0].Home != want {
		f.Errorf("got home %d, want %d: the start of the first", got[0].Home, want)
	}
	f.want("Scan", f.scan(alice, around(store.ByStart, noon), nil), id)
	f.want("Scan at the time in the id", f.scan(alice, around(store.ByStart, segment.Time(id.Epoch())*second), nil))
}

func implausibleIDs(f *fixture) {
	for _, x := range []struct {
		what  string
		id    segment.TraceID
		start segment.Time
		home  segment.Time
	}{
		{"eight days old", sdkID(noon-8*day, 1), noon, noon},
		{"an hour ahead", sdkID(noon+hour, 2), noon, noon},
		{"all old", sdkID(noon-30*day, 3), noon - 30*day, noon + second},
		{"of 1970", sdkID(0, 4), 0, noon + second},
		{"before 1970", sdkID(0, 5), -hour, noon + second},
		{"of the last second", sdkID((1<<32-1)*second, 6), noon, noon},
	} {
		r := record(x.id, 1, x.start)
		r.Received = noon + second
		f.append(filled(r))
		got := f.digests(alice, x.id)
		f.want(x.what, got, x.id)
		if len(got) == 1 && got[0].Home != store.Home(x.home.Floor()) {
			f.Errorf("%s: got home %d, want %d", x.what, got[0].Home, x.home.Floor())
		}
		f.found(x.what+", by start", f.scan(alice, around(store.ByStart, x.start), nil), x.id, true)
		f.found(x.what+", by receipt", f.scan(alice, around(store.ByReceived, r.Received), nil), x.id, true)
	}
}

func twoHomes(f *fixture) {
	id := sdkID(noon, 1)
	f.append(record(id, 2, noon), record(id, 4, noon))
	f.append(record(id, 1, noon+9*day), record(id, 3, noon+9*day))
	late := record(id, 4, noon+9*day) // again, later: the first received wins across homes too
	f.append(filled(late))
	got := f.digests(alice, id)
	if len(got) != 1 || len(got[0].Rows) != 4 {
		f.Fatalf("got %v, want one trace of 4 rows", got)
	}
	for i, r := range got[0].Rows {
		if r.Segment != segmentID(uint64(i+1)) {
			f.Errorf("row %d is of segment %s, want %d", i, r.Segment, i+1)
		}
	}
	if got := got[0].Rows[3].Received; got != noon+second/5 {
		f.Errorf("segment 4 was received at %d, want %d", got, noon+second/5)
	}
	f.found("early", f.scan(alice, around(store.ByStart, noon), nil), id, true)
	f.found("late", f.scan(alice, around(store.ByStart, noon+9*day), nil), id, true)
}

func position(f *fixture) {
	var rs []store.Record
	for n := range uint64(60) {
		at := noon - segment.Time(n/4)*second
		rs = append(rs, record(sdkID(at, n), n, at))
	}
	f.append(rs...)
	for _, w := range []store.Window{{From: noon - minute, To: noon + minute}, {Axis: store.ByEnd, From: noon - 10*second, To: noon - 5*second}} {
		all := f.scan(alice, w, nil)
		for i := range all {
			f.want("Scan behind a trace", f.scan(alice, w, positionOf(all[i])), idsOf(all)[i+1:]...)
		}
	}
	// Positions where no trace is.
	w := store.Window{From: noon - minute, To: noon + minute}
	all := idsOf(f.scan(alice, w, nil))
	f.want("above all", f.scan(alice, w, &store.Position{Home: 1<<32 - 1}), all...)
	f.want("below all", f.scan(alice, w, &store.Position{Home: 0}))
	f.want("at the begin of a home", f.scan(alice, w, &store.Position{Home: store.Home((noon - second).Floor())}), all[4:]...)
}

func positionWhileWriting(f *fixture) {
	want := map[segment.TraceID]bool{}
	for n := range uint64(100) {
		at := noon - segment.Time(n)*second
		f.append(record(sdkID(at, 2*n), n, at))
		want[sdkID(at, 2*n)] = true
	}
	w := store.Window{From: noon - hour, To: noon + hour}
	seen := map[segment.TraceID]int{}
	var after *store.Position
	for page := uint64(0); ; page++ {
		n := 0
		for t, err := range f.store.Scan(f.ctx, alice, store.Selection{Window: w, After: after}) {
			if err != nil {
				f.Fatal(err)
			}
			seen[t.ID]++
			after = positionOf(*t)
			if n++; n == 7 {
				break
			}
		}
		if n < 7 {
			break
		}
		// New traces on both sides of the position, and another row of the trace it stands on.
		at := after.Home.Time()
		f.append(record(sdkID(at+2*second, 1001+2*page), 1, at+2*second), record(sdkID(at-second/2, 1001+2*page), 1, at-second/2),
			record(after.Trace, 77, at))
	}
	for id, n := range seen {
		if n != 1 {
			f.Errorf("trace %s came %d times", id, n)
		}
	}
	for id := range want {
		if seen[id] == 0 {
			f.Errorf("trace %s, written before the first page, did not come", id)
		}
	}
}

func idsAsked(f *fixture) {
	a, b, c, unknown := sdkID(noon, 1), randomID(2), sdkID(noon-hour, 3), sdkID(noon, 4)
	f.append(record(a, 1, noon), record(b, 1, noon), record(c, 1, noon-hour))
	for _, x := range []struct{ ask, want []segment.TraceID }{
		{[]segment.TraceID{a, b, c}, []segment.TraceID{a, b, c}},
		{[]segment.TraceID{c, unknown, b, a}, []segment.TraceID{c, b, a}},
		{[]segment.TraceID{b, b}, []segment.TraceID{b, b}},
		{[]segment.TraceID{unknown, randomID(9)}, nil},
		{nil, nil},
	} {
		f.want("Digests", f.digests(alice, x.ask...), x.want...)
		f.want("Documents", f.collect(f.store.Documents(f.ctx, alice, x.ask...)), x.want...)
	}
}

func truncated(f *fixture) {
	if testing.Short() {
		f.Skip("writes 100,005 rows")
	}
	big, next := sdkID(noon, 1), sdkID(noon, 2)
	const extra = 5
	rs := make([]store.Record, 0, store.MaxTraceRows+extra)
	for n := range uint64(store.MaxTraceRows + extra) {
		r := record(big, n, noon)
		r.Digest, r.Document = r.Digest[:7], nil
		rs = append(rs, r)
	}
	f.append(rs...)
	f.append(record(next, 1, noon))
	for what, got := range map[string][]store.Trace{
		"Scan":    f.scan(alice, around(store.ByStart, noon), nil),
		"Digests": f.digests(alice, big, next),
	} {
		f.want(what, got, big, next)
		if len(got) == 2 && (!got[0].Truncated || len(got[0].Rows) != store.MaxTraceRows || got[1].Truncated) {
			f.Errorf("%s: got %d rows, truncated %t, then truncated %t; want %d, true, false", what, len(got[0].Rows), got[0].Truncated, got[1].Truncated, store.MaxTraceRows)
		}
	}
}

func scanCancelled(f *fixture) {
	var rs []store.Record
	var ids []segment.TraceID
	for n := range uint64(20) {
		ids = append(ids, sdkID(noon, n))
		rs = append(rs, record(ids[n], n, noon))
	}
	f.append(rs...)
	reads := map[string]func(context.Context) func(func(*store.Trace, error) bool){
		"Scan": func(ctx context.Context) func(func(*store.Trace, error) bool) {
			return f.store.Scan(ctx, alice, store.Selection{Window: around(store.ByStart, noon)})
		},
		"Digests": func(ctx context.Context) func(func(*store.Trace, error) bool) {
			return f.store.Digests(ctx, alice, ids...)
		},
	}
	for what, read := range reads {
		for _, steps := range []int{0, 3} {
			ctx, cancel := context.WithCancel(f.ctx)
			if steps == 0 {
				cancel()
			}
			n := 0
			var last error
			for _, err := range read(ctx) {
				if last != nil {
					f.Errorf("%s: a step follows the error %v", what, last)
				}
				if last = err; err == nil {
					n++
				}
				if n == steps {
					cancel()
				}
			}
			cancel()
			if n != steps || !errors.Is(last, context.Canceled) {
				f.Errorf("%s cancelled at step %d: got %d traces and error %v", what, steps, n, last)
			}
		}
	}
}

func leaveEarly(f *fixture) {
	ids := []segment.TraceID{sdkID(noon, 1), sdkID(noon, 2)}
	far := record(sdkID(noon-2*hour, 3), 1, noon-2*hour)
	far.End = noon
	f.append(record(ids[0], 1, noon), record(ids[1], 1, noon), filled(far))
	for n := 1; n <= 3; n++ {
		var got []segment.TraceID
		for t, err := range f.store.Scan(f.ctx, alice, store.Selection{Window: around(store.ByEnd, noon)}) {
			if err != nil {
				f.Fatal(err)
			}
			if got = append(got, t.ID); len(got) == n {
				break
			}
		}
		if want := append(slices.Clone(ids), far.Trace)[:n]; !slices.Equal(got, want) {
			f.Errorf("got %v, want %v", got, want)
		}
	}
}
