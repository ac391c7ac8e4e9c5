package ingest

import (
	"errors"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A scratch is what one call works with. It is pooled, so that a steady stream of calls allocates nothing.
type scratch struct {
	digest  segment.Digest
	digests []byte // of the records, one behind the other
	records []store.Record
	notes   []arrivals.Note
}

// Bounds of what a scratch may have room for and still be pooled. One giant call must not hold its memory for good.
const (
	maxScratch  = 4 << 20 // bytes of digests: several full batches of the daemon
	maxEntities = 4 << 10 // of one document, 250 bytes each: four times what 64 KB can have
)

// read fills the records from the documents and returns those that were refused.
func (s *scratch) read(book *arrivals.Book, account store.Account, received segment.Time, docs [][]byte) (refused []Refusal) {
	for i, doc := range docs {
		doc = segment.Clean(doc)
		if err := segment.Parse(doc, &s.digest); err != nil {
			refused = append(refused, Refusal{i, reason(err)})
			continue
		}
		// The digest's strings point into the document; its bytes do not. When digests grows and moves, records made
		// before keep the old array.
		from := len(s.digests)
		s.digests = s.digest.Append(s.digests)
		s.notes = book.Note(s.notes, &s.digest, received, len(doc))
		own := s.digest.Own()
		s.records = append(s.records, store.Record{
			Account:  account,
			Trace:    s.digest.Trace,
			Segment:  own.ID,
			Complete: !own.Is(segment.InProgress),
			Received: received,
			Start:    own.Start,
			End:      own.End,
			Digest:   s.digests[from:len(s.digests):len(s.digests)],
			Document: doc,
		})
	}
	return refused
}

// reason is the rejection that Parse returned; it returns no other errors.
func reason(err error) *segment.Rejection {
	var r *segment.Rejection
	if !errors.As(err, &r) {
		panic("segment.Parse returned an error that is no rejection: " + err.Error())
	}
	return r
}

// bytes of the documents.
func (s *scratch) bytes() (n int) {
	for i := range s.records {
		n += len(s.records[i].Document)
	}
	return n
}

// release lets go of the caller's documents and puts s back.
func (in *Ingester) release(s *scratch) {
	if cap(s.digests) > maxScratch || cap(s.digest.Entities) > maxEntities {
		return
	}
	s.digest.Reset()
	clear(s.records)
	clear(s.notes)
	s.records, s.digests, s.notes = s.records[:0], s.digests[:0], s.notes[:0]
	in.scratch.Put(s)
}
