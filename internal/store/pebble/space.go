package pebble

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/store"
)

const (
	defaultReserve = 512 << 20   // several flushes and a compaction of the largest tables
	reserveShare   = 20          // or this part of the volume: 5 %
	spaceEvery     = time.Second // between two looks, unless what was written since may have used up the room
	spacePerByte   = 4           // bytes on disk that a byte taken in may cost until it is settled: log, flush, compaction
)

// space watches the free room on the volume.
type space struct {
	fs      vfs.FS
	dir     string
	reserve uint64 // 0: the default for the volume
	now     func() time.Time

	mu     sync.Mutex
	looked time.Time
	room   uint64 // above the reserve, as of the look and less what was taken since
	full   error  // nil while there is room
}

// check is an error that wraps store.ErrFull while there is too little room to take so many bytes in. It looks once in
// spaceEvery, and before that when the room that it saw may be used up: a small volume is full in less time.
func (s *space) check(bytes int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	cost := uint64(bytes) * spacePerByte
	now := s.now()
	due := s.looked.IsZero() || now.Sub(s.looked) >= spaceEvery || now.Before(s.looked)
	if due || s.full == nil && cost > s.room {
		s.looked = now
		s.full = s.look()
	}
	s.room -= min(s.room, cost)
	return s.full
}

func (s *space) look() error {
	u, err := s.fs.GetDiskUsage(s.dir)
	if errors.Is(err, vfs.ErrUnsupported) {
		s.room = math.MaxUint64
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", s.dir, err)
	}
	reserve := s.reserve
	if reserve == 0 {
		reserve = min(defaultReserve, u.TotalBytes/reserveShare)
	}
	if u.AvailBytes >= reserve {
		s.room = u.AvailBytes - reserve
		return nil
	}
	return fmt.Errorf("%w: the volume of %s has %d MiB left, and the last %d MiB are kept free: make room on it, or keep traces for a shorter time",
		store.ErrFull, s.dir, u.AvailBytes>>20, reserve>>20)
}

// left is the free room, 0 if unknown.
func (s *space) left() uint64 {
	u, err := s.fs.GetDiskUsage(s.dir)
	if err != nil {
		return 0
	}
	return u.AvailBytes
}
