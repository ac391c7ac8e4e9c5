package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

func TestRing(t *testing.T) {
	for _, size := range []int{minDocument, 500, 1200, 4000, maxDocument} {
		r, err := newRing(size, time.Unix(1_700_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		var d segment.Digest
		seen := map[string]bool{}
		for sequence := range uint64(3 * len(r)) {
			doc, ok := bytes.CutPrefix(r.next(sequence), []byte(datagramHeader))
			if !ok || len(doc) != size {
				t.Fatalf("datagram %d of size %d has a document of %d bytes, with header: %v", sequence, size, len(doc), ok)
			}
			if err := segment.Parse(doc, &d); err != nil {
				t.Fatalf("document %d of size %d: %v\n%s", sequence, size, err, doc)
			}
			seen[d.Trace.String()+d.Entities[0].ID.String()] = true
		}
		if len(seen) != 3*len(r) {
			t.Errorf("%d documents of size %d have %d different ids", 3*len(r), size, len(seen))
		}
	}
}

func TestRingSize(t *testing.T) {
	for _, size := range []int{0, minDocument - 1, maxDocument + 1} {
		if _, err := newRing(size, time.Now()); err == nil {
			t.Errorf("newRing(%d) takes the size", size)
		}
	}
}
