package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/trace"
)

// MaxSelector is how many characters an entity selector may have; the service's limit.
const MaxSelector = 500

// A selector chooses nodes.
type selector struct {
	byID               bool // written as id(...)
	name, typ, account string
	hasName, hasType   bool
	hasAccount         bool
}

// idFields are the fields of id(...) in the order of the canonical form.
var idFields = []string{"name", "type", "account.id"}

// field is the value of one of idFields and whether it is given.
func (c *selector) field(name string) (value *string, given *bool) {
	switch name {
	case "name":
		return &c.name, &c.hasName
	case "type":
		return &c.typ, &c.hasType
	case "account.id":
		return &c.account, &c.hasAccount
	}
	return nil, nil
}

func (p *parser) selector() *selector {
	c := new(selector)
	switch {
	case p.tok.kind == tokString:
		c.name, c.hasName = p.tok.value.String, true
		p.next()
	case p.tok.is("id"):
		c.byID = true
		p.next()
		p.expect('(', "'(' behind id, as in id(name: \"a\", type: \"b\")")
		p.idField(c)
		for p.tok.kind == ',' {
			p.next()
			p.idField(c)
		}
		p.expect(')', "',' or ')' in id(...)")
	case p.tok.kind == tokWord:
		p.unexpected("a name in double quotes or id(...)")
	default:
		p.unexpected("a name or id(...)")
	}
	return c
}

func (p *parser) idField(c *selector) {
	if p.tok.kind != tokWord {
		p.unexpected("a field of id: name, type or account.id")
		return
	}
	value, given := c.field(p.tok.lower)
	switch {
	case value == nil:
		p.fail(p.tok.at, "unknown field '%s' of id, want name, type or account.id%s", clip(p.tok.text), meant(p.tok.text, idFields))
		return
	case *given:
		p.fail(p.tok.at, "field '%s' of id is given twice", p.tok.text)
		return
	}
	name := p.tok.lower
	p.next()
	p.expect(':', "':' behind "+name)
	if p.tok.kind != tokString {
		p.unexpected(name + " as a string in double quotes")
		return
	}
	*value, *given = p.tok.value.String, true
	p.next()
}

// chooses tells whether the selector means the node, own being the account that nodes leave out.
func (c *selector) chooses(n *trace.Service, own string) bool {
	return (!c.hasName || c.name == n.Name) && (!c.hasType || c.typ == n.Type) &&
		(!c.hasAccount || c.account == n.Account || n.Account == "" && c.account == own)
}

// choosesNodeOf is chooses for the node that reports or infers e. The name is nearly always what decides, and costs least.
func (c *selector) choosesNodeOf(e *trace.Entity, own string) bool {
	if c == nil {
		return true
	}
	if c.hasName && c.name != e.NodeName() {
		return false
	}
	if !c.hasType && !c.hasAccount {
		return true
	}
	n := e.Service()
	return c.chooses(&n, own)
}

// choosesClientOf is chooses for the client of a root.
func (c *selector) choosesClientOf(e *trace.Entity, own string) bool {
	if c == nil {
		return true
	}
	n := e.Client()
	return c.chooses(&n, own)
}

// A Selector chooses one node or one edge of a service map. It does not change.
type Selector struct {
	from, to *selector
	edge     bool // else from is the node's
}

// ParseSelector reads what an entity selector expression may be: service(...) with one name or id(...), edge(...) with two.
// The error is an *Error.
func ParseSelector(s string) (*Selector, error) {
	if n := utf8.RuneCountInString(s); n > MaxSelector {
		return nil, &Error{Message: fmt.Sprintf("selector of %d characters: at most %d are allowed", n, MaxSelector)}
	}
	if strings.Trim(s, whiteSpace) == "" {
		return nil, &Error{Message: "selector is empty: want service(...) or edge(..., ...)"}
	}
	if err := admit(s); err != nil {
		return nil, err
	}
	p := newParser(s)
	c := new(Selector)
	switch {
	case p.tok.is("service"):
		p.next()
		p.expect('(', "'(' behind service, as in service(\"name\")")
		c.from = p.selector()
		p.expect(')', "')': service takes one name or id(...)")
	case p.tok.is("edge"):
		p.next()
		c.edge = true
		p.expect('(', "'(' behind edge, as in edge(\"from\", \"to\")")
		c.from, c.to = p.ends()
		p.expect(')', "')': edge takes two names or id(...)")
	default:
		p.unexpected("service(...) or edge(..., ...)")
	}
	if p.tok.kind != tokEnd {
		p.unexpected("the end, as a selector is one service(...) or edge(..., ...) without braces")
	}
	if p.err != nil {
		return nil, p.err
	}
	return c, nil
}

// IsEdge tells a selector of an edge from one of a node.
func (s *Selector) IsEdge() bool { return s.edge }

// ByID tells whether the selector is written with id(...) only.
func (s *Selector) ByID() bool { return s.from.byID && (!s.edge || s.to.byID) }

// Node tells whether the selector is one of nodes and means n. The own account, which nodes leave out, may be named in it.
func (s *Selector) Node(n trace.Service, own string) bool { return !s.edge && s.from.chooses(&n, own) }

// Edge tells whether the selector is one of edges and means that between the nodes. The own account is as for Node.
func (s *Selector) Edge(from, to trace.Service, own string) bool {
	return s.edge && s.from.chooses(&from, own) && s.to.chooses(&to, own)
}

// String is the selector in canonical form.
func (s *Selector) String() string {
	if s.edge {
		return text(&edge{from: s.from, to: s.to})
	}
	return text(&service{at: s.from})
}
