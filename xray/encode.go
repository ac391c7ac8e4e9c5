package xray

import (
	"cmp"
	"encoding/json"
	"runtime"
	"slices"
	"sync"

	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// An encoder writes documents: to a buffer that is kept, without reflection for what is common.
type encoder struct {
	b     []byte
	spans []span // where the children of the segments that are being written are in b
	limit int    // longest document, in bytes; 0 is none
	to    sender // takes the documents
	spare []byte // for documents that are cut out
}

// A sender takes documents, which it must not keep.
type sender interface{ send(doc []byte) }

// A span is b[from:to].
type span struct{ from, to int }

func (s span) size() int { return s.to - s.from }

var encoders = sync.Pool{New: func() any { return &encoder{b: make([]byte, 0, 4<<10)} }}

// maxKept is the largest buffer that an encoder keeps: one document over the limit of a datagram should not be paid for ever.
const maxKept = 128 << 10

// encode writes s and sends the document, after those of subsegments that have to leave it for it to be within limit. A segment that is
// too large by itself is sent as it is. The caller holds the lock of s.
func (e *encoder) encode(s *Segment, limit int, to sender) {
	e.limit, e.to = limit, to
	e.segment(s, s.TraceID)
	to.send(e.b)
	e.b, e.spans, e.spare, e.to = e.b[:0], e.spans[:0], e.spare[:0], nil
	if cap(e.b) > maxKept {
		e.b = nil
	}
	if cap(e.spare) > maxKept {
		e.spare = nil
	}
}

// MarshalJSON returns the document, with all subsegments inside. The caller holds the lock, as in Emitter.Emit, or has the
// segment for itself.
func (s *Segment) MarshalJSON() ([]byte, error) { return appendSegment(nil, s), nil }

func appendSegment(b []byte, s *Segment) []byte {
	e := encoder{b: b}
	e.segment(s, s.TraceID)
	return e.b
}

// segment writes s. The caller holds its lock.
func (e *encoder) segment(s *Segment, traceID string) {
	begin := len(e.b)
	b := append(e.b, '{')
	if s.parent == nil || s.Type != "" {
		b = appendMember(b, "trace_id", s.TraceID)
		b = appendMember(b, "parent_id", s.ParentID)
		b = appendMember(b, "type", s.Type)
	}
	b = appendMember(b, "id", s.ID)
	b = appendMember(b, "name", cmp.Or(s.Name, "unnamed"))
	b = appendKey(b, "start_time")
	b = appendSeconds(b, s.StartTime)
	if s.InProgress || s.EndTime == 0 {
		b = appendFlag(b, "in_progress", true)
	} else {
		b = appendKey(b, "end_time")
		b = appendSeconds(b, s.EndTime)
	}
	b = s.appendFacts(b)
	if s.parent == nil {
		b = s.appendRootFacts(b)
	} else if len(s.AWS) > 0 {
		b = appendKey(b, "aws")
		b = appendMap(b, s.AWS)
	}
	e.b = b
	e.children(s, begin, traceID)
	e.b = append(e.b, '}')
}

// appendFacts writes what segments and subsegments have.
func (s *Segment) appendFacts(b []byte) []byte {
	b = appendFlag(b, "error", s.Error)
	b = appendFlag(b, "throttle", s.Throttle)
	b = appendFlag(b, "fault", s.Fault)
	b = appendMember(b, "namespace", s.Namespace)
	b = appendMember(b, "user", s.User)
	b = appendMember(b, "origin", s.Origin)
	b = appendMember(b, "resource_arn", s.ResourceARN)
	if s.HTTP != nil {
		b = s.HTTP.append(appendKey(b, "http"))
	}
	if s.SQL != nil {
		b = s.SQL.append(appendKey(b, "sql"))
	}
	if s.Cause != nil {
		b = appendKey(b, "cause")
		b = append(b, marshal(s.Cause)...)
	}
	if len(s.Annotations) > 0 {
		b = appendKey(b, "annotations")
		b = appendMap(b, s.Annotations)
	}
	if len(s.Metadata) > 0 {
		b = appendKey(b, "metadata")
		b = appendNamespaces(b, s.Metadata)
	}
	if len(s.PrecursorIDs) > 0 {
		b = appendKey(b, "precursor_ids")
		b = append(b, marshal(s.PrecursorIDs)...)
	}
	if len(s.Links) > 0 {
		b = appendLinks(appendKey(b, "links"), s.Links)
	}
	return b
}

// appendRootFacts writes the blocks service and aws of a root: what the program set, and what it did not from the SDK.
func (s *Segment) appendRootFacts(b []byte) []byte {
	b = appendKey(b, "service")
	if s.Service != nil {
		b = s.Service.append(b)
	} else {
		b = append(b, '{')
		if v := s.version(); v != "" {
			b = append(appendMember(b, "version", v), ',')
		}
		b = append(append(b, runtimeMembers...), '}')
	}
	if s.tree == nil && len(s.AWS) == 0 {
		return b
	}
	b = append(appendKey(b, "aws"), '{')
	b = appendMembers(b, s.AWS)
	if s.tree == nil {
		return append(b, '}')
	}
	if _, ok := s.AWS["xray"]; !ok {
		b = s.tree.sdk().append(appendKey(b, "xray"))
	}
	for _, p := range plugins.All().Blocks {
		if _, ok := s.AWS[p.Name]; !ok {
			b = append(appendKey(b, p.Name), p.JSON...)
		}
	}
	return append(b, '}')
}

// runtimeMembers are the members of a service that are the same for all.
var runtimeMembers = func() []byte {
	b := ServiceData{Runtime: runtime.Compiler, RuntimeVersion: runtime.Version()}
	doc := b.append(nil)
	return doc[1 : len(doc)-1]
}()

// version is that of the program.
func (s *Segment) version() string {
	if s.tree == nil {
		return ""
	}
	return s.tree.cfg.ServiceVersion
}

// children writes the subsegments of s, whose document began at begin, and cuts out the largest ones while it is over the limit.
func (e *encoder) children(s *Segment, begin int, traceID string) {
	if s.place.first == nil && len(s.Subsegments) == 0 {
		return
	}
	bare := len(e.b)
	e.b = append(appendKey(e.b, "subsegments"), '[')
	base := len(e.spans)
	for _, raw := range s.Subsegments {
		if len(raw) > 2 && raw[0] == '{' && json.Valid(raw) {
			e.child(func() { e.b = append(e.b, raw...) })
		}
	}
	for c := s.place.first; c != nil; c = c.place.next {
		e.child(func() {
			c.RLock()
			defer c.RUnlock()
			e.segment(c, traceID)
		})
	}
	e.b[len(e.b)-1] = ']' // over the last comma, or the bracket of none
	if len(e.spans) == base {
		e.b = e.b[:bare]
	}
	if e.limit > 0 && len(e.b)-begin >= e.limit {
		e.shrink(e.spans[base:], len(e.b)-begin-e.limit+1, bare, s.ID, traceID)
	}
	e.spans = e.spans[:base]
}

// child writes a member of an array of subsegments.
func (e *encoder) child(write func()) {
	from := len(e.b)
	write()
	e.spans = append(e.spans, span{from, len(e.b)})
	e.b = append(e.b, ',')
}

// shrink takes the largest children out of the document until it is excess bytes shorter, or has none. They become documents of
// their own, below parentID. Without children the document ends at bare.
func (e *encoder) shrink(children []span, excess, bare int, parentID, traceID string) {
	bySize := make([]int, len(children))
	for i := range bySize {
		bySize[i] = i
	}
	slices.SortStableFunc(bySize, func(i, j int) int { return children[j].size() - children[i].size() })
	leaving := make([]bool, len(children))
	for _, i := range bySize {
		if excess <= 0 {
			break
		}
		leaving[i] = true
		excess -= children[i].size() + 1
		e.cutOut(children[i], parentID, traceID)
	}
	end := children[0].from
	for i, c := range children {
		if !leaving[i] {
			end += copy(e.b[end:], e.b[c.from:c.to+1])
		}
	}
	if end == children[0].from {
		e.b = e.b[:bare]
		return
	}
	e.b = e.b[:end]
	e.b[end-1] = ']'
}

// cutOut hands over a child as a document of its own.
func (e *encoder) cutOut(c span, parentID, traceID string) {
	b := append(e.spare[:0], '{')
	b = appendMember(b, "trace_id", traceID)
	b = appendMember(b, "parent_id", parentID)
	b = appendMember(b, "type", "subsegment")
	b = append(b, ',')
	e.spare = append(b, e.b[c.from+1:c.to]...)
	e.to.send(e.spare)
}
