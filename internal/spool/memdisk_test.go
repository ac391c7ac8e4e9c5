package spool

import (
	"bytes"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// A memDisk is a file system that can be full, fail, and lose what was not synced.
type memDisk struct {
	mu     sync.Mutex
	files  map[string]*memFile
	names  map[string]*memFile // synced
	locked map[string]bool
	room   int                                // bytes that may still be written
	fail   func(op, path string) error        // before an operation; nil: none fails
	after  func(op, path string, part []byte) // after one that changes something; nil: nobody looks
}

type memFile struct {
	d      *memDisk
	path   string
	data   []byte
	synced []byte
	closed bool
}

func newMemDisk() *memDisk {
	return &memDisk{files: map[string]*memFile{}, names: map[string]*memFile{}, locked: map[string]bool{}, room: 1 << 40}
}

// do runs one operation.
func (d *memDisk) do(op, path string, change func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		if err := d.fail(op, path); err != nil {
			return &fs.PathError{Op: op, Path: path, Err: err}
		}
	}
	if err := change(); err != nil {
		return err
	}
	if d.after != nil {
		d.after(op, path, nil)
	}
	return nil
}

func (d *memDisk) MakeDir(dir string) error { return nil }

type memLock struct {
	d    *memDisk
	path string
}

func (l memLock) Close() error {
	return l.d.do("unlock", l.path, func() error { delete(l.d.locked, l.path); return nil })
}

func (d *memDisk) Lock(path string) (io.Closer, error) {
	return memLock{d, path}, d.do("lock", path, func() error {
		if d.locked[path] {
			return errHeld
		}
		d.locked[path] = true
		return nil
	})
}

func (d *memDisk) List(string) (names []string, err error) {
	err = d.do("list", "", func() error {
		for p := range d.files {
			names = append(names, filepath.Base(p))
		}
		return nil
	})
	return names, err
}

func (d *memDisk) Create(path string) (f diskFile, err error) {
	err = d.do("create", path, func() error {
		if d.files[path] != nil {
			return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
		d.files[path] = &memFile{d: d, path: path}
		f = &memHandle{memFile: d.files[path]}
		return nil
	})
	return f, err
}

func (d *memDisk) Open(path string) (f diskFile, err error) {
	err = d.do("open", path, func() error {
		if d.files[path] == nil {
			return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		f = &memHandle{memFile: d.files[path]}
		return nil
	})
	return f, err
}

func (d *memDisk) Remove(path string) error {
	return d.do("remove", path, func() error {
		f := d.files[path]
		if f == nil {
			return &fs.PathError{Op: "remove", Path: path, Err: fs.ErrNotExist}
		}
		d.room += len(f.data)
		delete(d.files, path)
		return nil
	})
}

func (d *memDisk) SyncDir(string) error {
	return d.do("syncdir", "", func() error {
		clear(d.names)
		for p, f := range d.files {
			d.names[p] = f
		}
		return nil
	})
}

// A memHandle is one opening of a file.
type memHandle struct {
	*memFile
	closed bool
}

func (h *memHandle) do(op string, change func() error) error {
	return h.d.do(op, h.path, func() error {
		if h.closed {
			return fs.ErrClosed
		}
		return change()
	})
}

func (h *memHandle) ReadAt(b []byte, offset int64) (n int, err error) {
	err = h.do("read", func() error {
		n, err = bytes.NewReader(h.data).ReadAt(b, offset)
		return err
	})
	return n, err
}

// WriteAt writes what there is room for.
func (h *memHandle) WriteAt(b []byte, offset int64) (n int, err error) {
	err = h.do("write", func() error {
		n = len(b)
		var full error
		if more := int(offset) + len(b) - len(h.data); more > h.d.room {
			n = max(0, n-(more-h.d.room))
			full = &fs.PathError{Op: "write", Path: h.path, Err: syscall.ENOSPC}
		}
		if more := int(offset) + n - len(h.data); more > 0 {
			h.d.room -= more
			h.data = append(h.data, make([]byte, more)...)
		}
		if full == nil && h.d.after != nil {
			h.d.after("writing", h.path, b)
		}
		copy(h.data[offset:], b[:n])
		return full
	})
	return n, err
}

func (h *memHandle) Truncate(size int64) error {
	return h.do("truncate", func() error {
		h.d.room += len(h.data) - int(size)
		h.data = h.data[:size]
		return nil
	})
}

func (h *memHandle) Sync() error {
	return h.do("sync", func() error { h.synced = append(h.synced[:0], h.data...); return nil })
}

func (h *memHandle) Size() (size int64, err error) {
	err = h.do("size", func() error { size = int64(len(h.data)); return nil })
	return size, err
}

func (h *memHandle) Close() error {
	return h.do("close", func() error { h.closed = true; return nil })
}

// killed is the disk after kill -9: all that was written is there. The caller holds no lock of it, or is one of its hooks.
func (d *memDisk) killed() *memDisk {
	c := newMemDisk()
	for p, f := range d.files {
		c.put(p, f.data)
	}
	return c
}

// unplugged is the disk after the machine lost its power: what was synced is there, and what was not may be there in part,
// or as zeros.
func (d *memDisk) unplugged(rng *rand.Rand) *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := newMemDisk()
	for p, f := range d.names {
		data := slices.Clone(f.synced)
		if more := len(f.data) - len(data); more > 0 {
			data = append(data, f.data[len(data):len(data)+rng.IntN(more+1)]...)
			zeros := rng.IntN(len(data) - len(f.synced) + 1)
			clear(data[len(data)-zeros:])
		}
		c.put(p, data)
	}
	return c
}

func (d *memDisk) put(path string, data []byte) {
	f := &memFile{d: d, path: path, data: slices.Clone(data)}
	f.synced = f.data
	d.files[path], d.names[path] = f, f
}
