package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// A fixture is a spool with its clock, and what it tells.
type fixture struct {
	*Spool
	t    testing.TB
	disk disk
	o    Options

	mu      sync.Mutex
	now     time.Time
	dropped map[string]int
	failed  []error
}

func newFixture(t testing.TB, d disk) *fixture {
	f := &fixture{t: t, disk: d, now: start, dropped: map[string]int{}}
	f.o = Options{MaxBytes: MinBytes, Now: f.clock}
	f.o.Dropped = func(n int, reason string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.dropped[reason] += n
	}
	f.o.Failed = func(err error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.failed = append(f.failed, err)
	}
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// drops are those told so far, as text.
func (f *fixture) drops() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprint(f.dropped)
}

func (f *fixture) open() {
	f.t.Helper()
	s, err := open(f.disk, "spool", f.o)
	if err != nil {
		f.t.Fatalf("open: %v", err)
	}
	f.Spool = s
	f.t.Cleanup(func() { s.Close() })
}

func (f *fixture) reopen() {
	f.t.Helper()
	if err := f.Close(); err != nil {
		f.t.Fatalf("close: %v", err)
	}
	f.open()
}

func (f *fixture) append(e Entry) {
	f.t.Helper()
	if err := f.Append(e); err != nil {
		f.t.Fatalf("append %d: %v", e.Documents, err)
	}
}

// next is the entry in front, which must be there.
func (f *fixture) next() *Lease {
	f.t.Helper()
	l := f.tryNext()
	if l == nil {
		f.t.Fatal("the spool has no entry to hand out")
	}
	return l
}

// tryNext is nil when nothing is to be had at once.
func (f *fixture) tryNext() *Lease {
	f.t.Helper()
	for {
		l, _, err := f.claim()
		if err != nil {
			f.t.Fatalf("next: %v", err)
		}
		if l == nil {
			return nil
		}
		whole, err := f.fill(l)
		if err != nil {
			f.t.Fatalf("next: %v", err)
		}
		if whole {
			return l
		}
	}
}

// drain is the Documents of all entries in front, done.
func (f *fixture) drain() (docs []int) {
	f.t.Helper()
	for l := f.tryNext(); l != nil; l = f.tryNext() {
		checkEntry(f.t, l.Entry())
		docs = append(docs, l.Entry().Documents)
		if err := l.Done(); err != nil {
			f.t.Fatalf("done: %v", err)
		}
	}
	return docs
}

// noise cannot be compressed.
var noise = func() []byte {
	b := make([]byte, MinBytes+1000*97)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}()

// entry is one of n documents, whose payload tells n.
func entry(n, size int) Entry {
	from := n % 1000 * 97
	return Entry{Kind: byte(n % 7), Documents: n, At: start.Add(time.Duration(n) * time.Second), Payload: noise[from : from+size]}
}

// checkEntry holds an entry to what entry made.
func checkEntry(t testing.TB, got Entry) {
	t.Helper()
	want := entry(got.Documents, len(got.Payload))
	if got.Kind != want.Kind || !bytes.Equal(got.Payload, want.Payload) {
		t.Fatalf("entry %d came back changed: kind %d, want %d, payload equal: %v", got.Documents, got.Kind, want.Kind, bytes.Equal(got.Payload, want.Payload))
	}
}

func TestOrder(t *testing.T) {
	f := newFixture(t, newMemDisk())
	f.open()
	for n := range 5 {
		f.append(entry(n, 1000*n))
	}
	first, second := f.next(), f.next()
	checkEntry(t, first.Entry())
	checkEntry(t, second.Entry())
	if got, want := second.Entry().At, entry(1, 0).At; !got.Equal(want) {
		t.Errorf("time %v, want %v", got, want)
	}
	first.Return()
	if err := second.Done(); err != nil {
		t.Fatal(err)
	}
	second.Return() // does nothing
	if got, want := f.drain(), []int{0, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("handed out %v, want %v", got, want)
	}
	if got := f.Stats(); got != (Stats{}) {
		t.Errorf("an empty spool has %+v", got)
	}
}

func TestStatsAndRestart(t *testing.T) {
	f := newFixture(t, osDisk{})
	t.Chdir(t.TempDir())
	f.open()
	for n := 1; n <= 40; n++ {
		f.append(entry(n, 10_000))
	}
	for range 3 {
		if err := f.next().Done(); err != nil {
			t.Fatal(err)
		}
	}
	held := f.next()
	before := f.Stats()
	f.reopen()
	if after := f.Stats(); after != before {
		t.Errorf("after a restart %+v, before %+v", after, before)
	}
	if before.Entries != 37 || before.Documents != 820-6 || !before.Oldest.Equal(entry(4, 0).At) {
		t.Errorf("got %+v, want 37 entries of 814 documents since %v", before, entry(4, 0).At)
	}
	if err := held.Done(); !errors.Is(err, ErrClosed) {
		t.Errorf("done after close: %v, want ErrClosed", err)
	}
	var onDisk int64
	for _, p := range must(filepath.Glob("spool/*.spool")) {
		i := must(os.Stat(p))
		onDisk += i.Size()
		if i.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %v", p, i.Mode())
		}
	}
	if onDisk != before.Bytes {
		t.Errorf("Bytes is %d, the files have %d", before.Bytes, onDisk)
	}
	if m := must(os.Stat("spool")).Mode().Perm(); m != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("the directory has mode %v", m)
	}
	if got := f.drain(); len(got) != 37 || got[0] != 4 || !slices.IsSorted(got) {
		t.Errorf("after a restart: %v", got)
	}
	if got := must(filepath.Glob("spool/*.spool")); len(got) > 0 {
		t.Errorf("an empty spool has files: %v", got)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestNextWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, newMemDisk())
		f.open()
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan string)
		wait := func() {
			l, err := f.Next(ctx)
			if err != nil {
				got <- err.Error()
				return
			}
			got <- fmt.Sprint(l.Entry().Documents)
			l.Return()
		}
		go wait()
		synctest.Wait()
		f.append(entry(1, 10))
		if g := <-got; g != "1" {
			t.Errorf("after an append: %s", g)
		}
		l, err := f.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		go wait()
		synctest.Wait()
		l.Return()
		if g := <-got; g != "1" {
			t.Errorf("after a return: %s", g)
		}
		f.drain()
		go wait()
		synctest.Wait()
		cancel()
		if g := <-got; g != "context canceled" {
			t.Errorf("after the end of the context: %s", g)
		}
		ctx = t.Context()
		go wait()
		synctest.Wait()
		f.Close()
		if g := <-got; g != "read spool in spool: spool is closed" {
			t.Errorf("after close: %s", g)
		}
	})
}

func TestTwoOpeners(t *testing.T) {
	dir := t.TempDir()
	o := Options{MaxBytes: MinBytes}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, o); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second open: %v, want ErrLocked and the directory", err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Errorf("close: %v", err)
	}
	s, err = Open(dir, o)
	if err != nil {
		t.Fatalf("open after close: %v", err)
	}
	s.Close()
}

func TestRefused(t *testing.T) {
	if _, err := Open(t.TempDir(), Options{MaxBytes: 1000}); err == nil || !strings.Contains(err.Error(), "1048576") {
		t.Errorf("a bound of 1000 bytes: %v", err)
	}
	f := newFixture(t, newMemDisk())
	f.open()
	for _, e := range []Entry{entry(1, MinBytes), {Payload: make([]byte, MaxPayload+1)}} {
		if err := f.Append(e); !errors.Is(err, ErrFull) {
			t.Errorf("%d bytes: %v, want ErrFull", len(e.Payload), err)
		}
	}
	if err := f.Append(Entry{Documents: -1}); err == nil {
		t.Error("-1 documents were taken")
	}
	f.Close()
	for what, err := range map[string]error{"append": f.Append(entry(1, 1)), "sync": f.Sync()} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after close: %v, want ErrClosed", what, err)
		}
	}
}

func TestFull(t *testing.T) {
	f := newFixture(t, newMemDisk())
	f.open()
	held := f.held(entry(1, 50_000))
	for n := 2; n <= 60; n++ {
		f.append(entry(n, 50_000))
		if b := f.Stats().Bytes; b > MinBytes {
			t.Fatalf("%d bytes after entry %d, more than the bound", b, n)
		}
	}
	if err := held.Done(); err != nil {
		t.Error(err)
	}
	got := f.drain()
	sum := 0
	for _, n := range got {
		sum += n
	}
	if want := 60*61/2 - 1 - sum; f.drops() != fmt.Sprintf("map[full:%d]", want) {
		t.Errorf("told %s, want full: %d", f.drops(), want)
	}
	if len(got) < 18 || got[len(got)-1] != 60 || got[0] != 61-len(got) {
		t.Errorf("kept %v, want the newest 18 at least", got)
	}
}

// held appends an entry and holds it.
func (f *fixture) held(e Entry) *Lease {
	f.t.Helper()
	f.append(e)
	return f.next()
}

func TestFullOfHeld(t *testing.T) {
	f := newFixture(t, newMemDisk())
	f.open()
	var leases []*Lease
	for n := range 20 {
		leases = append(leases, f.held(entry(n, 50_000)))
	}
	if err := f.Append(entry(99, 50_000)); !errors.Is(err, ErrFull) {
		t.Fatalf("all held: %v, want ErrFull", err)
	}
	leases[7].Return()
	leases[8].Return()
	f.append(entry(99, 50_000))
	if f.drops() != "map[full:7]" {
		t.Errorf("told %s, want full: 7", f.drops())
	}
	if got, want := f.drain(), []int{8, 99}; !slices.Equal(got, want) {
		t.Errorf("free are %v, want %v", got, want)
	}
}

func TestAge(t *testing.T) {
	f := newFixture(t, newMemDisk())
	f.o.MaxAge = time.Minute
	f.open()
	for n := range 30 {
		f.append(entry(n, 20_000)) // three in a file
	}
	held := f.next()
	back := f.next()
	f.pass(75*time.Second + time.Millisecond) // 0 to 15 are too old
	back.Return()
	f.append(entry(30, 20_000))
	if want := fmt.Sprintf("map[old:%d]", 15*16/2); f.drops() != want {
		t.Errorf("told %s, want %s", f.drops(), want)
	}
	if got := f.Stats(); got.Entries != 16 || !got.Oldest.Equal(held.Entry().At) {
		t.Errorf("got %+v, want 16 entries since %v", got, held.Entry().At)
	}
	if err := held.Done(); err != nil {
		t.Error(err)
	}
	f.pass(5 * time.Second)
	f.reopen()
	if got := f.drain(); len(got) != 10 || got[0] != 21 {
		t.Errorf("after 80 s: %v, want 21 to 30", got)
	}
}
