package spool

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// TestConcurrent has several who append, hold, give back, take off, sync and ask at once: each document is handed out once,
// or told as dropped.
func TestConcurrent(t *testing.T) {
	f := newFixture(t, osDisk{})
	t.Chdir(t.TempDir())
	f.open()
	const appenders, each, takers = 4, 100, 4
	var appending, taking sync.WaitGroup
	for a := range appenders {
		appending.Go(func() {
			for i := range each {
				if err := f.Append(entry(1+a*each+i, 12_000)); err != nil {
					t.Error(err)
				}
				if i%20 == 0 {
					if err := f.Sync(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	var delivered atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	for range takers {
		taking.Go(func() {
			for i := 0; ; i++ {
				l, err := f.Next(ctx)
				if errors.Is(err, context.Canceled) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				checkEntry(t, l.Entry())
				if i%3 == 0 {
					l.Return()
					continue
				}
				delivered.Add(int64(l.Entry().Documents))
				if err := l.Done(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	appending.Wait()
	cancel()
	taking.Wait()
	for _, n := range f.drain() {
		delivered.Add(int64(n))
	}
	const all = appenders * each
	if got, want := int(delivered.Load())+f.dropped[Full], all*(all+1)/2; got != want || f.Stats() != (Stats{}) {
		t.Errorf("delivered %d and dropped %d documents, together %d, want %d; left %+v", delivered.Load(), f.dropped[Full], got, want, f.Stats())
	}
}

// TestCloseWhileReading closes the spool under those who use it.
func TestCloseWhileReading(t *testing.T) {
	t.Chdir(t.TempDir())
	for range 10 {
		f := newFixture(t, osDisk{})
		f.open()
		for n := range 20 {
			f.append(entry(n, 10_000))
		}
		var users sync.WaitGroup
		for range 3 {
			users.Go(func() {
				for {
					l, err := f.Next(t.Context())
					if errors.Is(err, ErrClosed) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					l.Return()
				}
			})
		}
		users.Go(func() {
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		})
		users.Wait()
		f.open()
		if got := f.drain(); len(got) != 20 {
			t.Errorf("%d entries are left, want 20", len(got))
		}
		f.Close()
	}
}
