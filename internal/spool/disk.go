package spool

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Documents can hold personal data: nobody but the user of the daemon reads them.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

// errHeld tells that somebody else has the lock.
var errHeld = errors.New("lock is held")

// A disk is what the spool needs of a file system; tests break it on purpose.
type disk interface {
	MakeDir(dir string) error
	Lock(path string) (io.Closer, error) // errHeld if another has it
	List(dir string) ([]string, error)   // names of regular files
	Create(path string) (diskFile, error)
	Open(path string) (diskFile, error)
	Remove(path string) error
	SyncDir(dir string) error
}

type diskFile interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	Size() (int64, error)
}

type osDisk struct{}

func (osDisk) MakeDir(dir string) error { return os.MkdirAll(dir, dirMode) }

func (osDisk) Lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (osDisk) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (osDisk) Create(path string) (diskFile, error) {
	return openFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

func (osDisk) Open(path string) (diskFile, error) { return openFile(path, os.O_RDWR) }

func (osDisk) Remove(path string) error { return os.Remove(path) }

// SyncDir makes names in the directory durable. Windows has no such call, as NTFS keeps names in its journal; nor have some
// file systems of networks, which say so.
func (osDisk) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

type osFile struct{ *os.File }

// openFile avoids an interface with a nil file in it.
func openFile(path string, flag int) (diskFile, error) {
	f, err := os.OpenFile(path, flag, fileMode)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (f osFile) Size() (int64, error) {
	i, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return i.Size(), nil
}
