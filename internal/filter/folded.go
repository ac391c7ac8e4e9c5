package filter

import (
	"bytes"
	"strings"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/fold"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// textRoom is what most folded texts fit in without being put on the heap.
const textRoom = 512

// matchesTemplate compares the template of a URL, as analyses count it.
func (n *term) matchesTemplate(h *segment.HTTP) bool {
	if h.URL == "" {
		return false
	}
	var room [textRoom]byte
	return n.bytes(fold.AppendTemplate(room[:0], h.URL))
}

// raised looks at the exceptions of one entity. Each is compared as analyses count it, folded; a part of it may also be one of
// what folding leaves out, such as the number of an order.
func (n *term) raised(e *trace.Entity) bool {
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		var room [textRoom]byte
		if n.bytes(fold.AppendException(room[:0], x.Type, x.Message)) || n.asksForPart() && n.bytes(fold.AppendWhole(room[:0], x.Type, x.Message)) {
			return true
		}
	}
	return false
}

func (n *term) asksForPart() bool {
	return n.is.Op == fact.Contains || n.is.Op == fact.BeginsWith || n.is.Op == fact.EndsWith
}

// bytes is text for what is not a string yet.
func (n *term) bytes(v []byte) bool {
	want := n.is.Value.String
	switch {
	case len(v) == 0:
		return false
	case n.is.Op == fact.Equal:
		return string(v) == want
	case n.is.Op == fact.NotEqual:
		return string(v) != want
	case n.is.Op == fact.Contains:
		return bytes.Contains(v, []byte(want))
	case n.is.Op == fact.BeginsWith:
		return bytes.HasPrefix(v, []byte(want))
	case n.is.Op == fact.EndsWith:
		return bytes.HasSuffix(v, []byte(want))
	}
	return true // is set
}

// templateHints say which part of a template its URL has to have: what stands before the first id, or behind the last one, is as
// in the URL, but for the one slash that a template is at least.
func (n *term) templateHints() []fact.Clause {
	part := n.is.Value.String
	switch n.is.Op {
	case fact.Equal, fact.BeginsWith:
		part, _, _ = strings.Cut(part, "{")
	case fact.EndsWith:
		part = part[strings.LastIndexByte(part, '}')+1:]
	case fact.Contains:
		if strings.ContainsAny(part, "{}") || strings.Contains("{id}", part) {
			part = ""
		}
	default:
		part = ""
	}
	if part == "" || part == "/" {
		return one(fact.Condition{Field: fact.URL})
	}
	return one(fact.Condition{Field: fact.URL, Op: fact.Contains, Value: fact.Value{String: part}})
}
