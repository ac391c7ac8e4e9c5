package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/rayscope/rayscope/internal/jsonscan"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// Patterns of root causes are written as summaries show causes. What is left out is not looked at; a list matches one that
// has its elements in their order, whatever is between them. A null stands for a text that is not known, as in summaries.
type (
	causePattern struct {
		services  []servicePattern
		impacting *bool
	}
	servicePattern struct {
		name, typ, account *string
		names              []string
		inferred           *bool
		path               []entityPattern
	}
	entityPattern struct {
		name       *string
		remote     *bool
		coverage   *float64
		exceptions []exceptionPattern
	}
	exceptionPattern struct{ name, message *string }
)

// maxPatternDepth is how deep brackets of a pattern nest. Eight levels have a meaning; what is in deeper ones is refused for
// its members, which says more than that it is deep.
const maxPatternDepth = 16

// pattern reads what stands behind rootcause.json.
func (p *parser) pattern() node {
	negative := p.equality("rootcause.json")
	if p.tok.kind != '#' {
		p.unexpected(`'#' and a JSON array, as in rootcause.json = #[{"Services":[{"Name":"a"}]}]`)
		return every{}
	}
	p.skipSpace()
	n := p.patternText()
	if negative {
		return newNot(n)
	}
	return n
}

// patternText reads the JSON of a pattern, which is not made of tokens, and goes on to the token behind it.
func (p *parser) patternText() *pattern {
	n := new(pattern)
	r := patternReader{Scanner: jsonscan.New(p.data[p.pos:], maxPatternDepth), p: p, at: p.tok.at}
	if r.Peek() != '[' {
		p.fail(p.pos, "want a JSON array behind '#'")
		return n
	}
	written := r.Value()
	var broken *jsonscan.Error
	if errors.As(r.Err(), &broken) {
		p.fail(p.pos+broken.Offset, "want %s in the JSON behind '#'", broken.Want)
		return n
	}
	r.Scanner = jsonscan.New(written, maxPatternDepth)
	n.text = compacted(written)
	n.causes = elements(&r, "the pattern", r.cause)
	if p.err == nil {
		p.pos += len(written)
		p.next()
	}
	return n
}

// compacted is valid JSON without white space.
func compacted(text []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		panic("filter: " + err.Error()) // the scanner has validated it
	}
	return b.String()
}

// A patternReader reads valid JSON and refuses what is no pattern.
type patternReader struct {
	jsonscan.Scanner
	p  *parser
	at int // byte at which errors are reported: that of '#'
}

func (r *patternReader) refuse(what, rule string) {
	r.p.fail(r.at, "pattern of rootcause.json: %s %s", what, rule)
	r.Skip()
}

// elements reads an array.
func elements[T any](r *patternReader, name string, read func() T) (list []T) {
	if r.Peek() != '[' {
		r.refuse(name, "must be an array")
		return nil
	}
	for ok := r.Open('['); ok; ok = r.More(']') {
		list = append(list, read())
	}
	return list
}

// members reads an object by the readers of its members.
func (r *patternReader) members(name string, read map[string]func()) {
	if r.Peek() != '{' {
		r.refuse(name, "must be an object")
		return
	}
	for key := r.FirstKey(); key != nil; key = r.NextKey() {
		f, known := read[string(key)]
		switch {
		case !known:
			names := slices.Sorted(maps.Keys(read))
			r.refuse(name, "has no member "+Quote(clip(string(key)))+meant(string(key), names))
		case f == nil:
			r.refuse(name, "has '"+string(key)+"' twice")
		default:
			f()
			read[string(key)] = nil
		}
	}
}

func (r *patternReader) cause() (c causePattern) {
	r.members("a cause", map[string]func(){
		"Services":        func() { c.services = elements(r, "Services", r.service) },
		"ClientImpacting": func() { c.impacting = r.truth("ClientImpacting") },
	})
	return c
}

func (r *patternReader) service() (s servicePattern) {
	r.members("an element of Services", map[string]func(){
		"Name":       func() { s.name = r.text("Name") },
		"Names":      func() { s.names = elements(r, "Names", func() string { return *r.text("an element of Names") }) },
		"Type":       func() { s.typ = r.text("Type") },
		"AccountId":  func() { s.account = r.text("AccountId") },
		"Inferred":   func() { s.inferred = r.truth("Inferred") },
		"EntityPath": func() { s.path = elements(r, "EntityPath", r.entity) },
	})
	return s
}

func (r *patternReader) entity() (e entityPattern) {
	r.members("an element of EntityPath", map[string]func(){
		"Name":       func() { e.name = r.text("Name") },
		"Remote":     func() { e.remote = r.truth("Remote") },
		"Coverage":   func() { e.coverage = r.number("Coverage") },
		"Exceptions": func() { e.exceptions = elements(r, "Exceptions", r.exception) },
	})
	return e
}

func (r *patternReader) exception() (x exceptionPattern) {
	r.members("an element of Exceptions", map[string]func(){
		"Name":    func() { x.name = r.text("Name") },
		"Message": func() { x.message = r.text("Message") },
	})
	return x
}

// text reads a string; null is the empty one. It is never nil.
func (r *patternReader) text(name string) *string {
	var s string
	switch r.Peek() {
	case '"':
		s = string(r.AppendText(nil))
	case 'n':
		r.Skip()
	default:
		r.refuse(name, "must be a string or null")
	}
	return &s
}

func (r *patternReader) truth(name string) *bool {
	if c := r.Peek(); c != 't' && c != 'f' {
		r.refuse(name, "must be true or false")
		return nil
	}
	b := r.Bool()
	return &b
}

func (r *patternReader) number(name string) *float64 {
	if c := r.Peek(); c != '-' && !isDigit(c) {
		r.refuse(name, "must be a number")
		return nil
	}
	n, err := strconv.ParseFloat(string(r.Number().Text), 64)
	if err != nil {
		r.p.fail(r.at, "pattern of rootcause.json: %s is out of range", name)
	}
	return &n
}

// matches tells whether the cause, one of the kind, is as the pattern says.
func (c *causePattern) matches(x *trace.Cause, kind trace.CauseKind, own string) bool {
	return equals(c.impacting, x.ClientImpacting) &&
		inOrder(c.services, x.Services, func(s *servicePattern, y *trace.CauseService) bool { return s.matches(y, kind, own) })
}

func (s *servicePattern) matches(x *trace.CauseService, kind trace.CauseKind, own string) bool {
	n := &x.Service
	return equals(s.name, n.Name) && equals(s.typ, n.Type) && (equals(s.account, n.Account) || n.Account == "" && *s.account == own) &&
		equals(s.inferred, x.Inferred) &&
		inOrder(s.names, []string{n.Name}, func(a, b *string) bool { return *a == *b }) &&
		inOrder(s.path, x.Path, func(e *entityPattern, y *trace.CauseEntity) bool { return e.matches(y, kind) })
}

func (e *entityPattern) matches(x *trace.CauseEntity, kind trace.CauseKind) bool {
	return equals(e.name, x.Name) && equals(e.remote, x.Remote) &&
		(e.coverage == nil || kind == trace.CauseResponseTime && *e.coverage == x.Coverage) &&
		inOrder(e.exceptions, x.Exceptions, (*exceptionPattern).matches)
}

func (x *exceptionPattern) matches(y *segment.Exception) bool {
	return equals(x.name, y.Type) && equals(x.message, y.Message)
}

// equals tells whether the value is the wanted one, if there is one.
func equals[T comparable](want *T, got T) bool { return want == nil || *want == got }

// inOrder tells whether values has an element for each pattern, in the order of the patterns. The first that matches is
// always a good choice.
func inOrder[P, V any](patterns []P, values []V, matches func(*P, *V) bool) bool {
	for i := range values {
		if len(patterns) == 0 {
			break
		}
		if matches(&patterns[0], &values[i]) {
			patterns = patterns[1:]
		}
	}
	return len(patterns) == 0
}
