// Package spool keeps batches of documents on disk until an endpoint takes them: the oldest first, bounded by bytes and
// age, and over the death of the process and the machine.
//
// A spool is a directory of files to which records are appended; a record that is done is marked so in its place, and a
// file goes when all of its records are done. Memory has an index of the files and the entries that are handed out, never
// one of all entries. docs/storage.md gives every byte.
//
// What was appended is never lost by a restart. What was done does not come back, but for this: after kill -9 those
// entries whose Done had not returned, and after the death of the machine those done within the last second before it.
package spool

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"
)

// Bounds.
const (
	// MinBytes is the least Options.MaxBytes: below, a file of a sixteenth of it would hold a batch or two.
	MinBytes = 1 << 20
	// MaxPayload bounds the payload of an entry. A batch has a MiB; what comes by TCP may have a few.
	MaxPayload = 32 << 20
	// maxFile is the size at which a file is followed by the next: when the spool is full this much goes at a time, and at a
	// GB an index of 256 files is enough.
	maxFile = 4 << 20
	// syncEvery is how long what was appended may be lost by the death of the machine.
	syncEvery = time.Second
)

// Reasons for which documents are given up.
const (
	Full    = "full"    // newer ones needed the room
	Old     = "old"     // they waited longer than MaxAge
	Damaged = "damaged" // they cannot be read
)

// Errors that callers test for.
var (
	ErrFull   = errors.New("entry does not fit in the spool")
	ErrClosed = errors.New("spool is closed")
	ErrLocked = errors.New("spool is in use")
	ErrNewer  = errors.New("spool is of a newer version")
)

// Options are the bounds of a spool, and who is told. Both functions are called from the goroutines that use the spool, several
// at a time, and may call it.
type Options struct {
	MaxBytes int64         // of all files together, on disk; MinBytes at least
	MaxAge   time.Duration // from Entry.At on; 0: no bound
	Now      func() time.Time
	// Dropped is told of documents that were given up, with Full, Old or Damaged. Of damage it counts what can be told, one
	// document at least for each place. nil: nobody.
	Dropped func(documents int, reason string)
	// Failed is told of errors of the disk that no call returns: of the sync once a second, and of reads that Next repeats.
	// nil: nobody.
	Failed func(error)
}

func (o *Options) ensure() error {
	if o.MaxBytes < MinBytes {
		return fmt.Errorf("the bound of %d bytes is too small: give it %d at least", o.MaxBytes, MinBytes)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dropped == nil {
		o.Dropped = func(int, string) {}
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	return nil
}

// An Entry is a batch. Kind and Payload mean nothing to the spool.
type Entry struct {
	Kind      byte
	Documents int       // in the payload
	At        time.Time // when they came, kept to the microsecond: age counts from here; zero: now
	Payload   []byte
}

// Stats tell what waits. An entry that is held by a Lease still counts.
type Stats struct {
	Bytes     int64 // on disk
	Entries   int
	Documents int
	Oldest    time.Time // of the entry in front, or the one that was there before; zero if there is none
}

// A Spool is safe for concurrent use.
type Spool struct {
	dir   string
	o     Options
	disk  disk
	lock  io.Closer
	codec *codec
	rooms sync.Pool // of *[]byte, for records

	mu     sync.Mutex // guards what follows, files, and writing to them
	closed bool
	files  []*file // by number: the oldest first
	active *file   // the last of files, if records may be appended to it
	number uint64  // of the newest file
	doomed []*file // could not be removed; they count until they are
	total  Stats   // all but Oldest
	wake   chan struct{}
	drops  map[string]int // to be told when mu is free
	failed []error        // the same

	syncing syncing

	snapMu sync.Mutex // guards snap: Stats answers while the disk stalls
	snap   Stats
}

// Open opens the spool in the directory, and makes it if it is not there. The entries that wait there are counted, which takes
// a read through the files; damaged ones are told to Dropped and never an error. The error is ErrLocked if another Spool has it,
// ErrNewer if a newer version of this package has written there.
func Open(dir string, o Options) (*Spool, error) { return open(osDisk{}, dir, o) }

func open(d disk, dir string, o Options) (*Spool, error) {
	if err := o.ensure(); err != nil {
		return nil, fmt.Errorf("spool in %s: %w", dir, err)
	}
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	s := &Spool{dir: dir, o: o, disk: d, codec: c, drops: map[string]int{}, syncing: newSyncing()}
	s.rooms.New = func() any { return new([]byte) }
	if err := s.acquire(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	err = s.load()
	if err != nil {
		err = errors.Join(err, s.closeHandles())
	}
	s.unlock()
	if err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	go s.keepSynced()
	return s, nil
}

// Append adds an entry behind all others. When it returns nil the entry survives the death of the process, but that of the
// machine only after the next Sync. Older entries may be given up for it. The error is ErrFull if it does not fit
// beside what is held, ErrClosed, or the disk's; nothing of the entry stays then, and the next Append may succeed.
func (s *Spool) Append(e Entry) error {
	if len(e.Payload) > MaxPayload {
		return fmt.Errorf("%w: its payload has %d bytes, more than %d", ErrFull, len(e.Payload), MaxPayload)
	}
	if e.Documents < 0 || e.Documents > math.MaxInt32 {
		return fmt.Errorf("append to spool in %s: an entry cannot have %d documents", s.dir, e.Documents)
	}
	if e.At.IsZero() {
		e.At = s.o.Now()
	}
	room := s.rooms.Get().(*[]byte)
	defer s.rooms.Put(room)
	b, h := s.codec.pack((*room)[:0], e)
	*room = b

	s.mu.Lock()
	defer s.unlock()
	if s.closed {
		return fmt.Errorf("append to spool in %s: %w", s.dir, ErrClosed)
	}
	s.tellExpire()
	if err := s.makeRoom(int64(len(b))); err != nil {
		return fmt.Errorf("append to spool in %s: %w", s.dir, err)
	}
	if err := s.write(b, h); err != nil {
		return fmt.Errorf("append to spool in %s: %w", s.dir, err)
	}
	s.signal()
	return nil
}

// Stats are of the last change. It never waits for the disk.
func (s *Spool) Stats() Stats {
	s.snapMu.Lock()
	defer s.snapMu.Unlock()
	return s.snap
}

// Close syncs and closes the spool, and gives the directory free. Entries that are held stay: the next Open hands them out. A second
// call does nothing.
func (s *Spool) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.signal()
	s.unlock()
	close(s.syncing.stop)
	<-s.syncing.stopped
	err := s.sync()
	s.mu.Lock()
	defer s.unlock()
	return errors.Join(err, s.closeHandles(), s.lock.Close())
}

func (s *Spool) closeHandles() error {
	var errs []error
	for _, f := range s.files {
		if f.handle != nil {
			errs = append(errs, f.handle.Close())
			f.handle = nil
		}
	}
	return errors.Join(errs...)
}

// signal wakes all that wait in Next.
func (s *Spool) signal() {
	if s.wake != nil {
		close(s.wake)
		s.wake = nil
	}
}

// unlock publishes the state, frees mu, and tells what happened meanwhile.
func (s *Spool) unlock() {
	s.publish()
	var drops map[string]int
	if len(s.drops) > 0 {
		drops, s.drops = s.drops, map[string]int{}
	}
	failed := s.failed
	s.failed = nil
	s.mu.Unlock()
	for _, reason := range []string{Damaged, Old, Full} {
		if n := drops[reason]; n > 0 {
			s.o.Dropped(n, reason)
		}
	}
	for _, err := range failed {
		s.o.Failed(err)
	}
}

func (s *Spool) publish() {
	st := s.total
	if len(s.files) > 0 {
		st.Oldest = time.UnixMicro(s.files[0].oldest())
	}
	s.snapMu.Lock()
	s.snap = st
	s.snapMu.Unlock()
}
