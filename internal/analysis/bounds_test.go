package analysis

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// A table of a million values stays small, loses nothing of the sums, keeps what many traces have, and never claims more than it
// knows.
func TestMillionValues(t *testing.T) {
	var used int
	x := newTable("user", &used)
	rnd := rand.New(rand.NewPCG(5, 5))
	truth := map[string]int64{}
	const n = 1_000_000
	for i := range uint64(n) {
		name := "u-" + strconv.FormatUint(i, 10)
		if rnd.IntN(10) == 0 { // a tenth is by fifty users
			name = fmt.Sprintf("regular-%d", rnd.IntN(50))
			truth[name]++
		}
		o := observation{sides: [2]bool{i%2 == 0, i%2 == 1}, time: segment.Time(rnd.IntN(1e6))}
		x.text(name, i+1, &o)
	}
	if len(x.rows) > maxRows || len(x.rows)+len(x.free) > maxRows || len(x.texts) != len(x.rows) {
		t.Errorf("got %d rows, %d free ones and %d names; want at most %d", len(x.rows), len(x.free), len(x.texts), maxRows)
	}
	if used > 4<<20 {
		t.Errorf("the table takes %d bytes, want at most 4 MiB", used)
	}
	var sets [2]set
	r := x.result(maxRows, &sets, true)
	sum := r.Others.A.Count + r.Others.B.Count
	for i, row := range r.Rows {
		count := row.A.Count + row.B.Count
		sum += count
		want, regular := truth[*row.Value.String]
		if regular && (count > want || count+row.Missed < want) {
			t.Errorf("%s: got %d and at most %d more, want %d", *row.Value.String, count, row.Missed, want)
		}
		if i < 50 && !regular {
			t.Errorf("row %d is %s, want one of those that many traces have", i, *row.Value.String)
		}
	}
	if sum != n || r.Traces != n || r.Exact || r.Distinct < n*8/10 {
		t.Errorf("got %d traces in rows, %d in all, exact %v, %d distinct; want %d, inexact", sum, r.Traces, r.Exact, r.Distinct, n)
	}
}

// Merged, the bounds of rows still hold.
func TestMergeOfInexactTables(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 6))
	truth := map[string]int64{}
	var used [2]int
	halves := [2]*table{newTable("user", &used[0]), newTable("user", &used[1])}
	for i := range uint64(60_000) {
		name := fmt.Sprintf("u-%d", int(rnd.ExpFloat64()*3000))
		truth[name]++
		halves[rnd.IntN(2)].text(name, i+1, &observation{sides: [2]bool{true, false}})
	}
	halves[0].merge(halves[1])
	var sets [2]set
	for _, row := range halves[0].result(maxRows, &sets, false).Rows {
		if want := truth[*row.Value.String]; row.A.Count > want || row.A.Count+row.Missed < want {
			t.Errorf("%s: got %d and at most %d more, want %d", *row.Value.String, row.A.Count, row.Missed, want)
		}
	}
	if halves[0].dropped == 0 {
		t.Error("no value was dropped: the test shows nothing")
	}
}

// All tables together stay within their memory, also when each key has long values that differ and times that spread.
func TestMemoryIsBounded(t *testing.T) {
	p, err := Plan{To: segment.Second, Split: true, Views: rayapi.Views{
		Tables: []rayapi.TableView{{Attribute: "annotation.*"}}, Exceptions: new(rayapi.ExceptionsView), Users: new(rayapi.UsersView), Ranking: new(rayapi.RankingView),
	}}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	a := New(p)
	rnd := rand.New(rand.NewPCG(7, 7))
	var asm trace.Assembler
	most, filler := 0, fmt.Sprintf("%0900d", 7)
	for i := range 5_000 {
		e := segment.Entity{Within: -1, Name: "web", End: segment.Time(rnd.Uint64() >> (28 + rnd.IntN(36)))}
		for range 12 {
			e.Annotations = append(e.Annotations, segment.Annotation{Key: fmt.Sprintf("k%d", rnd.IntN(maxKeys+20)), String: fmt.Sprint(filler, rnd.IntN(1e9))})
		}
		e.Exceptions = []segment.Exception{{Type: fmt.Sprint("T", i), Message: filler}}
		asm.Begin(segment.TraceID{byte(i), byte(i >> 8), 1})
		asm.AddDigest(&segment.Digest{User: fmt.Sprint("u-", i), Entities: []segment.Entity{e}}, 0)
		a.Add(asm.Trace(), 0, i%2 == 0, i%2 == 1)
		most = max(most, a.tables.used)
	}
	if most > maxMemory+1<<20 {
		t.Errorf("tables took %d bytes, want at most %d", most, maxMemory)
	}
	if len(a.tables.keys) > maxKeys || a.tables.leftOut == 0 {
		t.Errorf("got %d keys and %d left out, want %d and some", len(a.tables.keys), a.tables.leftOut, maxKeys)
	}
	if len(a.exceptions.groups) > maxGroups || a.Result().Exceptions.Exact {
		t.Errorf("got %d groups of exceptions, exact %v; want at most %d and inexact", len(a.exceptions.groups), a.Result().Exceptions.Exact, maxGroups)
	}
	before, after := heap(), 0
	runtime.KeepAlive(a)
	a = nil
	after = heap()
	if took := before - after; took > 2*maxMemory {
		t.Errorf("the analysis took %d bytes of the heap, want at most twice %d", took, maxMemory)
	}
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestUsersAreEstimated(t *testing.T) {
	left, right := newDistinct(maxUsers), newDistinct(maxUsers)
	const n = 400_000
	for i := range n {
		d := left
		if i%2 == 0 {
			d = right
		}
		name := fmt.Sprint("user ", i)
		d.add(name, present)
		if i%10 == 0 {
			d.add(name, faulted)
		}
	}
	left.merge(right)
	if len(left.marks) > maxUsers || left.exact() {
		t.Errorf("got %d users kept, exact %v; want at most %d and inexact", len(left.marks), left.exact(), maxUsers)
	}
	// Of 16,384 kept at least, one standard deviation is below 0.8 %, of a tenth of them below 2.5 %.
	for mark, want := range map[uint16]float64{present: n, faulted: n / 10} {
		if got := float64(left.count(mark)); got < want*.85 || got > want*1.15 {
			t.Errorf("got %v users with mark %d, want about %v", got, mark, want)
		}
	}
}

func TestValuesKeepTheirKinds(t *testing.T) {
	var used int
	x := newTable("annotation.v", &used)
	for i, v := range []fact.Value{{Kind: fact.String, String: "1"}, {Kind: fact.Number, Number: 1}, {Kind: fact.Bool, Bool: true}, {Kind: fact.Bool}} {
		x.count(x.grow(v), uint64(i+1), &observation{sides: [2]bool{true, false}})
	}
	var sets [2]set
	want := []string{`annotation.v = "1"`, `annotation.v = 1`, `annotation.v = false`, `annotation.v = true`}
	for i, row := range x.result(10, &sets, false).Rows {
		if *row.Expression != want[i] || row.A.Count != 1 {
			t.Errorf("row %d: got %s with %d traces, want %s with 1", i, *row.Expression, row.A.Count, want[i])
		}
	}
}
