package synthetic

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// DefaultRate is the average number of requests a second: enough that a minute shows every page, and next to nothing
// for a laptop.
const DefaultRate = 8

// A Document is a segment document, or an independent subsegment, and when its SDK sends it.
type Document struct {
	After time.Duration // since the trace's start
	Body  []byte        // JSON, without the header of a datagram
}

// A Shop makes traces. Everything about trace k follows from the shop's seed and rate and from k; only the start is
// given. It reuses its memory, so it is for one goroutine; shops of one seed and rate make the same traces.
type Shop struct {
	seed uint64
	rate float64 // requests a second on average

	source     rand.PCG
	play       play
	traceID    [2][12]byte // random parts: of the request's trace, of the worker's
	start      segment.Time
	identities [services][]string // by instance
	badVersion []string           // inventory's identities while the bad release is out

	text      text
	pieces    []piece
	documents []Document
}

// piece is a document as a part of Shop.text, which may still move.
type piece struct {
	after    int64 // microseconds
	from, to int
}

// New returns the shop of a seed that gets rate requests a second on average.
func New(seed uint64, rate float64) *Shop {
	s := &Shop{seed: seed, rate: rate}
	s.play.rng = rand.New(&s.source)
	for id := range fleet {
		for i := range fleet[id].instances {
			s.identities[id] = append(s.identities[id], fleet[id].identity(i, fleet[id].version))
		}
	}
	for i := range fleet[inventory].instances {
		s.badVersion = append(s.badVersion, fleet[inventory].identity(i, badVersion))
	}
	return s
}

// At is when trace k begins in the shop's own time, which begins with trace 0: it tells what is wrong in the shop then.
// It grows with k.
func (s *Shop) At(k uint64) time.Duration {
	s.source.Seed(s.seed, k)
	return s.at(k)
}

// at draws where in its own share of the load trace k begins: the first draw of every trace.
func (s *Shop) at(k uint64) time.Duration {
	n := float64(k) + s.play.rng.Float64()
	return time.Duration(timeOf(n/s.rate) * float64(time.Second))
}

// Trace makes trace k of the shop as if its request came at start: its documents in the order in which they are sent.
// A paid order has a second trace, the worker's. The documents are valid until the next call.
func (s *Shop) Trace(k uint64, start segment.Time) []Document {
	s.source.Seed(s.seed, k)
	p := &s.play
	p.trouble = troubleAt(s.at(k))
	p.now, p.spans = 0, p.spans[:0]
	for i := range s.traceID {
		s.drawTraceID(i)
	}
	p.run()

	s.start, s.text, s.pieces = start, s.text[:0], s.pieces[:0]
	for i := range p.spans {
		s.render(int32(i))
	}
	return s.inOrder()
}

func (s *Shop) drawTraceID(i int) {
	hi, lo := s.play.rng.Uint64(), s.play.rng.Uint32()
	id := &s.traceID[i]
	for j := range 8 {
		id[j] = byte(hi >> (8 * j))
	}
	for j := range 4 {
		id[8+j] = byte(lo >> (8 * j))
	}
}

// inOrder cuts the text into documents. Of those sent at once, callees and subsegments come first: they were rendered
// after the segment that they belong to.
func (s *Shop) inOrder() []Document {
	slices.Reverse(s.pieces)
	slices.SortStableFunc(s.pieces, func(a, b piece) int { return cmp.Compare(a.after, b.after) })
	s.documents = s.documents[:0]
	for _, p := range s.pieces {
		s.documents = append(s.documents, Document{time.Duration(p.after) * time.Microsecond, s.text[p.from:p.to:p.to]})
	}
	return s.documents
}
