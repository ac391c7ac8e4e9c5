package pebble_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

var ctx = context.Background()

// small is options whose files are written early.
var small = pebble.Options{CacheBytes: 8 << 20, MemTableBytes: 1 << 20}

// count is how many rows of documents the store has for the records' traces.
func count(t *testing.T, s store.Store, ids map[segment.TraceID]int) {
	t.Helper()
	for id, want := range ids {
		rows := 0
		for tr, err := range s.Documents(ctx, account, id) {
			if err != nil {
				t.Fatal(err)
			}
			rows += len(tr.Rows)
		}
		if rows < want {
			t.Errorf("trace %s has %d rows, want the %d that were acknowledged", id, rows, want)
		}
	}
}

// TestCrash cuts the power at many moments: what is not synced is lost in part, what was acknowledged must be there, and
// its traces must be found by their random ids too.
func TestCrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	s := open(t, fs, small)
	defer s.Close()
	shop := newShop()
	shop.w3c = true
	acked := map[segment.TraceID]int{}
	rs := make([]store.Record, 40)
	for round := range 60 {
		shop.take(rs)
		if err := s.Append(ctx, rs); err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			acked[r.Trace]++
		}
		if round%6 == 5 {
			rng := rand.New(rand.NewPCG(1, uint64(round)))
			clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
			after := open(t, clone, small)
			count(t, after, acked)
			if err := after.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestCrashAtOpen cuts the power before a first start came far: the next one is a first start again.
func TestCrashAtOpen(t *testing.T) {
	for step := range int32(80) {
		fs := vfs.NewCrashableMem()
		var n atomic.Int32
		cut := errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && n.Add(1) > step {
				return errors.New("power cut")
			}
			return nil
		})
		s, err := pebble.Open("data", pebble.Options{FS: errorfs.Wrap(fs, cut)})
		clone := fs.CrashClone(vfs.CrashCloneCfg{})
		if err == nil {
			_ = s.Close() // fails as a power cut makes it fail
		}
		if err := open(t, clone, pebble.Options{}).Close(); err != nil {
			t.Errorf("after %d writes: %v", step, err)
		}
	}
}

// broken makes operations on files fail while it is on.
type broken struct {
	on   atomic.Bool
	file string // part of the path
	kind func(errorfs.OpKind) bool
	hits atomic.Int32
}

func (b *broken) String() string { return "broken " + b.file }

func (b *broken) MaybeError(op errorfs.Op) error {
	if b.on.Load() && strings.Contains(op.Path, b.file) && b.kind(op.Kind) {
		b.hits.Add(1)
		return errors.New("no space left on device")
	}
	return nil
}

func isSync(k errorfs.OpKind) bool {
	return k == errorfs.OpFileSync || k == errorfs.OpFileSyncData || k == errorfs.OpFileSyncTo
}

func isWrite(k errorfs.OpKind) bool { return k == errorfs.OpFileWrite || isSync(k) }

// TestFatal breaks the log or the manifest for good: writers hear it, nobody hangs, reads go on, and what was acknowledged
// is there after a restart.
func TestFatal(t *testing.T) {
	for name, b := range map[string]*broken{
		"log sync":  {file: ".log", kind: isSync},
		"log write": {file: ".log", kind: isWrite},
		"manifest":  {file: "MANIFEST", kind: isWrite},
	} {
		t.Run(name, func(t *testing.T) {
			mem := vfs.NewCrashableMem()
			failed := make(chan error, 1)
			o := small
			o.OnFailure = func(err error) { failed <- err }
			s := open(t, errorfs.Wrap(mem, b), o)
			shop := newShop()
			rs := make([]store.Record, 50)
			acked := map[segment.TraceID]int{}
			write := func() error {
				shop.take(rs)
				err := s.Append(ctx, rs)
				for _, r := range rs {
					if err == nil {
						acked[r.Trace]++
					}
				}
				return err
			}
			for range 10 {
				if err := write(); err != nil {
					t.Fatal(err)
				}
			}
			known := rs[len(rs)-1].Trace
			b.on.Store(true)
			var err error
			for range 1000 { // the manifest is written at the next flush only
				if err = write(); err != nil {
					break
				}
			}
			if err == nil || !strings.Contains(err.Error(), "restart") {
				t.Fatalf("got error %v, want one that says to restart", err)
			}
			if err := <-failed; err == nil {
				t.Error("OnFailure heard no error")
			}
			if err := write(); err == nil {
				t.Error("an Append after the failure succeeded")
			}
			if err := s.Trim(ctx, 0x7fffffff*segment.Second); err == nil {
				t.Error("a Trim after the failure succeeded")
			}
			count(t, s, map[segment.TraceID]int{known: 1})
			s.Stats()
			if err := s.Close(); err == nil {
				t.Error("Close said nothing of the failure")
			}
			again := open(t, mem.CrashClone(vfs.CrashCloneCfg{}), small)
			count(t, again, acked)
			if err := again.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFlushTriedAgain lets files be impossible to make for a while: nothing is lost, and nothing is to be done.
func TestFlushTriedAgain(t *testing.T) {
	b := &broken{file: ".sst", kind: func(k errorfs.OpKind) bool { return k == errorfs.OpCreate }}
	s := open(t, errorfs.Wrap(vfs.NewMem(), b), small)
	b.on.Store(true)
	acked := map[segment.TraceID]int{}
	rs := make([]store.Record, 50)
	shop := newShop()
	for range 100 { // five memtables
		shop.take(rs)
		if err := s.Append(ctx, rs); err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			acked[r.Trace]++
		}
		if b.hits.Load() > 0 {
			b.on.Store(false)
		}
	}
	if b.hits.Load() == 0 {
		t.Error("no file was made: the test tests nothing")
	}
	count(t, s, acked)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestHungDisk gives up waiting for a sync that does not come; the write may still succeed later.
func TestHungDisk(t *testing.T) {
	hang, release := make(chan struct{}), make(chan struct{})
	var on atomic.Bool
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if on.Load() && isSync(op.Kind) && strings.Contains(op.Path, ".log") {
			if on.CompareAndSwap(true, false) {
				close(hang)
			}
			<-release
		}
		return nil
	}))
	s := open(t, fs, pebble.Options{})
	on.Store(true)
	c, cancel := context.WithCancel(ctx)
	go func() {
		<-hang
		cancel()
	}()
	rs := make([]store.Record, 1)
	newShop().take(rs)
	if err := s.Append(c, rs); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	close(release)
	if err := s.Append(ctx, rs); err != nil {
		t.Errorf("when the disk is back: %v", err)
	}
	count(t, s, map[segment.TraceID]int{rs[0].Trace: 1})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestFull(t *testing.T) {
	fs := vfs.NewMem()
	now := time.Unix(1793534400, 0)
	usage := func(free, total uint64) { fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: free, TotalBytes: total}) }
	usage(100<<30, 200<<30)
	s := open(t, fs, pebble.Options{Now: func() time.Time { return now }})
	defer s.Close()
	rs := make([]store.Record, 1)
	shop := newShop()
	shop.take(rs)
	for _, x := range []struct {
		what        string
		free, total uint64
		after       time.Duration
		full        bool
	}{
		{"room", 100 << 30, 200 << 30, 0, false},
		{"not looked at again yet", 1, 200 << 30, 999 * time.Millisecond, false},
		{"less than the reserve", 512<<20 - 1, 200 << 30, time.Millisecond, true},
		{"not looked at again yet", 100 << 30, 200 << 30, 0, true},
		{"just the reserve", 512 << 20, 200 << 30, time.Second, false},
		{"the clock went back", 1, 200 << 30, -time.Hour, true},
		{"5 % of a small volume", 50 << 20, 1000 << 20, time.Second, false},
		{"less than 5 % of it", 50<<20 - 1, 1000 << 20, time.Second, true},
		{"room again", 1 << 30, 200 << 30, time.Second, false},
		{"hardly any", 51 << 20, 1000 << 20, time.Second, false},
		{"used up before the next look is due", 1, 1000 << 20, time.Millisecond, true},
	} {
		usage(x.free, x.total)
		now = now.Add(x.after)
		shop.take(rs)
		if x.total == 1000<<20 {
			rs[0].Document = make([]byte, 200<<10) // four times that is nearly what "hardly any" leaves
		}
		err := s.Append(ctx, rs)
		if errors.Is(err, store.ErrFull) != x.full || !x.full && err != nil {
			t.Errorf("%s: got error %v, want full: %t", x.what, err, x.full)
		}
		rows := 1
		if x.full {
			rows = 0
		}
		count(t, s, map[segment.TraceID]int{rs[0].Trace: rows})
		minute := store.Home(rs[0].Start.Floor()).Minute()
		if err := s.Seal(ctx, account, minute, listing); errors.Is(err, store.ErrFull) != x.full || !x.full && err != nil {
			t.Errorf("%s: Seal: got error %v, want full: %t", x.what, err, x.full)
		}
		if got := s.Stats().FreeBytes; got != x.free {
			t.Errorf("%s: got %d bytes free, want %d", x.what, got, x.free)
		}
	}
}

func TestReserve(t *testing.T) {
	fs := vfs.NewMem()
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 9 << 30, TotalBytes: 100 << 30})
	s := open(t, fs, pebble.Options{Reserve: 10 << 30})
	defer s.Close()
	err := s.Append(ctx, []store.Record{{Account: account}})
	if want := "9216 MiB left, and the last 10240 MiB are kept free"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one with %q", err, want)
	}
}

// TestOpenRefuses checks each reason and its sentence.
func TestOpenRefuses(t *testing.T) {
	put := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, x := range []struct {
		name  string
		setup func(t *testing.T, dir string)
		o     pebble.Options
		is    error
		says  string
	}{
		{name: "newer", setup: put("RAYSCOPE", "format 7\n"), is: store.ErrNewer,
			says: "data in DIR has format 7, this version of rayscope knows up to 2: run a newer rayscope or choose another --data-dir"},
		{name: "strange format", setup: put("RAYSCOPE", "hello"), says: `does not say its format ("hello"`},
		{name: "somebody else's", setup: put("thesis.tex", ""), says: `DIR is not a data directory of rayscope, and not empty (it has "thesis.tex"): choose another --data-dir`},
		{name: "a file", setup: func(t *testing.T, dir string) {
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, says: "data directory DIR cannot be used"},
		{name: "not writable", o: pebble.Options{FS: errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind == errorfs.OpLock {
				return &os.PathError{Op: "open", Path: op.Path, Err: os.ErrPermission}
			}
			return nil
		}))}, is: os.ErrPermission, says: "make it a directory that this user may write to"},
		{name: "options", o: pebble.Options{CacheBytes: 1, MemTableBytes: 1}, says: "cache of 1 bytes is too small"},
		{name: "options, all of them", o: pebble.Options{CacheBytes: 1, MemTableBytes: 1}, says: "memtable of 1 bytes must be"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if x.setup != nil {
				x.setup(t, dir)
			}
			s, err := pebble.Open(dir, x.o)
			if err == nil {
				t.Fatalf("Open succeeded; Close: %v", s.Close())
			}
			if x.is != nil && !errors.Is(err, x.is) {
				t.Errorf("got error %v, want one that is %v", err, x.is)
			}
			if got := strings.ReplaceAll(err.Error(), dir, "DIR"); !strings.Contains(got, x.says) {
				t.Errorf("got error %q, want one that says %q", got, x.says)
			}
		})
	}
}

// TestOpenAccepts opens what an operator gives: a new path, a fresh volume, and the same again.
func TestOpenAccepts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := os.MkdirAll(filepath.Join(dir, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	rs := make([]store.Record, 100)
	shop := newShop()
	acked := map[segment.TraceID]int{}
	for range 3 {
		s, err := pebble.Open(dir, pebble.Options{})
		if err != nil {
			t.Fatal(err)
		}
		count(t, s, acked)
		shop.take(rs)
		if err := s.Append(ctx, rs); err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			acked[r.Trace]++
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLocked opens a directory that another process has open: this test in a process of its own.
func TestLocked(t *testing.T) {
	if dir := os.Getenv("RAYSCOPE_TEST_LOCKED_DIR"); dir != "" {
		s, err := pebble.Open(dir, pebble.Options{})
		if err == nil {
			t.Fatalf("Open succeeded; Close: %v", s.Close())
		}
		fmt.Printf("locked: %t; %v\n", errors.Is(err, store.ErrLocked), err)
		return
	}
	dir := t.TempDir()
	s, err := pebble.Open(dir, pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	child := exec.Command(os.Args[0], "-test.run=^TestLocked$")
	child.Env = append(os.Environ(), "RAYSCOPE_TEST_LOCKED_DIR="+dir)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := fmt.Sprintf("locked: true; store is in use by another process: data in %s is used by another rayscope (process %d): stop that one, or choose another --data-dir", dir, os.Getpid())
	if !strings.Contains(string(out), want) {
		t.Errorf("got %q, want %q", out, want)
	}
	if _, err := pebble.Open(dir, pebble.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("from the same process: got error %v, want %v", err, store.ErrLocked)
	}
}

// TestRecordRefused checks what cannot be a key.
func TestRecordRefused(t *testing.T) {
	s := open(t, vfs.NewMem(), pebble.Options{})
	defer s.Close()
	for _, r := range []store.Record{{Account: 1e12}, {Received: -1}, {Received: 1 << 56}} {
		if err := s.Append(ctx, []store.Record{r}); err == nil {
			t.Errorf("a record of account %d received at %d was kept", r.Account, r.Received)
		}
	}
}

// TestScanAllocates nothing for a trace: only for the scan and for blocks that come into the cache.
func TestScanAllocates(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes Pebble allocate: run without -race")
	}
	s := open(t, vfs.NewMem(), pebble.Options{})
	defer s.Close()
	fill(t, s, newShop(), 10_000, 500, 1)
	traces := 0
	allocs := testing.AllocsPerRun(5, func() {
		traces = 0
		for _, err := range s.Scan(ctx, account, store.Selection{Window: store.Window{From: 0, To: 1 << 52}}) {
			if err != nil {
				t.Fatal(err)
			}
			traces++
		}
	})
	if traces < 2000 || allocs > 200 {
		t.Errorf("a scan of %d traces allocates %.0f times, want at most 200 for 2000 traces and more", traces, allocs)
	}
}

// TestRepeatsNotWritten sends records twice: the second time costs no room.
func TestRepeatsNotWritten(t *testing.T) {
	s := open(t, vfs.NewMem(), pebble.Options{})
	defer s.Close()
	rs := make([]store.Record, 1000)
	newShop().take(rs)
	if err := s.Append(ctx, rs); err != nil {
		t.Fatal(err)
	}
	before := s.Stats().DiskBytes
	if err := s.Append(ctx, rs); err != nil {
		t.Fatal(err)
	}
	if after := s.Stats().DiskBytes; after != before {
		t.Errorf("repeats took %d bytes", after-before)
	}
}
