package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// acquire makes the directory and locks it.
func (s *Spool) acquire() (err error) {
	if err := s.disk.MakeDir(s.dir); err != nil {
		return fmt.Errorf("make spool in %s: %w", s.dir, err)
	}
	// The directory above may be one that we cannot open; then it has been there long enough to be on disk.
	if err := s.disk.SyncDir(filepath.Dir(s.dir)); err != nil && !errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("make spool in %s: %w", s.dir, err)
	}
	s.lock, err = s.disk.Lock(filepath.Join(s.dir, "LOCK"))
	if errors.Is(err, errHeld) {
		return fmt.Errorf("%w: another daemon has the directory %s: stop that one, or choose another directory", ErrLocked, s.dir)
	}
	if err != nil {
		return fmt.Errorf("lock spool in %s: %w", s.dir, err)
	}
	return nil
}

// load takes in what an earlier process left. Nothing is appended to its files.
func (s *Spool) load() error {
	names, err := s.disk.List(s.dir)
	if err != nil {
		return fmt.Errorf("list spool in %s: %w", s.dir, err)
	}
	slices.Sort(names)
	for _, name := range names {
		number, ours := fileNumber(name)
		if !ours {
			continue
		}
		s.number = number
		f := &file{number: number, path: filepath.Join(s.dir, name)}
		err := s.take(f)
		if errors.Is(err, errNewer) {
			return fmt.Errorf("%w: %s has records that this version does not know: run the version that wrote them, or choose another directory", ErrNewer, f.path)
		}
		if err != nil {
			return fmt.Errorf("read spool in %s: %w", s.dir, err)
		}
	}
	s.tellExpire()
	return nil
}

// take takes in one file.
func (s *Spool) take(f *file) (err error) {
	if f.handle, err = s.disk.Open(f.path); err != nil {
		return err
	}
	s.files = append(s.files, f)
	if f.size, err = f.handle.Size(); err != nil {
		return err
	}
	f.end = f.size
	lost, err := f.scan()
	if err != nil {
		return err
	}
	s.total.Bytes += f.size
	s.total.Entries += f.entries
	s.total.Documents += f.docs
	s.drops[Damaged] += lost
	if f.entries > 0 {
		return s.rest(f)
	}
	if err := s.remove(f); err != nil {
		s.failed = append(s.failed, err)
	}
	return nil
}

// rest closes the handle of a file that nobody reads from or writes to.
func (s *Spool) rest(f *file) error {
	if f.handle == nil || f == s.active || len(f.out) > 0 || f.dirty {
		return nil
	}
	h := f.handle
	f.handle = nil
	return h.Close()
}

// reopen makes sure that the file has a handle.
func (s *Spool) reopen(f *file) error {
	if f.handle != nil {
		return nil
	}
	h, err := s.disk.Open(f.path)
	if err != nil {
		return fmt.Errorf("read spool in %s: %w", s.dir, err)
	}
	f.handle = h
	return nil
}
