package pebble_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

func text(s string) fact.Value { return fact.Value{Kind: fact.String, String: s} }

// listing is a derive whose part lists the rows of the minute; every segment's id is an annotation.
func listing(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
	p := store.Part{Kind: 1, Key: []byte("listing")}
	for t, err := range traces {
		if err != nil {
			return nil, err
		}
		p.Data = list(p.Data, t)
		for _, r := range t.Rows {
			note(fact.Fact{Field: fact.Annotation, Key: "segment", Value: text(r.Segment.String())})
		}
	}
	return []store.Part{p}, nil
}

func list(b []byte, t *store.Trace) []byte {
	for _, r := range t.Rows {
		b = fmt.Appendf(b, "%s %s\n", t.ID, r.Segment)
	}
	return b
}

// everything is a window that all traces are near.
var everything = store.Window{From: 0, To: 1 << 52}

// checkSeals compares what seals know with what the rows are, and says how many there are.
func checkSeals(t *testing.T, s *pebble.Store) (sealed int) {
	t.Helper()
	want := map[store.Minute]string{}
	for tr, err := range s.Scan(ctx, account, store.Selection{Window: everything}) {
		if err != nil {
			t.Fatal(err)
		}
		want[tr.Home.Minute()] += string(list(nil, tr))
	}
	for p, err := range s.Parts(ctx, account, 1, 0, 1<<32-1) {
		if err != nil {
			t.Fatal(err)
		}
		if got := string(p.Data); got != want[p.Minute] {
			t.Errorf("minute %d is sealed with %d bytes of rows, has %d", p.Minute, len(got), len(want[p.Minute]))
		}
		sealed++
	}
	return sealed
}

// TestCrashSeals cuts the power while records come into minutes that are sealed all the time. A seal that is found then
// knows all the rows that are found.
func TestCrashSeals(t *testing.T) {
	fs := vfs.NewCrashableMem()
	s := open(t, fs, small)
	shop := newShop()
	shop.step = 2 * segment.Second
	rs := make([]store.Record, 2000)
	shop.take(rs)
	var working sync.WaitGroup
	stop := make(chan struct{})
	work := func(f func(*rand.Rand) error) {
		working.Go(func() {
			rng := rand.New(rand.NewPCG(3, 4))
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := f(rng); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	work(func(rng *rand.Rand) error {
		n := rng.IntN(len(rs) - 3)
		return s.Append(ctx, rs[n:n+3])
	})
	work(func(rng *rand.Rand) error {
		err := s.Seal(ctx, account, store.Home(rs[rng.IntN(len(rs))].Start.Floor()).Minute(), listing)
		if errors.Is(err, store.ErrUnsettled) {
			return nil
		}
		return err
	})
	sealed := 0
	for round := range uint64(12) {
		rng := rand.New(rand.NewPCG(1, round))
		for range 20 { // lets them work
			if _, err := s.Unsealed(ctx, account, 1<<32-1, 10); err != nil {
				t.Fatal(err)
			}
			for _, err := range s.Parts(ctx, account, 1, 0, 1<<32-1) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
		after := open(t, clone, small)
		sealed += checkSeals(t, after)
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	working.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if sealed == 0 {
		t.Error("no seal was found after any crash: the test tests nothing")
	}
}

// TestSealsAfterRestart checks that seals, and that they are broken, is durable when the calls return.
func TestSealsAfterRestart(t *testing.T) {
	fs := vfs.NewCrashableMem()
	s := open(t, fs, pebble.Options{})
	defer s.Close()
	rs := make([]store.Record, 3)
	newShop().take(rs)
	minute := store.Home(rs[0].Start.Floor()).Minute()
	check := func(what string, unsealed int) {
		t.Helper()
		after := open(t, fs.CrashClone(vfs.CrashCloneCfg{}), pebble.Options{})
		defer after.Close()
		if sealed := checkSeals(t, after); sealed != 1-unsealed {
			t.Errorf("%s: got %d sealed minutes, want %d", what, sealed, 1-unsealed)
		}
		list, err := after.Unsealed(ctx, account, minute, 9)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != unsealed || unsealed > 0 && list[0] != (store.Unsealed{Minute: minute}) {
			t.Errorf("%s: got unsealed minutes %v, want %d", what, list, unsealed)
		}
	}
	write := func(r ...store.Record) {
		t.Helper()
		if err := s.Append(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	seal := func() {
		t.Helper()
		if err := s.Seal(ctx, account, minute, listing); err != nil {
			t.Fatal(err)
		}
	}
	write(rs[0])
	check("written", 1)
	seal()
	check("sealed", 0)
	write(rs[1])
	check("broken", 1)
	seal()
	check("sealed again", 0)
	write(rs[1]) // a repeat
	check("sealed, and a repeat came", 0)
	write(rs[2])
	check("broken again", 1)
}

// TestUpgrade opens a directory of format 1: it becomes one of format 2, and all its minutes are unsealed.
func TestUpgrade(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, pebble.Options{})
	fill(t, s, newShop(), 100, 50, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := fs.Create("data/RAYSCOPE", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("format 1\n")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, fs, pebble.Options{})
	defer s.Close()
	if f, err = fs.Open("data/RAYSCOPE"); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || string(got) != "format 2\n" {
		t.Errorf("got mark %q, error %v, want format 2", got, err)
	}
	if list, err := s.Unsealed(ctx, account, 1<<32-1, 9); err != nil || len(list) != 1 {
		t.Errorf("got unsealed minutes %v, error %v, want one", list, err)
	}
}

// TestTrimLeavesNothing of seals, in the minutes that it removes.
func TestTrimLeavesNothing(t *testing.T) {
	s := open(t, vfs.NewMem(), pebble.Options{})
	defer s.Close()
	shop := newShop()
	shop.step = 10 * segment.Second
	fill(t, s, shop, 500, 50, 1)
	for range 3 { // again and again, so that there are generations
		list, err := s.Unsealed(ctx, account, 1<<32-1, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range list {
			if err := s.Seal(ctx, account, u.Minute, listing); err != nil {
				t.Fatal(err)
			}
		}
		for _, u := range slices.Backward(list) {
			r := store.Record{Account: account, Complete: true, Received: u.Minute.Time(), Start: u.Minute.Time(), End: u.Minute.Time()}
			if err := s.Append(ctx, []store.Record{r}); err != nil {
				t.Fatal(err)
			}
		}
	}
	keys := func() int {
		t.Helper()
		n, err := pebble.SealedKeys(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := keys()
	if err := s.Trim(ctx, shop.now-5*60*segment.Second); err != nil {
		t.Fatal(err)
	}
	if n := keys(); n == 0 || n >= before {
		t.Errorf("got %d keys of seals after a part was removed, want fewer than %d and some", n, before)
	}
	checkSeals(t, s)
	if err := s.Trim(ctx, shop.now+segment.Second*3600); err != nil {
		t.Fatal(err)
	}
	if n := keys(); n != 0 {
		t.Errorf("got %d keys of seals after all traces were removed, want none", n)
	}
}

// TestPruned checks what the contract leaves open: of a sealed minute nothing comes but what was looked up, of others all
// comes; and a window of receipts has no traces from near its edges.
func TestPruned(t *testing.T) {
	s := open(t, vfs.NewMem(), pebble.Options{})
	defer s.Close()
	shop := newShop()
	shop.step = 3 * segment.Second
	rs := make([]store.Record, 400)
	shop.take(rs)
	if err := s.Append(ctx, rs); err != nil {
		t.Fatal(err)
	}
	sealed := store.Home(rs[0].Start.Floor()).Minute() + 1
	if err := s.Seal(ctx, account, sealed, listing); err != nil {
		t.Fatal(err)
	}
	for i, r := range rs {
		where := []fact.Clause{{{Field: fact.Annotation, Key: "segment", Op: fact.Equal, Value: text(r.Segment.String())}}}
		looked := 0
		for tr, err := range s.Scan(ctx, account, store.Selection{Window: everything, Where: where}) {
			if err != nil {
				t.Fatal(err)
			}
			if in := tr.Home.Minute() == sealed; tr.Looked != in || in && tr.ID != r.Trace {
				t.Errorf("looking for trace %s, got %s of minute %d, looked up: %t", r.Trace, tr.ID, tr.Home.Minute(), tr.Looked)
			}
			if tr.Looked {
				looked++
			}
		}
		if want := store.Home(r.Trace.Epoch()).Minute() == sealed; (looked == 1) != want {
			t.Errorf("record %d: looked up %d traces, want one: %t", i, looked, want)
		}
		n := 0
		for _, err := range s.Scan(ctx, account, store.Selection{Window: store.Window{Axis: store.ByReceived, From: r.Received, To: r.Received + 1}}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 1 {
			t.Errorf("got %d traces for one receipt, want 1", n)
		}
	}
}
