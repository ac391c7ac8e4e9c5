package pebble

import (
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// The key ranges. docs/storage.md documents every byte; change both together, and the format version with them.
const (
	tagDocument = 'D'
	tagActivity = 'a'
	tagDigest   = 'd'
	tagLocator  = 'l'
	tagMinute   = 'm'
	tagSetting  = 's'
)

// Lengths of keys and of their parts.
const (
	accountEnd  = 1 + 5                 // tag, account
	prefixLen   = accountEnd + 4 + 16   // ..., inverted home, trace id
	rowLen      = prefixLen + 8 + 1 + 7 // ..., segment id, in progress, received
	activityLen = accountEnd + 1 + 8 + 4 + 16
	locatorLen  = accountEnd + 4 + 16
	slotEnd     = accountEnd + 1 + 8
	markLen     = accountEnd + 1 + 4
	contentEnd  = markLen + 1 + 1 // ..., generation, kind
)

// What lies in the range of minutes, apart from each other: marks are read in a row, and so are sieves.
const (
	rangeMark    = 0
	rangeContent = 1
	rangeSieve   = 2
)

// The kinds of content of a sealed minute.
const (
	kindHead = iota // written last: a generation without it was never finished
	kindPart
	kindTable
	kindIndex
)

// maxMinute is that of the last home.
const maxMinute = store.Minute((1<<32 - 1) / 60)

// What fits into the key.
const (
	maxAccount  = 1e12 - 1
	maxReceived = segment.Time(1)<<56 - 1
)

// comparer orders keys by their bytes. Its Split ends the prefix of a row at its trace id, so that a block keeps the
// prefix once for all rows of a trace, and a bloom filter has one entry for each trace instead of each row.
var comparer = func() *pebble.Comparer {
	c := *pebble.DefaultComparer
	c.Name = "rayscope.1"
	c.Split = split
	c.ImmediateSuccessor = immediateSuccessor
	return &c
}()

func split(key []byte) int {
	if len(key) > prefixLen && (key[0] == tagDigest || key[0] == tagDocument) {
		return prefixLen
	}
	return len(key)
}

// immediateSuccessor appends the smallest prefix that is larger than the given one. A prefix of full length cannot grow,
// since what follows it is its suffix: its last byte that can be raised is, and the bytes behind it are dropped.
func immediateSuccessor(dst, prefix []byte) []byte {
	if len(prefix) < prefixLen || prefix[0] != tagDigest && prefix[0] != tagDocument {
		return append(append(dst, prefix...), 0)
	}
	end := len(prefix)
	for prefix[end-1] == 0xff {
		end--
	}
	dst = append(dst, prefix[:end]...)
	dst[len(dst)-1]++
	return dst
}

func appendAccount(k []byte, tag byte, a store.Account) []byte {
	return append(k, tag, byte(a>>32), byte(a>>24), byte(a>>16), byte(a>>8), byte(a))
}

func accountOf(key []byte) store.Account {
	return store.Account(key[1])<<32 | store.Account(binary.BigEndian.Uint32(key[2:]))
}

// appendPosition appends what orders traces within an account: newest home first, then by id.
func appendPosition(k []byte, p store.Position) []byte {
	k = binary.BigEndian.AppendUint32(k, ^uint32(p.Home))
	return append(k, p.Trace[:]...)
}

func positionOf(b []byte) (p store.Position) {
	p.Home = store.Home(^binary.BigEndian.Uint32(b))
	copy(p.Trace[:], b[4:])
	return p
}

// appendPrefix appends the common prefix of the rows of a trace.
func appendPrefix(k []byte, tag byte, a store.Account, p store.Position) []byte {
	return appendPosition(appendAccount(k, tag, a), p)
}

// appendFront appends the first key that a digest of the minute can have, but for its end.
func appendFront(k []byte, a store.Account, m store.Minute) []byte {
	_, to := m.Homes()
	return appendPrefix(k, tagDigest, a, store.Position{Home: to})
}

// appendBehind appends the key that all digests of the minute are before.
func appendBehind(k []byte, a store.Account, m store.Minute) []byte {
	if m == 0 {
		return appendAccount(k, tagDigest, a+1)
	}
	return appendFront(k, a, m-1)
}

func appendRow(k []byte, tag byte, home store.Home, r *store.Record) []byte {
	k = appendPrefix(k, tag, r.Account, store.Position{Home: home, Trace: r.Trace})
	k = append(k, r.Segment[:]...)
	inProgress := byte(1)
	if r.Complete {
		inProgress = 0
	}
	return binary.BigEndian.AppendUint64(k, uint64(inProgress)<<56|uint64(r.Received))
}

// rowOf reads what follows the prefix.
func rowOf(suffix []byte) (r store.Row) {
	copy(r.Segment[:], suffix)
	v := binary.BigEndian.Uint64(suffix[8:])
	r.Complete = v>>56 == 0
	r.Received = segment.Time(v & uint64(maxReceived))
	return r
}

// appendSlot appends the beginning that the activity rows of a slot share. The slot's sign is flipped, so that slots
// before 1970 sort first.
func appendSlot(k []byte, a store.Account, axis store.Axis, slot int64) []byte {
	k = append(appendAccount(k, tagActivity, a), byte(axis))
	return binary.BigEndian.AppendUint64(k, uint64(slot)^1<<63)
}

func appendActivity(k []byte, acc store.Account, a store.Activity, p store.Position) []byte {
	return appendPosition(appendSlot(k, acc, a.Axis, a.Slot), p)
}

func slotOf(key []byte) int64 { return int64(binary.BigEndian.Uint64(key[accountEnd+1:]) ^ 1<<63) }

func appendWeek(k []byte, a store.Account, week uint32) []byte {
	return binary.BigEndian.AppendUint32(appendAccount(k, tagLocator, a), week)
}

func appendLocator(k []byte, a store.Account, week uint32, id segment.TraceID) []byte {
	return append(appendWeek(k, a, week), id[:]...)
}

func appendMinute(k []byte, a store.Account, sub byte, m store.Minute) []byte {
	return binary.BigEndian.AppendUint32(append(appendAccount(k, tagMinute, a), sub), ^uint32(m))
}

func appendMark(k []byte, a store.Account, m store.Minute) []byte {
	return appendMinute(k, a, rangeMark, m)
}

// appendContent appends the beginning that the content of a kind, of one seal of a minute, shares.
func appendContent(k []byte, a store.Account, m store.Minute, generation, kind byte) []byte {
	return append(appendMinute(k, a, rangeContent, m), generation, kind)
}

func minuteOf(b []byte) store.Minute { return store.Minute(^binary.BigEndian.Uint32(b)) }

// revisionKey is the setting that holds the account's newest revision. No other key begins with a zero byte.
const revisionKey = "\x00revision"

func appendSetting(k []byte, a store.Account, key string) []byte {
	return append(appendAccount(k, tagSetting, a), key...)
}

// check refuses what cannot be a key.
func check(r *store.Record) error {
	switch {
	case r.Account > maxAccount:
		return fmt.Errorf("record of trace %s: account %d has more than 12 digits", r.Trace, uint64(r.Account))
	case r.Received < 0 || r.Received > maxReceived:
		return fmt.Errorf("record of trace %s: received at %d µs, outside of [0, %d]", r.Trace, r.Received, maxReceived)
	}
	return nil
}
