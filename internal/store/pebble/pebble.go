// Package pebble is the embedded engine of the store: one directory, no set-up, on github.com/cockroachdb/pebble.
//
// Digests, documents, activity rows and locators are ranges of one key space, newest first within an account, so that a
// window is one forward scan, what arrives lands beside what arrived just before, and removal by age is a few range
// deletions. docs/storage.md gives every byte, docs/adr/001-key-layout.md the reasons.
//
// # Failures
//
// While the volume is nearly full, Append returns store.ErrFull and reads go on; it recovers by itself. A flush or a
// compaction that fails is tried again. A failed write of the log or the manifest stops the store for good, because
// nobody can know what reached the disk: Append returns the reason, Options.OnFailure hears it, reads of what is there go
// on, and the directory stays locked until the process ends. What was acknowledged is found again by the next start.
// A file found damaged by a read is the error of that read. Panics of Pebble's own background goroutines, which are its
// answer to broken invariants, end the process.
package pebble

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

var _ store.Store = (*Store)(nil)

// A Store is an open data directory. Close waits for calls under way; a sequence that is being read ends with
// store.ErrClosed at its next step, so Close must not be called from within its loop.
type Store struct {
	dir     *dir
	db      *pebble.DB
	failure *failure
	space   *space
	recent  *recent
	locator *locator
	seals   *seals
	commits chan struct{} // one place for each write under way

	settings sync.Mutex // held while settings are changed

	mu     sync.Mutex // orders calls.Add before calls.Wait
	closed atomic.Bool
	calls  sync.WaitGroup

	used atomic.Uint64 // bytes on disk when Stats could last be asked
}

// Open opens the data directory and makes it if there is none. It refuses, with a sentence for the operator, a directory
// that another process uses (store.ErrLocked), that a newer version wrote (store.ErrNewer), that is somebody else's, or
// that cannot be written to.
func Open(path string, o Options) (*Store, error) {
	o.EnsureDefaults()
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("options of the store: %w", err)
	}
	d, err := openDir(o.FS, path)
	if err != nil {
		return nil, err
	}
	s := &Store{
		dir:     d,
		failure: newFailure(&o),
		space:   &space{fs: o.FS, dir: path, reserve: o.Reserve, now: o.Now},
		recent:  newRecent(),
		commits: make(chan struct{}, maxCommits),
	}
	if err := s.open(o.engine(s.failure)); err != nil {
		return nil, err
	}
	if s.locator, err = newLocator(s.db); err == nil {
		s.seals, err = newSeals(s.db)
	}
	if err != nil {
		return nil, errors.Join(err, s.db.Close(), d.close())
	}
	return s, nil
}

// open opens the engine. Pebble does not come back from a manifest that cannot be written, and panics when a directory
// cannot be synced: then the failure comes back.
func (s *Store) open(p *pebble.Options) error {
	p.Lock = s.dir.lock
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				s.failure.set(fmt.Errorf("%v", p))
			}
		}()
		var err error
		s.db, err = pebble.Open(s.dir.engine(), p)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return errors.Join(fmt.Errorf("open data in %s: %w", s.dir.path, err), s.dir.close())
		}
		return nil
	case <-s.failure.done:
		return fmt.Errorf("open data in %s: %w", s.dir.path, s.failure.err)
	}
}

// Close implements store.Store. A second call does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	again := s.closed.Swap(true)
	s.mu.Unlock()
	if again {
		return nil
	}
	s.failure.close()
	calls := make(chan struct{})
	go func() {
		s.calls.Wait()
		close(calls)
	}()
	select {
	case <-calls:
	case <-s.failure.done:
	}
	if err := s.failure.cause(); err != nil {
		// Parked goroutines may hold Pebble's locks, and nobody can say that no write is under way: the lock stays.
		return err
	}
	if err := errors.Join(s.db.Close(), s.dir.close()); err != nil {
		return fmt.Errorf("close data in %s: %w", s.dir.path, err)
	}
	return nil
}

// Stats implements store.Store.
func (s *Store) Stats() store.Stats {
	if s.enter(context.Background()) == nil {
		if s.failure.cause() == nil {
			s.used.Store(s.db.Metrics().DiskSpaceUsage())
		}
		s.leave()
	}
	return store.Stats{DiskBytes: s.used.Load(), FreeBytes: s.space.left()}
}

// enter begins a call, unless the store is closed or the context done. leave ends it.
func (s *Store) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return store.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

// enterToWrite is enter for calls that write: none begins on a store that has failed.
func (s *Store) enterToWrite(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	if err := s.failure.cause(); err != nil {
		s.leave()
		return err
	}
	return nil
}

func (s *Store) leave() { s.calls.Done() }

// step is asked before each step of a sequence.
func (s *Store) step(ctx context.Context) error {
	if s.closed.Load() {
		return store.ErrClosed
	}
	return ctx.Err()
}
