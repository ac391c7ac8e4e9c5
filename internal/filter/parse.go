package filter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/trace"
)

// Parse reads an expression. The error is an *Error.
func Parse(s string) (*Expression, error) {
	if err := admit(s); err != nil {
		return nil, err
	}
	p := newParser(s)
	root := p.or()
	if p.tok.kind != tokEnd {
		p.unexpected("AND, OR or the end")
	}
	if p.err != nil {
		return nil, p.err
	}
	return &Expression{root, p.groups}, nil
}

// traceID is what people paste: a trace id in X-Ray's form or as 32 hex digits.
var traceID = regexp.MustCompile(`^(1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}|[0-9a-fA-F]{32})$`)

// admit refuses what is no expression as a whole, before any of it is read.
func admit(s string) error {
	if len(s) > MaxLength*utf8.UTFMax {
		return &Error{Message: fmt.Sprintf("expression of %d bytes: at most %d characters are allowed", len(s), MaxLength)}
	}
	if n := utf8.RuneCountInString(s); n > MaxLength {
		return &Error{Message: fmt.Sprintf("expression of %d characters: at most %d are allowed", n, MaxLength)}
	}
	if !utf8.ValidString(s) {
		return &Error{Message: "expression is not UTF-8 text"}
	}
	s = strings.Trim(s, whiteSpace)
	if s == "" {
		return &Error{Message: "Filter Expression is empty"} // the service's own sentence
	}
	if traceID.MatchString(s) {
		return &Error{Message: fmt.Sprintf("%s is a trace id and no filter expression: get the trace with BatchGetTraces", s)}
	}
	return nil
}

// A parser is one run of Parse or ParseSelector. After an error every token is the end, so its loops end, and what it
// returns is of no use.
type parser struct {
	lexer
	place  scope // in which words are read
	depth  int   // brackets and negations around the token
	groups []GroupRef
}

func newParser(s string) *parser {
	p := &parser{lexer: lexer{text: s, data: []byte(s)}, place: inTrace}
	p.next()
	return p
}

// unexpected refuses the token.
func (p *parser) unexpected(want string) { p.fail(p.tok.at, "want %s, found %s", want, &p.tok) }

// expect goes past a token of the kind.
func (p *parser) expect(kind byte, why string) {
	if p.tok.kind != kind {
		p.unexpected(why)
		return
	}
	p.next()
}

// enter counts a level of nesting, which begins with the token, and goes past it. The caller leaves it by p.depth--.
func (p *parser) enter() {
	if p.depth++; p.depth > MaxDepth {
		p.fail(p.tok.at, "parentheses, braces and negations nest deeper than %d levels", MaxDepth)
		return
	}
	p.next()
}

func (p *parser) or() node {
	of := []node{p.and()}
	for p.tok.is("or") {
		p.next()
		of = append(of, p.and())
	}
	return newOr(of)
}

// and reads operands with AND or nothing between them.
func (p *parser) and() node {
	of := []node{p.unary()}
	for {
		switch {
		case p.tok.is("and"):
			p.next()
		case p.tok.kind == '!', p.tok.kind == '(', p.tok.kind == tokWord && !p.tok.is("or"):
		default:
			return newAnd(of)
		}
		of = append(of, p.unary())
	}
}

func (p *parser) unary() node {
	if p.tok.kind != '!' && !p.tok.is("not") {
		return p.primary()
	}
	p.enter()
	n := p.unary()
	p.depth--
	return newNot(n)
}

func (p *parser) primary() node {
	switch p.tok.kind {
	case '(':
		p.enter()
		n := p.or()
		p.expect(')', "AND, OR or a closing parenthesis")
		p.depth--
		return n
	case tokWord:
		return p.keyword()
	}
	p.unexpected("a keyword, '!' or '('")
	return every{}
}

// keyword reads what begins with a word.
func (p *parser) keyword() node {
	w := p.tok
	if w.lower == "annotation" || strings.HasPrefix(w.lower, "annotation.") || hasSide(w.lower) {
		return p.annotation()
	}
	if _, ok := byName[w.lower]; ok {
		return p.term()
	}
	if !p.legal(structures[w.lower]) {
		return every{}
	}
	p.next()
	head, rest, _ := strings.Cut(w.lower, ".")
	switch {
	case head == "service":
		return p.service()
	case head == "edge":
		return p.edge()
	case head == "group":
		return p.group(rest == "arn")
	case rest == "json":
		return p.pattern()
	}
	return p.cause(rest)
}

// legal refuses the token, a word, unless it may stand here; known is where it may.
func (p *parser) legal(known scope) bool {
	word, name := clip(p.tok.text), p.tok.lower
	switch {
	case known&p.place != 0:
		return true
	case known == inTrace && p.place != inTrace && structures[name] != 0:
		p.fail(p.tok.at, "'%s' does not nest in braces: it is legal %s only", word, known)
	case known != 0:
		p.fail(p.tok.at, "'%s' is legal %s only", word, known)
	case isLiteral(name):
		p.fail(p.tok.at, "want a keyword, '!' or '(', found '%s': a value stands behind a keyword and an operator, for example ok = %s", word, name)
	case slices.Contains(operators, strings.ToUpper(name)):
		p.unexpected("a keyword, '!' or '('")
	case name == "rootcause" || strings.HasPrefix(name, "rootcause."):
		p.rootcause()
	case name == "group":
		p.fail(p.tok.at, "'%s' is not complete: want group.name or group.arn", word)
	default:
		p.fail(p.tok.at, "unknown keyword '%s'%s", word, meant(name, legalIn(p.place)))
	}
	return false
}

// rootcause refuses a word that begins as those of root causes do.
func (p *parser) rootcause() {
	word := clip(p.tok.text)
	if p.place != inTrace {
		p.fail(p.tok.at, "'%s' does not nest in braces: root causes are legal %s only", word, inTrace)
		return
	}
	switch name := p.tok.lower; name {
	case "rootcause":
		p.fail(p.tok.at, "'%s' is not complete: want rootcause.json, or rootcause.error, .fault or .responsetime with .service, .entity or .exception", word)
	case "rootcause.error", "rootcause.fault":
		p.fail(p.tok.at, "'%s' is not complete: want %s.service, %s.entity or %s.exception", word, name, name, name)
	case "rootcause.responsetime":
		p.fail(p.tok.at, "'%s' is not complete: want %s.service or %s.entity", word, name, name)
	case "rootcause.responsetime.exception":
		p.fail(p.tok.at, "unknown keyword '%s': response time has no exceptions, want rootcause.responsetime.service or .entity", word)
	default:
		p.fail(p.tok.at, "unknown keyword '%s'%s", word, meant(name, legalIn(inTrace)))
	}
}

func isLiteral(lower string) bool { return lower == "true" || lower == "false" }

// braces reads a condition in another place; none if there are no braces or nothing in them.
func (p *parser) braces(place scope) node {
	if p.tok.kind != '{' {
		return nil
	}
	outer := p.place
	p.place = place
	p.enter()
	var cond node
	if p.tok.kind != '}' {
		cond = p.or()
	}
	p.expect('}', "AND, OR or a closing brace")
	p.place = outer
	p.depth--
	return cond
}

func (p *parser) service() node {
	p.expect('(', "'(' behind service, as in service(\"name\")")
	n := new(service)
	if p.tok.kind != ')' {
		n.at = p.selector()
	}
	p.expect(')', "')': service takes one name or id(...)")
	n.cond = p.braces(inService)
	return n
}

func (p *parser) edge() node {
	p.expect('(', "'(' behind edge, as in edge(\"from\", \"to\")")
	n := new(edge)
	if p.tok.kind != ')' {
		n.from, n.to = p.ends()
	}
	p.expect(')', "')': edge takes none or two names or id(...)")
	n.cond = p.braces(inEdge)
	return n
}

// ends reads the two selectors of an edge.
func (p *parser) ends() (from, to *selector) {
	from = p.selector()
	p.expect(',', "',': edge takes none or two names or id(...)")
	return from, p.selector()
}

// cause reads the braces of a root cause, given the rest of its keyword.
func (p *parser) cause(rest string) node {
	kind, part, _ := strings.Cut(rest, ".")
	n := &cause{kind: causeKinds[kind]}
	place := inCauseService
	switch part {
	case "entity":
		n.list, place = entities, inCauseEntity
		if n.kind == trace.CauseResponseTime {
			place = inTimedEntity
		}
	case "exception":
		n.list, place = exceptions, inException
	}
	at := p.tok.at
	if p.tok.kind != '{' {
		p.unexpected("'{' and a condition behind rootcause." + rest)
	} else if n.cond = p.braces(place); n.cond == nil {
		p.fail(at, "want a condition in the braces of rootcause.%s", rest)
	}
	return n
}

// causeKinds are the kinds by the words for them.
var causeKinds = map[string]trace.CauseKind{"error": trace.CauseError, "fault": trace.CauseFault, "responsetime": trace.CauseResponseTime}

func (p *parser) group(byARN bool) node {
	name := "group.name"
	if byARN {
		name = "group.arn"
	}
	negative := p.equality(name)
	if p.tok.kind != tokString {
		p.unexpected(name + " to be compared with a string in double quotes")
		return every{}
	}
	ref := GroupRef{Name: p.tok.value.String}
	if byARN {
		ref = GroupRef{ARN: p.tok.value.String}
	}
	p.next()
	if !slices.Contains(p.groups, ref) {
		p.groups = append(p.groups, ref)
	}
	return &group{ref, byARN, negative}
}

// equality reads = or !=, the only operators of the keyword before it, and tells whether it is !=.
func (p *parser) equality(keyword string) (negative bool) {
	t := p.tok
	if t.kind != tokCompare || t.text != "=" && t.text != "!=" {
		p.unexpected("'=' or '!=' behind " + keyword)
		return false
	}
	p.next()
	return t.text == "!="
}
