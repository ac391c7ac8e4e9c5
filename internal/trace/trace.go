package trace

import (
	"github.com/rayscope/rayscope/internal/segment"
)

// None is the index of no entity.
const None = -1

// A Trace is the state of one trace: every entity once, each at its place. It is valid until its Assembler begins the
// next one.
type Trace struct {
	ID segment.TraceID

	// Entities in the order of their documents; an entity stands before those nested in the same document.
	Entities []Entity

	// Segments are the indexes of the entities that are segments, by start, then id.
	Segments []int32

	// Root is the index of the segment without a parent; with several the earliest, then the one with the smallest id.
	// None if all have one.
	Root int32

	// Revision counts the calls that changed the trace.
	Revision int

	// Why the trace may be incomplete.
	HasOrphan     bool // an entity names a parent that is not here
	HasInProgress bool // an entity is in progress
	HasPromise    bool // a call promised a segment of the callee that is not here
}

// An Entity is a segment or subsegment at its place in the trace.
type Entity struct {
	*segment.Entity
	Digest   *segment.Digest // of the document that brought it
	Received segment.Time    // when that document came in
	Index    int32           // of this entity in Trace.Entities

	Parent  int32 // index of the entity it is nested in or hangs under; None for segments and orphans
	Caller  int32 // of a segment: index of the entity that called it, usually a subsegment of another segment; else None
	Segment int32 // index of the enclosing segment, its own for a segment; None under an orphan
	Callees int32 // number of segments that name this entity as their caller
	Orphan  bool  // names a parent that is not here

	// Of a segment: the span of it and all its subsegments, so late asynchronous work counts.
	From, Until segment.Time
}

// IsSegment tells a segment from a subsegment.
func (e *Entity) IsSegment() bool { return e.Segment == e.Index }

// Complete tells whether the entity has ended.
func (e *Entity) Complete() bool { return !e.Is(segment.InProgress) }

// Duration is the entity's own time; 0 while in progress.
func (e *Entity) Duration() segment.Time { return e.End - e.Start }

// Infers tells whether the entity is a call whose callee did not report: its node on the map is inferred from the call.
func (e *Entity) Infers() bool {
	return !e.IsSegment() && e.Flags&(segment.NamespaceAWS|segment.NamespaceRemote) != 0 && e.Callees == 0 && e.Complete()
}

// Partial tells whether anything of the trace is missing or still open.
func (t *Trace) Partial() bool { return t.HasOrphan || t.HasInProgress || t.HasPromise }

// RootSegment is the root, or nil.
func (t *Trace) RootSegment() *Entity {
	if t.Root == None {
		return nil
	}
	return &t.Entities[t.Root]
}

// Find is the entity with the given id, or nil.
func (t *Trace) Find(id segment.ID) *Entity {
	for i := range t.Entities {
		if t.Entities[i].ID == id {
			return &t.Entities[i]
		}
	}
	return nil
}
