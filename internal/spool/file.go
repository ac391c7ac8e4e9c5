package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// fileEnding ends the names of the files with records; 16 hexadecimal digits, the number, stand before it.
const fileEnding = ".spool"

func fileName(number uint64) string { return fmt.Sprintf("%016x%s", number, fileEnding) }

// fileNumber is the number in a name; false for files that are none of ours.
func fileNumber(name string) (number uint64, ours bool) {
	digits, ours := strings.CutSuffix(name, fileEnding)
	number, err := strconv.ParseUint(digits, 16, 64)
	return number, ours && err == nil && name == fileName(number)
}

// A slot is an entry that was handed out and is not done.
type slot struct {
	offset int64
	header header
	free   bool // it came back: the next one may have it
}

// A file is what the spool remembers of a file with records: never its records one by one, so that memory does not grow
// with them. The Spool's mutex guards it, but not the bytes behind handle.
type file struct {
	number uint64
	path   string
	handle diskFile // nil while nobody needs it
	size   int64    // on disk
	end    int64    // of the records: less than size if a torn one could not be cut off

	entries, docs    int // not done
	ahead, aheadDocs int // of these, not handed out yet: those from next on
	next             int64
	head             header  // of the record at next,
	known            bool    // if it was read
	out              []*slot // handed out and not done, by offset: no more than there are leases at a time
	newest           int64   // time of the newest entry, microseconds

	dirty    bool // has bytes that are not synced
	gone     bool // removed
	buf      [headLen]byte
	failures int // reads that failed, since one succeeded
}

// A record as it was found.
type record struct {
	offset int64
	header header
	done   bool
}

func (r record) end() int64 { return r.offset + headLen + int64(r.header.length) }

// find is the first whole record at or behind from. lost counts documents that were passed over because of damage, as far
// as the damage lets them be told: one at least for each damaged place. The error is io.EOF at the end of the
// records, errNewer, or the disk's.
func (f *file) find(from int64) (r record, lost int, err error) {
	r, err = f.at(from)
	if errors.Is(err, errDamaged) {
		lost = 1
		r, err = f.seek(from + 1)
	}
	if err == nil && r.end() > f.end {
		// Its write was cut off, or the file was.
		lost += int(r.header.documents)
		return record{}, lost, io.EOF
	}
	return r, lost, err
}

// at is the record at the offset.
func (f *file) at(offset int64) (record, error) {
	if offset >= f.end {
		return record{}, io.EOF
	}
	b := f.buf[:min(headLen, f.end-offset)]
	if err := f.read(b, offset); err != nil {
		return record{}, err
	}
	h, isDone, err := parseHeader(b, place{f.number, offset})
	return record{offset, h, isDone}, err
}

// seek looks for a record at or behind from, where none is expected.
func (f *file) seek(from int64) (record, error) {
	const chunk = 64 << 10
	b := make([]byte, chunk)
	for from < f.end {
		b := b[:min(chunk, f.end-from)]
		if err := f.read(b, from); errors.Is(err, errDamaged) {
			break
		} else if err != nil {
			return record{}, err
		}
		for i := range b {
			if b[i] != magic[0] || !bytes.HasPrefix(magic, b[i:min(i+len(magic), len(b))]) {
				continue
			}
			if r, err := f.at(from + int64(i)); !errors.Is(err, errDamaged) {
				return r, err
			}
		}
		from += int64(len(b))
	}
	return record{}, io.EOF
}

func (f *file) read(b []byte, offset int64) error { return readFull(f.handle, b, offset) }

// readFull fills b. A file that is shorter than it was is damaged.
func readFull(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return errDamaged
	}
	return err
}

// scan counts what is waiting in a file that an earlier process left.
func (f *file) scan() (lost int, err error) {
	for offset := int64(0); ; {
		r, n, err := f.find(offset)
		lost += n
		if errors.Is(err, io.EOF) {
			return lost, nil
		}
		if err != nil {
			return lost, err
		}
		if !r.done {
			f.add(r)
		}
		offset = r.end()
	}
}

// add counts a record that is waiting behind all others.
func (f *file) add(r record) {
	if f.ahead == 0 {
		f.next, f.head, f.known = r.offset, r.header, true
	}
	f.entries++
	f.docs += int(r.header.documents)
	f.ahead++
	f.aheadDocs += int(r.header.documents)
	f.newest = max(f.newest, r.header.micros)
}

// peek makes sure that head is known, if anything is ahead. If damage ate all that was, lost has its documents and entries.
func (f *file) peek() (lost, entries int, err error) {
	for f.ahead > 0 && !f.known {
		r, _, err := f.find(f.next)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, errNewer): // newer: bits that rotted into it
			lost, entries = f.forget()
			return lost, entries, nil
		case err != nil:
			return 0, 0, err
		case r.done:
			f.next = r.end()
		default:
			f.next, f.head, f.known = r.offset, r.header, true
		}
	}
	return 0, 0, nil
}

// forget takes all that is ahead from the counts of the file.
func (f *file) forget() (docs, entries int) {
	docs, entries = f.aheadDocs, f.ahead
	f.docs -= docs
	f.entries -= entries
	f.ahead, f.aheadDocs, f.known = 0, 0, false
	return docs, entries
}

// take hands out the record at head.
func (f *file) take() *slot {
	s := &slot{offset: f.next, header: f.head}
	f.ahead--
	f.aheadDocs -= int(s.header.documents)
	f.next += headLen + int64(s.header.length)
	f.known = false
	f.out = append(f.out, s)
	return s
}

// mark makes the record of the slot done on disk. It overwrites one byte, which takes no room on a full disk.
func (f *file) mark(s *slot) error {
	if _, err := f.handle.WriteAt(doneState, s.offset+stateAt); err != nil {
		return fmt.Errorf("mark entry in %s: %w", f.path, err)
	}
	f.dirty = true
	return nil
}

// leased tells whether somebody holds an entry of the file.
func (f *file) leased() bool {
	for _, s := range f.out {
		if !s.free {
			return true
		}
	}
	return false
}

// oldest is the time of the first entry that is not done, microseconds.
func (f *file) oldest() int64 {
	switch {
	case len(f.out) > 0:
		return f.out[0].header.micros
	case f.known:
		return f.head.micros
	}
	return f.newest
}
