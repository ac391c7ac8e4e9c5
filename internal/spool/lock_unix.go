//go:build unix

package spool

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the file for this process until it is closed, or the process dies in whatever way. It belongs to the open
// file, unlike fcntl's locks, so that a second Open in the same process is refused as well.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errHeld
	}
	return os.NewSyscallError("flock", err)
}
