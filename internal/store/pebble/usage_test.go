package pebble_test

import (
	"bytes"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

func TestUsage(t *testing.T) {
	s := open(t, vfs.NewMem(), pebble.Options{})
	defer s.Close()
	const account = 111122223333
	usage := func() store.Usage {
		t.Helper()
		u, err := s.Usage(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		if sum := u.Documents + u.Digests + u.Index + u.Rollups + u.Settings + u.Log; sum != s.Stats().DiskBytes {
			t.Errorf("%+v: the sum is %d, the store says %d", u, sum, s.Stats().DiskBytes)
		}
		return u
	}
	if u := usage(); u.Oldest != 0 || u.Newest != 0 || u.Documents != 0 {
		t.Errorf("an empty store: got %+v", u)
	}
	const day = 86400 * segment.Second
	base := segment.Time(1758654600) * segment.Second
	for i, at := range []segment.Time{base, base - 3*day, base - day} {
		id := segment.TraceID{0: byte(at / segment.Second >> 24), 1: byte(at / segment.Second >> 16), 2: byte(at / segment.Second >> 8), 3: byte(at / segment.Second), 15: byte(i)}
		r := store.Record{Account: account, Trace: id, Segment: segment.ID{1}, Complete: true, Received: at, Start: at, End: at,
			Digest: []byte("digest"), Document: bytes.Repeat([]byte{byte(i)}, 1000)}
		other := r
		other.Account, other.Received = account+1, at+1
		other.Trace[0]-- // older than all
		if err := s.Append(t.Context(), []store.Record{r, other}); err != nil {
			t.Fatal(err)
		}
	}
	if err := pebble.Flush(s); err != nil {
		t.Fatal(err)
	}
	u := usage()
	if u.Oldest != base-3*day || u.Newest != base {
		t.Errorf("traces from %v to %v, want from %v to %v", u.Oldest, u.Newest, base-3*day, base)
	}
	if u.Documents == 0 || u.Digests == 0 || u.Index == 0 || u.Rollups != 0 {
		t.Errorf("got %+v, want bytes of documents, digests and index and none of rollups", u)
	}
}
