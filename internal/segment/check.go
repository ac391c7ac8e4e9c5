package segment

import (
	"bytes"
	"fmt"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

// check validates the members that an entity must have, in the order of the codes, and fills them in.
func (p *parser) check(i int, f *frame) *Rejection {
	nested := i > 0
	e := &p.d.Entities[i]
	if !nested {
		if r := p.checkKind(f); r != nil {
			return r
		}
	}
	r := p.checkIdentity(e, f)
	if r == nil && !nested {
		r = p.checkTrace(f)
	}
	if r == nil {
		r = checkTimes(e, f, nested || p.d.Kind == KindSubsegment)
	}
	if r == nil && !nested {
		r = p.checkParent(e, f)
	}
	if r != nil {
		r.Subsegment = nested || p.d.Kind == KindSubsegment
	}
	return r
}

func (p *parser) checkKind(f *frame) *Rejection {
	if f.kind == nil {
		return nil
	}
	switch string(p.valueText(f.kind)) {
	case "segment":
	case "subsegment":
		p.d.Kind = KindSubsegment
	default:
		return reject(UnknownType, `type %s is neither "segment" nor "subsegment"`, excerpt(f.kind))
	}
	return nil
}

func (p *parser) checkIdentity(e *Entity, f *frame) *Rejection {
	if f.id == nil {
		return reject(MissingID, "no id")
	}
	var ok bool
	if e.ID, ok = p.valueID(f.id); !ok {
		return reject(InvalidID, "id %s is not 16 hex digits in quotes", excerpt(f.id))
	}
	if f.name == nil {
		return reject(MissingName, "no name")
	}
	if e.Name = view(cutName(p.valueText(f.name))); e.Name == "" {
		return reject(MissingName, "name %s is not a string of one character or more", excerpt(f.name))
	}
	return nil
}

func (p *parser) checkTrace(f *frame) *Rejection {
	if f.trace == nil {
		return reject(MissingTraceID, "no trace_id")
	}
	var ok bool
	if p.d.Trace, ok = traceIDFrom(p.valueText(f.trace)); !ok {
		return reject(InvalidTraceID, "trace_id %s is not of the form 1-8hex-24hex, for example 1-5759e988-bd862e3fe1be46a994272793", excerpt(f.trace))
	}
	return nil
}

func checkTimes(e *Entity, f *frame, sub bool) *Rejection {
	if f.start.text == nil {
		return reject(MissingStartTime, "no start_time")
	}
	if !f.start.ok {
		return reject(MissingStartTime, "start_time %s is not %s", excerpt(f.start.text), timeRule)
	}
	e.Start = f.start.time
	switch end := f.end.text; {
	case f.inProgress && f.end.number && sub:
		return reject(InProgressSubsegmentHasEndTime, "in_progress is true and end_time is %s: leave one out", excerpt(end))
	case f.inProgress && f.end.number:
		return reject(InProgressSegmentHasEndTime, "in_progress is true and end_time is %s: leave one out", excerpt(end))
	case f.inProgress:
		e.Flags |= InProgress
		f.end.time = e.Start
	case end == nil:
		return reject(MissingEndTime, "neither end_time nor in_progress: true")
	case !f.end.ok:
		return reject(MissingEndTime, "end_time %s is not %s", excerpt(end), timeRule)
	}
	e.End = max(f.end.time, e.Start)
	return nil
}

func (p *parser) checkParent(e *Entity, f *frame) *Rejection {
	if f.parent == nil {
		if p.d.Kind == KindSubsegment {
			return reject(MissingParentID, "a subsegment of its own without parent_id")
		}
		return nil
	}
	if p.d.Kind == KindSegment && !isQuoted(f.parent) {
		return nil
	}
	var ok bool
	if e.ParentID, ok = p.valueID(f.parent); !ok {
		return reject(InvalidParentID, "parent_id %s is not 16 hex digits in quotes", excerpt(f.parent))
	}
	e.Flags |= HasParent
	return nil
}

// valueID reads a value that should be an id in quotes.
func (p *parser) valueID(v []byte) (ID, bool) {
	if len(v) == 18 {
		if id, ok := idFrom(v[1:17]); ok && v[0] == '"' {
			return id, true
		}
	}
	return idFrom(p.valueText(v))
}

// valueText is the text of v, empty if v is not a string.
func (p *parser) valueText(v []byte) []byte {
	if !isQuoted(v) {
		return nil
	}
	v = v[1 : len(v)-1]
	if bytes.IndexByte(v, '\\') < 0 {
		return v
	}
	return p.unescape(v)
}

// writtenText is a copy of the text of v, for a Rejection that outlives the document; empty if v is not a string.
func writtenText(v []byte) string {
	if !isQuoted(v) {
		return ""
	}
	return string(cut(jsonscan.Unescape(nil, v[1:len(v)-1]), MaxIndexedString))
}

// excerpt is the beginning of a value for a Detail.
func excerpt(v []byte) string {
	const limit = 80 // shows any id or time whole
	if len(v) <= limit {
		return string(v)
	}
	return string(cut(v, limit)) + "..."
}

func reject(code Code, format string, args ...any) *Rejection {
	return &Rejection{Code: code, Detail: fmt.Sprintf(format, args...)}
}
