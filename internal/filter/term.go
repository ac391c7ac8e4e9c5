package filter

import (
	"strings"

	"github.com/rayscope/rayscope/internal/fact"
)

// term reads a word that stands for values, and what it is compared with.
func (p *parser) term() node {
	n := &term{word: byName[p.tok.lower]}
	m := &words[n.word]
	if !p.legal(m.scope) {
		return n
	}
	p.next()
	n.is = p.comparison(m.name, m.kind)
	if m.kind == truth {
		return simplify(n)
	}
	return n
}

// simplify makes the bare term, or its negation, of a comparison with true or false: a truth always has a value.
func simplify(n *term) node {
	is := n.is
	n.is = fact.Condition{}
	if is.Op == fact.Set || is.Value.Bool == (is.Op == fact.Equal) {
		return n
	}
	return newNot(n)
}

// comparison reads what stands behind a word: an operator and a value, or nothing.
func (p *parser) comparison(name string, k kind) fact.Condition {
	op, at := p.tok, p.tok.at
	is := fact.Condition{Op: p.operator()}
	if is.Op == fact.Set {
		return is
	}
	if k != anyKind && !suits(is.Op, k) {
		p.fail(at, "'%s' does not compare %s, as %s is: use %s", op.text, plural[k], name, usable[k])
		return is
	}
	literal := p.literal(name, k)
	if p.err == nil && !suits(is.Op, kindOf(literal)) {
		p.fail(at, "'%s' does not compare %s such as %s: use %s", op.text, plural[kindOf(literal)], clip(p.tok.text), usable[kindOf(literal)])
		return is
	}
	is.Value = literal
	p.next()
	return is
}

// operator reads an operator of comparison, if there is one, else it is Set.
func (p *parser) operator() fact.Op {
	op := fact.Set
	switch {
	case p.tok.kind == tokCompare:
		op = p.tok.op
	case p.tok.is("contains"):
		op = fact.Contains
	case p.tok.is("beginswith"):
		op = fact.BeginsWith
	case p.tok.is("endswith"):
		op = fact.EndsWith
	default:
		return op
	}
	p.next()
	return op
}

// Kinds for people, and what compares them.
var (
	plural   = [...]string{truth: "truth values", number: "numbers", str: "strings"}
	singular = [...]string{truth: "true or false", number: "a number", str: "a string in double quotes", anyKind: "a number, a string in double quotes, true or false"}
	usable   = [...]string{truth: "= !=", number: "= != < <= > >=", str: "= != CONTAINS BEGINSWITH ENDSWITH"}
)

// suits tells whether the operator compares values of the kind.
func suits(op fact.Op, k kind) bool {
	switch op {
	case fact.Equal, fact.NotEqual:
		return true
	case fact.Contains, fact.BeginsWith, fact.EndsWith:
		return k == str
	}
	return k == number
}

func kindOf(v fact.Value) kind {
	switch v.Kind {
	case fact.Bool:
		return truth
	case fact.Number:
		return number
	}
	return str
}

// literal is the value that the token is, which has to be of the kind.
func (p *parser) literal(name string, k kind) fact.Value {
	t := &p.tok
	switch {
	case t.kind == tokWord && isLiteral(t.lower) && (k == truth || k == anyKind):
		return fact.Value{Kind: fact.Bool, Bool: t.lower == "true"}
	case t.kind == tokString && k == truth && isLiteral(t.value.String):
		return fact.Value{Kind: fact.Bool, Bool: t.value.String == "true"}
	case t.kind == tokNumber && (k == number || k == anyKind), t.kind == tokString && (k == str || k == anyKind):
		return t.value
	}
	hint := ""
	switch {
	case t.kind == tokWord && k == str:
		hint = `: write "` + clip(t.text) + `"`
	case t.kind == tokString && k == number:
		hint = ": leave out the quotes"
	}
	p.fail(t.at, "want %s to compare %s with, found %s%s", singular[k], name, t, hint)
	return fact.Value{}
}

// hasSide tells whether a word in lower case is about the annotations of one side of an edge.
func hasSide(lower string) bool {
	_, name, ok := strings.Cut(lower, ".")
	return ok && (strings.HasPrefix(lower, "source.annotation") || strings.HasPrefix(lower, "destination.annotation")) &&
		(name == "annotation" || strings.HasPrefix(name, "annotation."))
}

// annotation reads an annotation in any of its forms.
func (p *parser) annotation() node {
	n := &term{word: wAnnotation}
	w := p.tok
	known := words[wAnnotation].scope
	rest := len("annotation")
	if hasSide(w.lower) {
		known = inEdge
		n.side = source
		if w.lower[0] == 'd' {
			n.side = destination
		}
		rest += strings.IndexByte(w.lower, '.') + 1
	}
	if !p.legal(known) {
		return n
	}
	if rest < len(w.text) {
		n.key = p.dotKey(w.at+rest, w.text[rest+1:])
	} else {
		n.key = p.bracketKey()
	}
	n.is = p.comparison("annotation "+Quote(clip(n.key)), anyKind)
	return n
}

// dotKey checks the key behind the dot at byte at and goes past it.
func (p *parser) dotKey(at int, key string) string {
	switch dot := strings.IndexByte(key, '.'); {
	case key == "":
		p.fail(at+1, "want an annotation's key behind the dot")
	case dot >= 0:
		p.fail(at+1+dot, "a key behind a dot is one name: write annotation[%s]", Quote(clip(key)))
	default:
		p.next()
	}
	return key
}

// bracketKey reads a key in brackets. Keys need not be words or numbers, so it reads the text, not tokens.
func (p *parser) bracketKey() string {
	p.skipSpace()
	if p.pos == len(p.text) || p.text[p.pos] != '[' {
		p.next()
		p.unexpected("an annotation's key, as in annotation.key or annotation[\"key\"]")
		return ""
	}
	p.pos++
	p.skipSpace()
	at := p.pos
	for p.pos < len(p.text) && (isKey(p.text[p.pos]) || p.text[p.pos] == '.') {
		p.pos++
	}
	key := p.text[at:p.pos]
	p.next()
	if key == "" && p.tok.kind == tokString {
		key = p.tok.value.String
		p.next()
	}
	switch {
	case p.err != nil:
	case key == "":
		p.fail(at, "want an annotation's key in the brackets")
	case p.tok.kind != ']':
		p.fail(p.tok.at, "want ']' behind the key, found %s: a key stands in double quotes unless it is of letters, digits, '_' and '.'", &p.tok)
	default:
		p.next()
	}
	return key
}
