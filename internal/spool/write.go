package spool

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// write appends the record to the active file, or to a new one.
func (s *Spool) write(b []byte, h header) error {
	if s.active != nil && s.active.size+int64(len(b)) > min(maxFile, s.o.MaxBytes/16) {
		s.active = nil // its handle goes with the next sync
	}
	if s.active == nil {
		if err := s.create(); err != nil {
			return err
		}
	}
	f := s.active
	h.put(b, place{f.number, f.end})
	if _, err := f.handle.WriteAt(b, f.end); err != nil {
		return errors.Join(err, s.cut(f))
	}
	r := record{offset: f.end, header: h}
	f.add(r)
	f.size, f.end = r.end(), r.end()
	s.total.Bytes += int64(len(b))
	s.total.Entries++
	s.total.Documents += int(h.documents)
	s.changed(f)
	return nil
}

func (s *Spool) create() error {
	f := &file{number: s.number + 1, path: filepath.Join(s.dir, fileName(s.number+1))}
	var err error
	if f.handle, err = s.disk.Create(f.path); err != nil {
		return err
	}
	s.number++
	s.files = append(s.files, f)
	s.active = f
	s.syncing.names = true
	return nil
}

// cut takes a record that was not written whole off the file again. If even that fails nothing more is appended behind it.
func (s *Spool) cut(f *file) error {
	if f.entries == 0 {
		return s.remove(f)
	}
	err := f.handle.Truncate(f.end)
	if err == nil {
		return nil
	}
	s.active = nil
	size, sizeErr := f.handle.Size()
	if sizeErr == nil {
		s.total.Bytes += size - f.size
		f.size = size
	}
	return errors.Join(err, sizeErr)
}

// remove takes a file away that has nothing any more, or nothing that may stay. If the disk refuses it counts on, and is tried again.
func (s *Spool) remove(f *file) error {
	if f == s.active {
		s.active = nil
	}
	s.files = slices.DeleteFunc(s.files, func(g *file) bool { return g == f })
	s.total.Entries -= f.entries
	s.total.Documents -= f.docs
	f.gone = true
	var closed error
	if f.handle != nil {
		closed = f.handle.Close()
		f.handle = nil
	}
	if err := s.disk.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.doomed = append(s.doomed, f)
		return errors.Join(closed, err)
	}
	s.total.Bytes -= f.size
	s.syncing.names = true
	s.changed(f)
	return closed
}
