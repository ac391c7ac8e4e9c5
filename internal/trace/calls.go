package trace

import "github.com/rayscope/rayscope/internal/segment"

// A Call is one observation of an edge of the service map: who called whom, and what the caller saw of it.
type Call struct {
	From *Entity // the caller's segment; nil: the client of To, a root segment
	To   *Entity // the callee's segment, or the call that infers its node

	// Seen has the call's time and class: the root segment; the calling subsegment, which is To if the callee did not
	// report; the callee's segment if it names a segment as its caller.
	Seen *Entity
}

// Calls yields the calls of the trace: in the order of entities those of roots and of callees that did not report, then
// those of segments by start. Calls from an orphan have no caller's segment and are left out.
func (t *Trace) Calls(yield func(Call) bool) {
	for i := range t.Entities {
		e := &t.Entities[i]
		switch {
		case e.IsSegment() && !e.Is(segment.HasParent):
			if !yield(Call{nil, e, e}) {
				return
			}
		case e.Infers() && e.Segment != None:
			if !yield(Call{&t.Entities[e.Segment], e, e}) {
				return
			}
		}
	}
	for _, i := range t.Segments {
		to := &t.Entities[i]
		if to.Caller == None || t.Entities[to.Caller].Segment == None {
			continue
		}
		seen := &t.Entities[to.Caller]
		from := &t.Entities[seen.Segment]
		if seen.IsSegment() {
			seen = to
		}
		if !yield(Call{from, to, seen}) {
			return
		}
	}
}
