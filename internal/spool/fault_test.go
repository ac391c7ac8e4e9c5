package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// failing makes operations of the name fail with the error while on; also those on paths that end so, unless empty.
func (d *memDisk) failing(op, ending string, err error) (on *atomic.Bool) {
	on = new(atomic.Bool)
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.fail
	d.fail = func(o, path string) error {
		if on.Load() && o == op && strings.HasSuffix(path, ending) {
			return err
		}
		if before != nil {
			return before(o, path)
		}
		return nil
	}
	return on
}

func TestDiskFull(t *testing.T) {
	for _, tt := range []struct {
		name string
		room int
	}{{"no room", 0}, {"room for a part of the header", 5}, {"room for a part of the payload", 5000}} {
		t.Run(tt.name, func(t *testing.T) {
			d := newMemDisk()
			f := newFixture(t, d)
			f.open()
			f.append(entry(1, 20_000))
			f.append(entry(2, 20_000))
			before := f.Stats()
			d.room = tt.room
			for range 3 {
				if err := f.Append(entry(3, 20_000)); !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("append to a full disk: %v, want ENOSPC", err)
				}
			}
			if got := f.Stats(); got != before {
				t.Errorf("after failed appends %+v, before %+v", got, before)
			}
			if got, _ := survivors(t, d.killed()); !slices.Equal(got, []int{1, 2}) {
				t.Errorf("after a restart %v, want 1, 2", got)
			}
			if err := f.next().Done(); err != nil {
				t.Errorf("done on a full disk: %v", err)
			}
			d.room = 100_000
			f.append(entry(4, 20_000))
			if got, want := f.drain(), []int{2, 4}; !slices.Equal(got, want) || f.drops() != "map[]" {
				t.Errorf("handed out %v, told %s, want %v and nothing", got, f.drops(), want)
			}
		})
	}
}

// TestDiskFullAtNewFile has a disk on which the first record of a file does not fit: the file does not stay.
func TestDiskFullAtNewFile(t *testing.T) {
	d := newMemDisk()
	f := newFixture(t, d)
	f.open()
	d.room = 100
	if err := f.Append(entry(1, 20_000)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("append to a full disk: %v, want ENOSPC", err)
	}
	if len(d.files) > 0 || f.Stats() != (Stats{}) {
		t.Errorf("%d files and %+v stay", len(d.files), f.Stats())
	}
}

// TestUncut has a disk that is full, and on which the torn record cannot be cut off either.
func TestUncut(t *testing.T) {
	d := newMemDisk()
	f := newFixture(t, d)
	f.open()
	f.append(entry(1, 20_000))
	on := d.failing("truncate", "", syscall.EIO)
	on.Store(true)
	d.room = 5000
	if err := f.Append(entry(2, 20_000)); !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, syscall.EIO) {
		t.Errorf("append: %v, want ENOSPC and EIO", err)
	}
	if got, want := f.Stats().Bytes, int64(len(d.files["spool/0000000000000001.spool"].data)); got != want {
		t.Errorf("Bytes is %d, the file has %d", got, want)
	}
	d.room = 100_000
	f.append(entry(3, 20_000))
	if got, crashed := survivors(t, d.killed()); !slices.Equal(got, []int{1, 3}) || crashed.drops() != "map[damaged:2]" {
		t.Errorf("after a restart %v, told %s, want 1, 3 and damaged: 2", got, crashed.drops())
	}
	if got := f.drain(); !slices.Equal(got, []int{1, 3}) || f.drops() != "map[]" {
		t.Errorf("handed out %v, told %s, want 1, 3 and nothing", got, f.drops())
	}
}

// TestUnreadable has a file that cannot be read: its entries are given up in the end, and those behind it are handed out.
func TestUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newMemDisk()
		f := newFixture(t, d)
		f.open()
		for n := 1; n <= 6; n++ {
			f.append(entry(n, 30_000)) // two in a file
		}
		held := f.next()
		d.failing("read", "1.spool", syscall.EIO).Store(true)
		l, err := f.Next(t.Context())
		if err != nil || l.Entry().Documents != 3 {
			t.Fatalf("got %v, %v, want entry 3", l, err)
		}
		if f.drops() != "map[damaged:2]" || len(f.failed) != maxFailures || !errors.Is(f.failed[0], syscall.EIO) {
			t.Errorf("told %s, %v", f.drops(), f.failed)
		}
		if err := held.Done(); err != nil {
			t.Errorf("done of what was held: %v", err)
		}
		if got := f.Stats().Entries; got != 4 {
			t.Errorf("%d entries are left, want 4", got)
		}
		f.Close()
	})
}

// TestTooManyFiles is a disk that cannot open files for a while: nothing is given up.
func TestTooManyFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newMemDisk()
		f := newFixture(t, d)
		f.open()
		f.append(entry(1, 30_000))
		f.reopen()
		on := d.failing("open", "", syscall.EMFILE)
		on.Store(true)
		time.AfterFunc(10*time.Second, func() { on.Store(false) })
		l, err := f.Next(t.Context())
		if err != nil || l.Entry().Documents != 1 {
			t.Fatalf("got %v, %v, want entry 1", l, err)
		}
		if f.drops() != "map[]" || len(f.failed) < 9 {
			t.Errorf("told %s and %d errors", f.drops(), len(f.failed))
		}
		f.Close()
	})
}

// TestDeletedBelow has somebody who deletes files of the spool.
func TestDeletedBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newMemDisk()
		f := newFixture(t, d)
		f.open()
		for n := 1; n <= 4; n++ {
			f.append(entry(n, 30_000)) // two in a file
		}
		f.reopen()
		if err := d.Remove("spool/0000000000000001.spool"); err != nil {
			t.Fatal(err)
		}
		l, err := f.Next(t.Context())
		if err != nil || l.Entry().Documents != 3 {
			t.Fatalf("got %v, %v, want entry 3", l, err)
		}
		if f.drops() != "map[damaged:3]" {
			t.Errorf("told %s, want damaged: 3", f.drops())
		}
		l.Return()
		if got := f.drain(); !slices.Equal(got, []int{3, 4}) || f.Stats() != (Stats{}) {
			t.Errorf("handed out %v, left %+v", got, f.Stats())
		}
		f.Close()
	})
}

// TestUnremovable has a disk that does not remove files: they count, and full means no more, rather than that all goes.
func TestUnremovable(t *testing.T) {
	d := newMemDisk()
	f := newFixture(t, d)
	f.open()
	on := d.failing("remove", "", syscall.EACCES)
	on.Store(true)
	if err := f.held(entry(1, 60_000)).Done(); !errors.Is(err, syscall.EACCES) {
		t.Errorf("done: %v, want EACCES", err)
	}
	if got := f.Stats(); got.Entries != 0 || got.Bytes < 60_000 {
		t.Errorf("got %+v, want the bytes of a file that is still there", got)
	}
	n := 2
	for ; f.Append(entry(n, 60_000)) == nil; n++ {
	}
	for range 5 {
		if err := f.Append(entry(n, 60_000)); err == nil {
			t.Error("an append beyond the bound succeeded")
		}
	}
	entries := f.Stats().Entries
	if entries < 15 || f.Stats().Bytes > MinBytes {
		t.Errorf("%+v are left", f.Stats())
	}
	on.Store(false)
	f.append(entry(n, 60_000))
	if got := f.drain(); len(got) != entries+1 || f.Stats() != (Stats{}) {
		t.Errorf("handed out %v, left %+v", got, f.Stats())
	}
}

func TestSyncFails(t *testing.T) {
	for _, op := range []string{"sync", "syncdir"} {
		t.Run(op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newMemDisk()
				f := newFixture(t, d)
				f.open()
				f.append(entry(1, 100))
				if err := f.Sync(); err != nil {
					t.Fatal(err)
				}
				f.next() // to have its file open
				f.Spool.mu.Lock()
				f.active = nil // the next entry makes a new file
				f.Spool.mu.Unlock()
				on := d.failing(op, "", syscall.EIO)
				on.Store(true)
				f.append(entry(2, 100))
				<-time.After(2 * syncEvery) // of the bubble's clock: the sync once a second fails
				synctest.Wait()
				on.Store(false)
				if len(f.failed) != 1 || !errors.Is(f.failed[0], syscall.EIO) {
					t.Errorf("told %v, want EIO once", f.failed)
				}
				if err := f.Sync(); !errors.Is(err, syscall.EIO) {
					t.Errorf("sync of what could not be synced: %v, want EIO", err)
				}
				f.append(entry(3, 100))
				if err := f.Sync(); err != nil {
					t.Errorf("sync of what came later: %v", err)
				}
				f.Close()
			})
		})
	}
}

// TestRandomFaults lets a tenth of all operations fail, then heals the disk: each entry is handed out, or told as dropped.
func TestRandomFaults(t *testing.T) { synctest.Test(t, testRandomFaults) }

func testRandomFaults(t *testing.T) {
	for seed := range uint64(10) {
		d := newMemDisk()
		m := newModel(newFixture(t, d), seed)
		m.o.MaxBytes = 8 << 20
		m.open()
		d.mu.Lock()
		d.fail = func(op, path string) error {
			if m.rng.IntN(10) == 0 && op != "read" && op != "unlock" {
				return []error{syscall.EIO, syscall.ENOSPC}[m.rng.IntN(2)]
			}
			return nil
		}
		d.mu.Unlock()
		owed := map[int]bool{} // appended and not yet done
		for n := 1; n <= 400; n++ {
			if f := m.Append(entry(n, m.rng.IntN(20_000))); f == nil {
				owed[n] = true
			}
			if m.rng.IntN(2) > 0 {
				continue
			}
			l, _, err := m.claim()
			if err != nil || l == nil {
				continue
			}
			if whole, _ := m.fill(l); whole && m.rng.IntN(2) > 0 {
				if got := l.Entry().Documents; !owed[got] {
					t.Fatalf("seed %d: entry %d was handed out, and nobody had it", seed, got)
				}
				delete(owed, l.Entry().Documents)
				_ = l.Done() // an error: it may come back after a restart
			} else {
				l.Return()
			}
		}
		d.mu.Lock()
		d.fail = nil
		d.mu.Unlock()
		m.Close()
		got, f := survivors(t, d.killed())
		for n := range owed {
			if !slices.Contains(got, n) {
				t.Errorf("seed %d: entry %d is lost, told %s, %s", seed, n, m.drops(), f.drops())
			}
		}
	}
}

// TestRealDiskFull fills a file system of 2 MiB.
func TestRealDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := mountTmpfs(dir, "size=2m,mode=700"); err != nil {
		t.Skipf("cannot mount a small file system: %v; run as root on Linux", err)
	}
	t.Cleanup(func() {
		if err := unmount(dir); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	f := newFixture(t, osDisk{})
	f.o.MaxBytes = 1 << 30
	var err error
	if f.Spool, err = Open(filepath.Join(dir, "spool"), f.o); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for err == nil {
		n++
		err = f.Append(entry(n, 50_000))
	}
	if !errors.Is(err, syscall.ENOSPC) || n < 30 {
		t.Fatalf("append %d: %v, want ENOSPC after 30 at least", n, err)
	}
	var onDisk int64
	for _, p := range must(filepath.Glob(filepath.Join(dir, "spool", "*.spool"))) {
		onDisk += must(os.Stat(p)).Size()
	}
	if got := f.Stats(); got.Entries != n-1 || got.Bytes != onDisk {
		t.Errorf("got %+v, want %d entries and %d bytes", got, n-1, onDisk)
	}
	// Reading and taking off go on; when a file is gone there is room again.
	for i := 1; i < n; i++ {
		l := f.next()
		if got := l.Entry().Documents; got != i {
			t.Fatalf("got entry %d, want %d", got, i)
		}
		if err := l.Done(); err != nil {
			t.Fatalf("done %d on a full disk: %v", i, err)
		}
	}
	f.append(entry(n, 50_000))
	if got := f.drain(); !slices.Equal(got, []int{n}) || f.drops() != "map[]" {
		t.Errorf("handed out %v, told %s, want %v and nothing", got, f.drops(), []int{n})
	}
	if fmt.Sprint(f.failed) != "[]" {
		t.Errorf("told %v", f.failed)
	}
}
