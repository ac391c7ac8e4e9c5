package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// The accounts of the cases.
const (
	alice store.Account = 111122223333
	bob   store.Account = 999999999999
)

// noon is when most of the cases happen.
var noon = segment.TimeOf(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))

const (
	second = segment.Second
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// A fixture is a case's store with shorthands that end the case on errors.
type fixture struct {
	*testing.T
	store   store.Store
	options Options
	ctx     context.Context
}

func (f *fixture) append(rs ...store.Record) {
	f.Helper()
	if err := f.store.Append(f.ctx, rs); err != nil {
		f.Fatalf("Append of %d records: %v", len(rs), err)
	}
}

func (f *fixture) trim(before segment.Time) {
	f.Helper()
	if err := f.store.Trim(f.ctx, before); err != nil {
		f.Fatalf("Trim before %d: %v", before, err)
	}
}

func (f *fixture) collect(seq iter.Seq2[*store.Trace, error]) []store.Trace {
	f.Helper()
	var ts []store.Trace
	for t, err := range seq {
		if err != nil {
			f.Fatalf("after %d traces: %v", len(ts), err)
		}
		ts = append(ts, clone(t))
	}
	return ts
}

func (f *fixture) scan(a store.Account, w store.Window, after *store.Position) []store.Trace {
	f.Helper()
	return f.collect(f.store.Scan(f.ctx, a, store.Selection{Window: w, After: after}))
}

func (f *fixture) digests(a store.Account, ids ...segment.TraceID) []store.Trace {
	f.Helper()
	return f.collect(f.store.Digests(f.ctx, a, ids...))
}

// want fails unless the traces are those with the ids, in that order.
func (f *fixture) want(what string, got []store.Trace, want ...segment.TraceID) {
	f.Helper()
	if !slices.Equal(idsOf(got), want) {
		f.Errorf("%s: got traces %v, want %v", what, idsOf(got), want)
	}
}

// among fails unless exactly the wanted of all ids are among the traces: a scan may yield others from near the window.
func (f *fixture) found(what string, got []store.Trace, id segment.TraceID, want bool) {
	f.Helper()
	n := 0
	for _, g := range idsOf(got) {
		if g == id {
			n++
		}
	}
	if want && n != 1 || !want && n != 0 {
		f.Errorf("%s: trace %s came %d times, want it: %t", what, id, n, want)
	}
}

func idsOf(ts []store.Trace) []segment.TraceID {
	ids := make([]segment.TraceID, len(ts))
	for i := range ts {
		ids[i] = ts[i].ID
	}
	return ids
}

func positionOf(t store.Trace) *store.Position { return &store.Position{Home: t.Home, Trace: t.ID} }

func clone(t *store.Trace) store.Trace {
	c := *t
	c.Rows = slices.Clone(t.Rows)
	for i := range c.Rows {
		c.Rows[i].Data = bytes.Clone(c.Rows[i].Data)
	}
	return c
}

// sdkID is an id that carries the second of at.
func sdkID(at segment.Time, n uint64) (id segment.TraceID) {
	binary.BigEndian.PutUint32(id[:], uint32(at.Floor()))
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

// randomID is an id whose first half word is a second about the year 2097.
func randomID(n uint64) (id segment.TraceID) {
	binary.BigEndian.PutUint32(id[:], 0xf0000000|uint32(n*2654435761)>>8)
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

func segmentID(n uint64) (id segment.ID) {
	binary.BigEndian.PutUint64(id[:], n)
	return id
}

// record is a completed document that took 100 ms from at on and was received after 200.
func record(id segment.TraceID, n uint64, at segment.Time) store.Record {
	r := store.Record{
		Account: alice, Trace: id, Segment: segmentID(n), Complete: true,
		Start: at, End: at + second/10, Received: at + second/5,
	}
	return filled(r)
}

// filled gives the record bytes that tell what it is.
func filled(r store.Record) store.Record {
	name := fmt.Sprintf("%s %s %s %t %d", r.Account, r.Trace, r.Segment, r.Complete, r.Received)
	r.Digest, r.Document = []byte("digest "+name), []byte("document "+name)
	return r
}

// around is the window of a second each way.
func around(axis store.Axis, t segment.Time) store.Window {
	return store.Window{Axis: axis, From: t - second, To: t + second}
}
