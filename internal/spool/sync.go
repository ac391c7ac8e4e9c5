package spool

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// syncing is about what is written and not yet synced. Changes are numbered, so that calls can share a sync, and a call learns
// that another's sync has failed: the kernel says so once only.
type syncing struct {
	written uint64        // guarded by Spool.mu: number of the last change
	names   bool          // guarded by Spool.mu: files came or went
	fresh   chan struct{} // has a token while there is something to sync
	stop    chan struct{}
	stopped chan struct{}

	mu      sync.Mutex // one sync at a time; guards what follows
	through uint64     // the last change that a sync was tried for
	bad     [2]uint64  // changes behind the first, up to the second: their sync failed
	err     error      // so
}

func newSyncing() syncing {
	return syncing{fresh: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
}

// changed notes that the file, or the directory, has something to sync. The caller holds mu.
func (s *Spool) changed(f *file) {
	f.dirty = true
	s.syncing.written++
	select {
	case s.syncing.fresh <- struct{}{}:
	default:
	}
}

// keepSynced syncs once a second while there is something new.
func (s *Spool) keepSynced() {
	defer close(s.syncing.stopped)
	var told error
	for {
		select {
		case <-s.syncing.fresh:
		case <-s.syncing.stop:
			return
		}
		t := time.NewTimer(syncEvery)
		select {
		case <-t.C:
		case <-s.syncing.stop:
			t.Stop()
			return
		}
		// What another call's sync has covered is not told twice.
		if err := s.sync(); err != nil && err != told {
			told = err
			s.o.Failed(err)
		}
	}
}

// Sync makes all that was appended and done before survive the death of the machine. Concurrent calls share the work. After an error
// nothing is known about what was appended since the last Sync.
func (s *Spool) Sync() error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return fmt.Errorf("sync spool in %s: %w", s.dir, ErrClosed)
	}
	return s.sync()
}

func (s *Spool) sync() error {
	s.mu.Lock()
	target := s.syncing.written
	s.mu.Unlock()

	y := &s.syncing
	y.mu.Lock()
	defer y.mu.Unlock()
	if target <= y.through {
		if target > y.bad[0] && target <= y.bad[1] {
			return y.err
		}
		return nil
	}
	through, err := s.syncFiles()
	if err != nil {
		err = fmt.Errorf("sync spool in %s: %w", s.dir, err)
		y.bad, y.err = [2]uint64{y.through, through}, err
	}
	y.through = through
	return err
}

// syncFiles syncs what is dirty, and is the number of the last change that this covers.
func (s *Spool) syncFiles() (through uint64, err error) {
	s.mu.Lock()
	s.retryRemoves()
	through = s.syncing.written
	names := s.syncing.names
	s.syncing.names = false
	var files []*file
	var handles []diskFile
	for _, f := range s.files {
		if f.dirty {
			f.dirty = false
			files, handles = append(files, f), append(handles, f.handle)
		}
	}
	s.unlock()

	errs := make([]error, len(files), len(files)+2)
	for i, h := range handles {
		errs[i] = h.Sync()
	}
	var dirErr error
	if names {
		dirErr = s.disk.SyncDir(s.dir)
	}

	s.mu.Lock()
	defer s.unlock()
	s.syncing.names = s.syncing.names || dirErr != nil
	for i, f := range files {
		if f.gone && errors.Is(errs[i], os.ErrClosed) {
			errs[i] = nil
		}
	}
	for _, f := range s.files {
		errs = append(errs, s.rest(f))
	}
	return through, errors.Join(append(errs, dirErr)...)
}

// retryRemoves removes files that could not be removed before.
func (s *Spool) retryRemoves() {
	kept := s.doomed[:0]
	for _, f := range s.doomed {
		if err := s.disk.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			kept = append(kept, f)
			continue
		}
		s.total.Bytes -= f.size
		s.syncing.names = true
	}
	s.doomed = kept
}
