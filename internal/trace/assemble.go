package trace

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
)

// An Assembler builds traces one after the other without allocating anew. It is for one goroutine. Account is the owner
// of the traces, as 12 digits: where documents name it, it is left out, so that a service is the same node whether or not
// its segments say whose it is.
//
//	a.Begin(id)
//	a.Add(...) for each document
//	t := a.Trace()
type Assembler struct {
	Account string

	trace Trace
	parts []part
	pool  []*segment.Digest // digests of parts that Add decoded; the first used of them are taken
	used  int
	index table
	mark  []int32 // scratch
	path  []int32
	times []segment.Time
}

// part is one document.
type part struct {
	digest   *segment.Digest
	received segment.Time
}

// Begin starts a trace.
func (a *Assembler) Begin(id segment.TraceID) {
	a.trace = Trace{ID: id, Entities: a.trace.Entities[:0], Segments: a.trace.Segments[:0], Root: None}
	a.parts = a.parts[:0]
	a.used = 0
}

// Add takes one document's digest in its binary form. The bytes must stay as they are until the next Begin.
func (a *Assembler) Add(own segment.ID, received segment.Time, digest []byte) error {
	if a.used == len(a.pool) {
		a.pool = append(a.pool, new(segment.Digest))
	}
	d := a.pool[a.used]
	if err := d.Decode(a.trace.ID, own, digest); err != nil {
		return fmt.Errorf("trace %s, segment %s: %w", a.trace.ID, own, err)
	}
	a.used++
	a.AddDigest(d, received)
	return nil
}

// AddDigest takes one document's digest, which belongs to the assembler until the next Begin.
func (a *Assembler) AddDigest(d *segment.Digest, received segment.Time) {
	if d.AccountID == a.Account {
		d.AccountID = ""
	}
	for i := range d.Entities {
		if d.Entities[i].AccountID == a.Account {
			d.Entities[i].AccountID = ""
		}
	}
	a.parts = append(a.parts, part{d, received})
}

// Trace puts together what was added since Begin.
func (a *Assembler) Trace() *Trace {
	t := &a.trace
	a.order()
	a.collect()
	a.connect()
	a.place()
	a.measure()
	return t
}

// order brings the documents into the order of precedence: completed before in progress, then by receipt, so that the
// first one with an id is the one that counts.
func (a *Assembler) order() {
	slices.SortFunc(a.parts, func(x, y part) int {
		p, q := x.digest.Own(), y.digest.Own()
		return cmp.Or(cmp.Compare(p.Flags&segment.InProgress, q.Flags&segment.InProgress), cmp.Compare(x.received, y.received),
			cmp.Compare(p.Start, q.Start), bytes.Compare(p.ID[:], q.ID[:]))
	})
}

// collect lists every entity once. A document whose own entity is known already repeats it, or is the in-progress state
// that the completed document replaces: it is dropped as a whole. A nested entity that is known already is dropped alone,
// and what is nested in it hangs under the known one.
func (a *Assembler) collect() {
	n := 0
	for _, p := range a.parts {
		n += len(p.digest.Entities)
	}
	a.index.reset(n)
	for _, p := range a.parts {
		a.mark = a.mark[:0]
		for i := range p.digest.Entities {
			at, fresh := a.take(p, i)
			if i == 0 && !fresh {
				break
			}
			a.mark = append(a.mark, at)
		}
	}
	a.trace.Revision = a.receipts()
}

// take lists entity i of the document; a.mark has the places of those before it. It returns the place, and whether the
// document is the one that counts for it: an entity that was in progress where it was first met gives way to its
// completed state.
func (a *Assembler) take(p part, i int) (at int32, fresh bool) {
	t, e := &a.trace, &p.digest.Entities[i]
	at, known := a.index.insert(e.ID, int32(len(t.Entities)))
	if known {
		if old := &t.Entities[at]; !old.Complete() && !e.Is(segment.InProgress) {
			old.Entity, old.Digest, old.Received = e, p.digest, p.received
			return at, true
		}
		return at, false
	}
	t.Entities = append(t.Entities, Entity{Entity: e, Digest: p.digest, Received: p.received, Index: at, Parent: None, Caller: None, Segment: None})
	switch {
	case e.Within >= 0:
		t.Entities[at].Parent = a.mark[e.Within]
	case p.digest.Kind == segment.KindSegment:
		t.Entities[at].Segment = at
		t.Segments = append(t.Segments, at)
	}
	return at, true
}

// receipts counts the distinct times of receipt: documents of one call share theirs.
func (a *Assembler) receipts() (n int) {
	a.times = a.times[:0]
	for _, p := range a.parts {
		a.times = append(a.times, p.received)
	}
	slices.Sort(a.times)
	return len(slices.Compact(a.times))
}

// connect follows the parent ids: an independent subsegment hangs under the entity it names, a segment was called by it.
func (a *Assembler) connect() {
	t := &a.trace
	for i := range t.Entities {
		e := &t.Entities[i]
		if e.Within >= 0 || !e.Is(segment.HasParent) || e.Parent != None {
			continue
		}
		at, ok := a.index.find(e.ParentID)
		switch {
		case !ok || at == e.Index:
			e.Orphan = true
		case e.IsSegment():
			e.Caller = at
			t.Entities[at].Callees++
		default:
			e.Parent = at
		}
	}
}

// place finds the enclosing segment of every entity by climbing to the first whose place is known. A climb that meets
// itself is a cycle of parent ids: it is cut there, and the entity is an orphan.
func (a *Assembler) place() {
	t := &a.trace
	const unknown, climbing = None - 1, None - 2
	for i := range t.Entities {
		if !t.Entities[i].IsSegment() {
			t.Entities[i].Segment = unknown
		}
	}
	for i := range t.Entities {
		a.path = a.path[:0]
		at := int32(i)
		for t.Entities[at].Segment == unknown && t.Entities[at].Parent != None {
			t.Entities[at].Segment = climbing
			a.path = append(a.path, at)
			at = t.Entities[at].Parent
		}
		top := &t.Entities[at]
		switch top.Segment {
		case climbing:
			top.Parent, top.Orphan, top.Segment = None, true, None
		case unknown:
			top.Segment = None
		}
		for _, j := range a.path {
			t.Entities[j].Segment = top.Segment
		}
	}
}

// measure finds the root, the span of each segment, and what is missing.
func (a *Assembler) measure() {
	t := &a.trace
	for i := range t.Entities {
		e := &t.Entities[i]
		t.HasOrphan = t.HasOrphan || e.Orphan
		t.HasInProgress = t.HasInProgress || !e.Complete()
		t.HasPromise = t.HasPromise || e.Is(segment.Traced) && e.Callees == 0 && e.Complete() && !e.IsSegment()
		if e.IsSegment() {
			e.From, e.Until = e.Start, e.End
		}
	}
	for i := range t.Entities {
		if e := &t.Entities[i]; e.Segment != None {
			s := &t.Entities[e.Segment]
			s.From, s.Until = min(s.From, e.Start), max(s.Until, e.End)
		}
	}
	slices.SortFunc(t.Segments, func(x, y int32) int {
		p, q := &t.Entities[x], &t.Entities[y]
		return cmp.Or(cmp.Compare(p.Start, q.Start), bytes.Compare(p.ID[:], q.ID[:]))
	})
	for _, i := range t.Segments {
		if !t.Entities[i].Is(segment.HasParent) {
			t.Root = i
			break
		}
	}
}

// A table maps ids to places, open addressing, reused from trace to trace.
type table struct {
	slots []slot
	round uint32 // slots of other rounds are empty
	mask  uint32
}

type slot struct {
	id    segment.ID
	round uint32
	at    int32
}

// reset empties the table and makes it large enough for n ids.
func (b *table) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if size > len(b.slots) {
		b.slots, b.round = make([]slot, size), 0
	}
	b.mask = uint32(size - 1)
	if b.round++; b.round == 0 {
		clear(b.slots)
		b.round = 1
	}
}

// insert puts at under id, unless the id is known: then it returns where.
func (b *table) insert(id segment.ID, at int32) (where int32, known bool) {
	s := b.slot(id)
	if s.round == b.round {
		return s.at, true
	}
	*s = slot{id, b.round, at}
	return at, false
}

func (b *table) find(id segment.ID) (at int32, ok bool) {
	s := b.slot(id)
	return s.at, s.round == b.round
}

// The seed keeps senders from choosing ids or names that fall together in a table; salt is drawn from it.
var (
	seed = maphash.MakeSeed()
	salt = maphash.String(seed, "")
)

// slot is where id is, or would be put. Ids that count up differ in a few bits only, wherever these lie: hence two rounds.
func (b *table) slot(id segment.ID) *slot {
	const odd = 0x9e3779b97f4a7c15 // the golden ratio
	h := (binary.LittleEndian.Uint64(id[:]) ^ salt) * odd
	h = (h ^ h>>32) * odd
	for i := uint32(h >> 32); ; i++ {
		if s := &b.slots[i&b.mask]; s.round != b.round || s.id == id {
			return s
		}
	}
}
