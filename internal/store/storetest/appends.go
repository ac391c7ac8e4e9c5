package storetest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

func appendVisible(f *fixture) {
	for n := range uint64(50) {
		r := record(sdkID(noon, n), n, noon)
		f.append(r)
		got := f.digests(alice, r.Trace)
		f.want("Digests", got, r.Trace)
		f.found("Scan", f.scan(alice, around(store.ByStart, noon), nil), r.Trace, true)
		if len(got) == 1 {
			want := store.Row{Segment: r.Segment, Complete: true, Received: r.Received, Data: r.Digest}
			if len(got[0].Rows) != 1 || !sameRow(got[0].Rows[0], want) {
				f.Errorf("got rows %v, want %v", got[0].Rows, want)
			}
		}
	}
}

func appendMany(f *fixture) {
	const traces, rows = 300, 7
	var rs []store.Record
	var ids []segment.TraceID
	for i := range uint64(traces) {
		ids = append(ids, sdkID(noon, i))
		for j := range uint64(rows) {
			r := record(ids[i], j, noon)
			r.Document = make([]byte, 4<<10)
			rs = append(rs, r)
		}
	}
	f.append(rs...)
	got := f.collect(f.store.Documents(f.ctx, alice, ids...))
	f.want("Documents", got, ids...)
	for _, t := range got {
		if len(t.Rows) != rows || len(t.Rows[0].Data) != 4<<10 {
			f.Fatalf("trace %s has %d rows, want %d of 4 KiB", t.ID, len(t.Rows), rows)
		}
	}
}

func appendLong(f *fixture) {
	id := sdkID(noon, 1)
	random := rand.New(rand.NewPCG(1, 2)) // not to be compressed
	var rs []store.Record
	for n := range uint64(4) {
		r := record(id, n, noon)
		r.Document = make([]byte, segment.MaxDocument-int(n))
		for i := range r.Document {
			r.Document[i] = byte(random.Uint32())
		}
		r.Digest = r.Document[:len(r.Document)/3]
		rs = append(rs, r)
	}
	f.append(rs[:2]...)
	f.append(rs[2])
	f.append(rs[3])
	digests, documents := f.digests(alice, id), f.collect(f.store.Documents(f.ctx, alice, id))
	f.want("Digests", digests, id)
	f.want("Documents", documents, id)
	for i, r := range rs {
		if !bytes.Equal(digests[0].Rows[i].Data, r.Digest) || !bytes.Equal(documents[0].Rows[i].Data, r.Document) {
			f.Errorf("record %d of %d bytes: got a digest of %d and a document of %d bytes, or other ones", i, len(r.Document),
				len(digests[0].Rows[i].Data), len(documents[0].Rows[i].Data))
		}
	}
}

func appendNothing(f *fixture) { f.append() }

func appendOwnsNothing(f *fixture) {
	r := record(sdkID(noon, 1), 1, noon)
	want := string(r.Digest)
	rs := []store.Record{r}
	f.append(rs...)
	clear(r.Digest)
	clear(rs)
	if got := f.digests(alice, r.Trace); len(got) != 1 || string(got[0].Rows[0].Data) != want {
		f.Errorf("got %v, want the digest %q", got, want)
	}
}

func appendEmptyBytes(f *fixture) {
	r := record(sdkID(noon, 1), 1, noon)
	r.Digest, r.Document = nil, nil
	f.append(r)
	for _, got := range [][]store.Trace{f.digests(alice, r.Trace), f.collect(f.store.Documents(f.ctx, alice, r.Trace))} {
		if len(got) != 1 || len(got[0].Rows) != 1 || len(got[0].Rows[0].Data) != 0 {
			f.Errorf("got %v, want one row without data", got)
		}
	}
}

func appendCancelled(f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	r := record(sdkID(noon, 1), 1, noon)
	if err := f.store.Append(ctx, []store.Record{r}); !errors.Is(err, context.Canceled) {
		f.Errorf("Append: got error %v, want %v", err, context.Canceled)
	}
	f.want("Digests", f.digests(alice, r.Trace))
	if err := f.store.Trim(ctx, noon); !errors.Is(err, context.Canceled) {
		f.Errorf("Trim: got error %v, want %v", err, context.Canceled)
	}
}

func firstReceivedWins(f *fixture) {
	for n, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}} {
		id := sdkID(noon, uint64(n))
		version := func(v int) store.Record {
			r := record(id, 1, noon)
			r.Received += segment.Time(v)
			return filled(r)
		}
		// Apart, together, and repeated.
		f.append(version(order[0]))
		f.append(version(order[1]), version(order[2]), version(order[0]))
		f.append(version(order[2]))
		got := f.digests(alice, id)
		if len(got) != 1 || len(got[0].Rows) != 1 || string(got[0].Rows[0].Data) != string(version(0).Digest) {
			f.Errorf("order %v: got %v, want the row received first", order, got)
		}
	}
}

func inProgressKept(f *fixture) {
	for n, completedFirst := range []bool{true, false} {
		done := record(sdkID(noon, uint64(n)), 1, noon)
		begun := done
		begun.Complete = false
		begun.Received -= second / 10
		begun = filled(begun)
		if completedFirst {
			f.append(done)
			f.append(begun)
		} else {
			f.append(begun)
			f.append(done)
		}
		got := f.digests(alice, done.Trace)
		if len(got) != 1 || len(got[0].Rows) != 2 || !got[0].Rows[0].Complete || got[0].Rows[1].Complete {
			f.Errorf("got %v, want the completed row and the one in progress", got)
		}
	}
}

func rowsInOrder(f *fixture) {
	id := sdkID(noon, 1)
	for _, n := range []uint64{1 << 63, 3, 0, 1<<64 - 1, 256, 255} {
		f.append(record(id, n, noon))
	}
	got := f.digests(alice, id)
	var segments []segment.ID
	for _, r := range got[0].Rows {
		segments = append(segments, r.Segment)
	}
	want := []segment.ID{segmentID(0), segmentID(3), segmentID(255), segmentID(256), segmentID(1 << 63), segmentID(1<<64 - 1)}
	if !slices.Equal(segments, want) {
		f.Errorf("got rows of segments %v, want %v", segments, want)
	}
}

func accountsApart(f *fixture) {
	shared, mine := sdkID(noon, 1), randomID(2)
	a, b, c := record(shared, 1, noon), record(shared, 2, noon), record(mine, 3, noon)
	b.Account = bob
	b = filled(b)
	f.append(a, b, c)
	for _, x := range []struct {
		account store.Account
		ids     []segment.TraceID
	}{{alice, []segment.TraceID{shared, mine}}, {bob, []segment.TraceID{shared}}, {alice + 1, nil}, {alice - 1, nil}, {0, nil}} {
		f.want("Digests", f.digests(x.account, shared, mine), x.ids...)
		f.want("Scan", f.scan(x.account, around(store.ByStart, noon), nil), x.ids...)
	}
	if got := f.digests(bob, shared); len(got) == 1 && (len(got[0].Rows) != 1 || string(got[0].Rows[0].Data) != string(b.Digest)) {
		f.Errorf("got %v, want the row of the account alone", got)
	}
}

func documents(f *fixture) {
	r := record(sdkID(noon, 1), 1, noon)
	f.append(r)
	got := f.collect(f.store.Documents(f.ctx, alice, r.Trace))
	if len(got) != 1 || string(got[0].Rows[0].Data) != string(r.Document) {
		f.Errorf("Documents: got %v, want %q", got, r.Document)
	}
	if got := f.digests(alice, r.Trace); len(got) != 1 || string(got[0].Rows[0].Data) != string(r.Digest) {
		f.Errorf("Digests: got %v, want %q", got, r.Digest)
	}
}

func stats(f *fixture) {
	var rs []store.Record
	for n := range uint64(100) {
		rs = append(rs, record(sdkID(noon, n), n, noon))
	}
	f.append(rs...)
	if got := f.store.Stats(); got.DiskBytes == 0 {
		f.Errorf("got %+v after writing, want bytes on disk", got)
	}
}

func closed(f *fixture) {
	r := record(sdkID(noon, 1), 1, noon)
	f.append(r)
	scan := f.store.Scan(f.ctx, alice, store.Selection{Window: around(store.ByStart, noon)})
	for range 2 {
		if err := f.store.Close(); err != nil {
			f.Fatalf("Close: %v", err)
		}
	}
	if err := f.store.Append(f.ctx, []store.Record{r}); !errors.Is(err, store.ErrClosed) {
		f.Errorf("Append: got error %v, want %v", err, store.ErrClosed)
	}
	if err := f.store.Trim(f.ctx, noon); !errors.Is(err, store.ErrClosed) {
		f.Errorf("Trim: got error %v, want %v", err, store.ErrClosed)
	}
	steps := 0
	for _, seq := range []func(func(*store.Trace, error) bool){scan, f.store.Digests(f.ctx, alice, r.Trace), f.store.Documents(f.ctx, alice, r.Trace)} {
		for _, err := range seq {
			steps++
			if !errors.Is(err, store.ErrClosed) {
				f.Errorf("read: got error %v, want %v", err, store.ErrClosed)
			}
		}
	}
	if steps != 3 {
		f.Errorf("3 sequences made %d steps, want one each", steps)
	}
	f.store.Stats() // does not panic
}
