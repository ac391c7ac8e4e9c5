// Package store is the only way in to what Rayscope keeps: the contract that every engine fulfils, and the rules of
// placement that engines share. Engines are packages below this one; storetest is the suite that holds them to it.
//
// An engine keeps, for each accepted document, its bytes and its digest. It knows nothing of what is in them: it finds
// traces by id and by time and hands them out, and the rooms above decide what matches. It may hand out more than was
// asked for, never less.
package store

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
)

// An Account is a 12-digit AWS account number: the owner of everything that is kept.
type Account uint64

// ParseAccount reads 12 digits.
func ParseAccount(s string) (Account, error) {
	var a Account
	if len(s) != 12 {
		return 0, fmt.Errorf("account %q has %d characters, 12 digits are needed, for example 123456789012", s, len(s))
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("account %q has a character that is not a digit, 12 digits are needed, for example 123456789012", s)
		}
		a = a*10 + Account(c-'0')
	}
	return a, nil
}

func (a Account) String() string { return fmt.Sprintf("%012d", uint64(a)) }

// A Record is one accepted document on its way in.
type Record struct {
	Account  Account
	Trace    segment.TraceID
	Segment  segment.ID   // of the document's own entity
	Complete bool         // false: in progress
	Received segment.Time // when this server took it
	Start    segment.Time // of the document's own entity
	End      segment.Time // of the document's own entity; Start while in progress
	Digest   []byte
	Document []byte
}

// A Row is a Record on its way out.
type Row struct {
	Segment  segment.ID
	Complete bool
	Received segment.Time
	Data     []byte // the digest, or the document, as the method says
}

// A Trace is the rows of one trace, ordered by segment id, completed before in-progress. Of several rows with the same
// segment id and completeness only the first received is handed out: the first completion wins.
type Trace struct {
	ID        segment.TraceID
	Home      Home
	Rows      []Row
	Truncated bool // more rows or bytes than MaxTraceRows or MaxTraceBytes: the rest was left out
	Looked    bool // the trace satisfies Selection.Where by the facts noted when its minute was sealed
}

// Bounds of one trace in an answer, so that a runaway trace cannot take the memory of everybody else. The service's own
// bound is 500 KB of documents.
const (
	MaxTraceRows  = 100_000
	MaxTraceBytes = 64 << 20
)

// An Axis is the kind of time by which traces are looked for.
type Axis uint8

// The axes. A trace has one start on ByStart (its earliest), and as many instants on the others as it has documents.
const (
	ByStart    Axis = iota // start of the trace
	ByReceived             // when its documents were received
	ByEnd                  // end of its documents
)

// A Window is the half-open span [From, To) on an axis.
type Window struct {
	Axis     Axis
	From, To segment.Time
}

// A Position is a place in the order of a scan: homes descending, trace ids ascending within a home.
type Position struct {
	Home  Home
	Trace segment.TraceID
}

// A Selection says which traces a scan is for.
type Selection struct {
	Window Window

	// After is a position behind which the scan begins; nil for the first.
	After *Position

	// Where is what a wanted trace satisfies, every clause of it. An engine may leave out traces that do not. Of a sealed
	// minute it hands out exactly those whose facts noted at Seal satisfy it, with Trace.Looked set, or any, without.
	Where []fact.Clause

	// Skip tells of minutes whose traces are not wanted; nil for none.
	Skip func(Minute) bool
}

// A Writer takes documents in. It is safe for concurrent use.
type Writer interface {
	// Append keeps the records. When it returns nil they are durable and visible to every read that begins afterwards;
	// concurrent calls share one sync of the log. When it returns an error any part of them may be kept, and the same
	// records may be appended again: a record is identified by (Account, Trace, Segment, Complete), and the first received
	// wins on reading. The records and their bytes belong to the caller again after the return.
	//
	// ErrFull: there is no room; nothing was kept; try later. ErrClosed: the store is closed.
	Append(ctx context.Context, records []Record) error

	// Trim removes the traces whose home is before the given time, with all that belongs to them, and may leave younger
	// traces only. It never blocks Append or reads for longer than a single write does.
	Trim(ctx context.Context, before segment.Time) error
}

// A Reader hands traces out. It is safe for concurrent use. A sequence ends after its first error; it ends with the
// context's error when the context is done. What a sequence yields, with all its bytes, is valid until the next step and
// belongs to the store.
type Reader interface {
	// Scan yields the digests of every trace of the account that has an instant in the window and is selected, and possibly
	// of others near it. Homes descend, trace ids ascend within a home. With After, it begins behind that position, also
	// while writes go on. Each trace comes once and whole: with all its rows, those outside the window too. The exception is a
	// trace whose id was plausible as a home for some of its documents and not for others, because they came more than
	// HomePast after it or more than HomeFuture before: it lies at two homes, and comes at each with the rows there.
	Scan(ctx context.Context, account Account, s Selection) iter.Seq2[*Trace, error]

	// Digests yields the digests of the given traces, one trace a step, in the order asked. Unknown ids are skipped.
	Digests(ctx context.Context, account Account, ids ...segment.TraceID) iter.Seq2[*Trace, error]

	// Documents yields the documents of the given traces, likewise.
	Documents(ctx context.Context, account Account, ids ...segment.TraceID) iter.Seq2[*Trace, error]
}

// A Store is an engine.
type Store interface {
	Writer
	Reader
	Sealer
	Settings

	// Stats says what the engine holds and costs now.
	Stats() Stats

	// Close flushes and closes. Calls under way finish or return ErrClosed.
	Close() error
}

// Stats is what an engine knows of itself.
type Stats struct {
	DiskBytes uint64 // on disk, log included
	FreeBytes uint64 // left on the volume; 0 if unknown
}

// A Gauge is an engine that knows what takes its room. It is found by type assertion.
type Gauge interface {
	// Usage estimates the bytes on disk by what they hold, those of all accounts together, and tells from when to when the
	// account has traces.
	Usage(ctx context.Context, account Account) (Usage, error)
}

// Usage is bytes on disk by kind. Their sum is Stats.DiskBytes.
type Usage struct {
	Documents uint64 // as they came, compressed
	Digests   uint64 // what lists, filters and maps read
	Index     uint64 // times and locators of traces
	Rollups   uint64 // sealed minutes: their maps and facts
	Settings  uint64
	Log       uint64 // the log, what is not sorted yet, and what removal has not given back yet

	Oldest, Newest segment.Time // homes of the account's first and last trace; 0 if it has none
}

// Errors that callers test for. Engines wrap them with a sentence for the operator.
var (
	ErrFull   = errors.New("store is full")
	ErrClosed = errors.New("store is closed")
	ErrLocked = errors.New("store is in use by another process")
	ErrNewer  = errors.New("store was written by a newer version")

	// ErrUnsettled: a minute that was to be sealed got a record meanwhile; seal it later.
	ErrUnsettled = errors.New("minute got a record while it was sealed")

	// ErrConflict: a setting is not at the revision that a change of it expected.
	ErrConflict = errors.New("setting was changed by somebody else")
)
