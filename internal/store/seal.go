package store

import (
	"context"
	"iter"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
)

// A Minute is sixty homes: those whose second divided by 60 it is.
type Minute uint32

// Minute is the minute that the home lies in.
func (h Home) Minute() Minute { return Minute(h / 60) }

// Homes is the range [from, to] of homes in the minute.
func (m Minute) Homes() (from, to Home) { return Home(m) * 60, Home(m)*60 + 59 }

// Time is the beginning of the minute.
func (m Minute) Time() segment.Time { return Home(m * 60).Time() }

// A Part is a value that was derived from all traces of a minute. Its meaning belongs to the room that made it.
type Part struct {
	Minute Minute
	Kind   byte   // which room's, and which of its kinds
	Key    []byte // at most MaxPartKey bytes; unique within the minute and kind
	Data   []byte
}

// MaxPartKey bounds the key of a part: ids and times, not texts.
const MaxPartKey = 256

// Derive makes the parts of a minute. It must read traces to the end, and calls note for what the index is to know of the
// trace that it has got last. Notes and parts belong to the store after the return; strings of a note need to last until
// the next trace only.
type Derive func(traces iter.Seq2[*Trace, error], note func(fact.Fact)) ([]Part, error)

// A Sealer keeps what is derived from minutes that are over, so that questions about them need not read their traces.
// A minute is sealed with the facts and parts of all its traces. The first record that is appended to it afterwards
// breaks the seal, durably and before that record is visible: facts and parts of a sealed minute are never out of date.
// A minute whose seal is broken is read trace by trace until it is sealed again.
type Sealer interface {
	// Unsealed lists the minutes of the account that have traces and no seal, the newest first, at most limit of those
	// up to last.
	Unsealed(ctx context.Context, account Account, last Minute, limit int) ([]Unsealed, error)

	// Accounts lists the accounts that have traces.
	Accounts(ctx context.Context) ([]Account, error)

	// Seal seals the minute with what derive makes of its traces, which it gets whole, in the order of a scan. Facts of
	// fact.Group that were noted at an earlier seal of the minute stay noted for the traces that are still there.
	//
	// ErrUnsettled: a record came into the minute meanwhile, it is not sealed. Errors of derive are returned as they are.
	// ErrFull, ErrClosed as for Append.
	Seal(ctx context.Context, account Account, minute Minute, derive Derive) error

	// Parts yields the parts of the kind of all sealed minutes in [from, to], the newest minute first, by key within a
	// minute. A sealed minute without such a part comes with one whose Key and Data are nil. It shows each minute as it
	// was when the sequence began. What it yields is valid until the next step.
	Parts(ctx context.Context, account Account, kind byte, from, to Minute) iter.Seq2[*Part, error]
}

// An Unsealed minute waits for its seal.
type Unsealed struct {
	Minute  Minute
	Touched segment.Time // receipt of the newest record that came into it; 0 if none did since the store was opened
}
