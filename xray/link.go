package xray

import (
	"fmt"
	"maps"
	"slices"
)

const (
	// maxLinks is how many links X-Ray keeps of a segment.
	maxLinks = 20

	traceIDLen   = len(noOpTraceID)
	segmentIDLen = len(noOpSegmentID)
)

// referenceTypes are the attributes that say what is at the end of a link: "parent", for what led to the segment, or "child". The first is
// Rayscope's, the second what AWS Lambda writes.
var referenceTypes = []string{"reference_type", "aws.xray.reserved.reference_type"}

// A Link leads from a segment to another trace that it has to do with, or to a segment or subsegment of it.
type Link struct {
	TraceID    string         `json:"trace_id"`
	ID         string         `json:"id,omitempty"` // of the segment or subsegment; "" is the trace as a whole
	Attributes map[string]any `json:"attributes,omitempty"`
}

// AddLink links s to another trace. A subsegment's links are those of its segment; in AWS Lambda, whose segment is not the
// program's, those of the subsegment below it. A link that is there already changes nothing. The error says what is wrong with l, or that there are 20 links,
// which is all that X-Ray keeps.
func (s *Segment) AddLink(l Link) error {
	if s == nil || s.tree == nil {
		return nil
	}
	if err := l.check(); err != nil {
		return err
	}
	l.Attributes = maps.Clone(l.Attributes)
	for k, v := range l.Attributes {
		l.Attributes[k] = frozen(v)
	}
	for s.parent != nil && !s.parent.Facade {
		s = s.parent
	}
	s.Lock()
	defer s.Unlock()
	if !s.open() || slices.ContainsFunc(s.Links, l.same) {
		return nil
	}
	if len(s.Links) >= maxLinks {
		return fmt.Errorf("link to trace %s: segment %q has %d links, and X-Ray keeps no more: leave it out", l.TraceID, s.Name, maxLinks)
	}
	s.Links = append(s.Links, l)
	return nil
}

func (l Link) check() error {
	if !isTraceID(l.TraceID) {
		return fmt.Errorf("link to trace %.50q: a trace id is 1-, 8 and - and 24 hex digits, as 1-66f1c0de-0123456789abcdef01234567", l.TraceID)
	}
	if l.ID != "" && !isSegmentID(l.ID) {
		return fmt.Errorf("link to segment %.50q of trace %s: a segment id is 16 hex digits, or empty", l.ID, l.TraceID)
	}
	return nil
}

// same reports whether both lead to the same.
func (l Link) same(other Link) bool { return l.TraceID == other.TraceID && l.ID == other.ID }

// parentLink is a link to what led to a segment.
func parentLink(traceID, id string) Link {
	l := Link{TraceID: traceID, ID: id, Attributes: map[string]any{}}
	for _, key := range referenceTypes {
		l.Attributes[key] = "parent"
	}
	return l
}

func isTraceID(s string) bool {
	return len(s) == traceIDLen && s[:2] == "1-" && s[10] == '-' && isHex(s[2:10]) && isHex(s[11:])
}

func isSegmentID(s string) bool { return len(s) == segmentIDLen && isHex(s) }

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}

func appendLinks(b []byte, links []Link) []byte {
	b = append(b, '[')
	for i, l := range links {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(append(b, '{'), "trace_id", l.TraceID)
		b = appendMember(b, "id", l.ID)
		if len(l.Attributes) > 0 {
			b = appendMap(appendKey(b, "attributes"), l.Attributes)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}
