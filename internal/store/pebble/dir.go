package pebble

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/store"
)

// Format is the version of the directory that this package writes, and the newest that it reads. It counts every change
// of docs/storage.md that an older binary would misread.
//
//   - 2 has the range of sealed minutes. A directory of format 1 has no sealed minute: it becomes one of format 2 by its
//     mark. An older version must not write to it, since it would not break seals.
const Format = 2

// What lies in the data directory.
const (
	formatFile = "RAYSCOPE" // "format 2\n": marks the directory as ours
	pidFile    = "PID"      // of the process that opened the directory last
	engineDir  = "pebble"
)

// A dir is a data directory that this process has locked.
type dir struct {
	fs   vfs.FS
	path string
	lock *pebble.Lock
}

// openDir makes or checks the directory, locks it and marks it.
func openDir(fs vfs.FS, path string) (_ *dir, err error) {
	d := &dir{fs: fs, path: path}
	if err := fs.MkdirAll(path, 0o700); err != nil {
		return nil, d.unusable(err)
	}
	marked, err := d.check()
	if err != nil {
		return nil, err
	}
	if err := fs.MkdirAll(d.engine(), 0o700); err != nil {
		return nil, d.unusable(err)
	}
	if err := d.acquire(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if !marked {
		if err := d.mark(); err != nil {
			return nil, d.unusable(err)
		}
	}
	if err := d.write(pidFile, strconv.Itoa(os.Getpid())+"\n"); err != nil {
		return nil, d.unusable(err)
	}
	return d, nil
}

func (d *dir) engine() string { return d.fs.PathJoin(d.path, engineDir) }

func (d *dir) close() error { return d.lock.Close() }

// check tells whether the directory has its mark, rather than none yet or one of an older format. A directory of somebody
// else is refused: the user has most likely named the wrong one.
func (d *dir) check() (marked bool, err error) {
	b, err := d.read(formatFile)
	if err == nil {
		return d.checkFormat(b)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return false, d.unusable(err)
	}
	names, err := d.fs.List(d.path)
	if err != nil {
		return false, d.unusable(err)
	}
	// What a start leaves that was cut off, and what a fresh volume has.
	ours := []string{formatFile + ".tmp", engineDir, "lost+found"}
	for _, n := range names {
		if !slices.Contains(ours, n) {
			return false, fmt.Errorf("%s is not a data directory of rayscope, and not empty (it has %q): choose another --data-dir", d.path, n)
		}
	}
	return false, nil
}

func (d *dir) checkFormat(b []byte) (newest bool, err error) {
	v, err := strconv.ParseUint(string(bytes.TrimPrefix(bytes.TrimSpace(b), []byte("format "))), 10, 32)
	switch {
	case err != nil || v == 0:
		return false, fmt.Errorf("%s does not say its format (%q, where \"format %d\" is expected): restore the file, or choose another --data-dir",
			d.fs.PathJoin(d.path, formatFile), b, Format)
	case v > Format:
		return false, fmt.Errorf("%w: data in %s has format %d, this version of rayscope knows up to %d: run a newer rayscope or choose another --data-dir",
			store.ErrNewer, d.path, v, Format)
	}
	return v == Format, nil
}

// acquire locks the directory against other processes.
func (d *dir) acquire() error {
	l, err := pebble.LockDirectory(d.engine(), d.fs)
	if err == nil {
		d.lock = l
		return nil
	}
	// The lock file could not be made, rather than not be locked: the latter comes as a plain errno or text.
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return d.unusable(err)
	}
	by := ""
	if pid, err := d.read(pidFile); err == nil {
		by = fmt.Sprintf(" (process %s)", bytes.TrimSpace(pid))
	}
	return fmt.Errorf("%w: data in %s is used by another rayscope%s: stop that one, or choose another --data-dir (%w)", store.ErrLocked, d.path, by, err)
}

// mark writes the format so that it is there whole or not at all.
func (d *dir) mark() error {
	if err := d.write(formatFile+".tmp", fmt.Sprintf("format %d\n", Format)); err != nil {
		return err
	}
	if err := d.fs.Rename(d.fs.PathJoin(d.path, formatFile+".tmp"), d.fs.PathJoin(d.path, formatFile)); err != nil {
		return err
	}
	return errors.Join(d.sync(d.path), d.sync(d.fs.PathDir(d.path)))
}

func (d *dir) sync(path string) error {
	f, err := d.fs.OpenDir(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *dir) read(name string) ([]byte, error) {
	f, err := d.fs.Open(d.fs.PathJoin(d.path, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 1<<10))
}

func (d *dir) write(name, content string) error {
	f, err := d.fs.Create(d.fs.PathJoin(d.path, name), vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(content))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (d *dir) unusable(err error) error {
	return fmt.Errorf("data directory %s cannot be used: %w: make it a directory that this user may write to, or choose another --data-dir", d.path, err)
}
