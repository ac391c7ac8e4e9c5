package filter

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/trace"
)

// A printer writes expressions: for people, or compact, in as few characters as the language allows.
type printer struct {
	out     []byte
	compact bool
}

// text is the node in canonical form. That is the one for people, unless it would be longer than Parse takes: every AND
// that was left out makes it longer than what was parsed. The compact form never is.
func text(n node) string {
	var p printer
	n.print(&p)
	if utf8.RuneCount(p.out) > MaxLength {
		p = printer{compact: true}
		n.print(&p)
	}
	return string(p.out)
}

// put writes tokens, after a space if they would run into what is there.
func (p *printer) put(s string) {
	if n := len(p.out); n > 0 && s != "" && runsOn(p.out[n-1]) && runsOn(s[0]) {
		p.out = append(p.out, ' ')
	}
	p.out = append(p.out, s...)
}

func runsOn(c byte) bool { return isKey(c) || c == '.' }

// spaced writes an operator or a bracket, with spaces for people.
func (p *printer) spaced(s string) {
	if p.compact {
		p.put(strings.TrimSpace(s))
		return
	}
	p.out = append(p.out, s...)
}

// Precedences.
const (
	ofOr = iota
	ofAnd
	ofUnary
)

func precedence(n node) int {
	switch n.(type) {
	case *or:
		return ofOr
	case *and:
		return ofAnd
	}
	return ofUnary
}

// operand writes n, in parentheses if it binds less than what is around it.
func (p *printer) operand(n node, around int) {
	if precedence(n) >= around {
		n.print(p)
		return
	}
	p.put("(")
	n.print(p)
	p.put(")")
}

func (every) print(*printer) {}

func (n *and) print(p *printer) {
	for i, kid := range n.of {
		if i > 0 && !p.compact {
			p.put(" AND ")
		}
		p.operand(kid, ofUnary)
	}
}

func (n *or) print(p *printer) {
	for i, kid := range n.of {
		if i > 0 {
			p.spaced(" OR ")
		}
		p.operand(kid, ofAnd)
	}
}

func (n *not) print(p *printer) {
	p.put("!")
	p.operand(n.of, ofUnary)
}

func (n *term) print(p *printer) {
	switch n.side {
	case source:
		p.put("source.")
		p.out = append(p.out, "annotation"...)
	case destination:
		p.put("destination.")
		p.out = append(p.out, "annotation"...)
	default:
		p.put(words[n.word].name)
	}
	if n.word == wAnnotation {
		p.key(n.key)
	}
	if n.is.Op != fact.Set {
		p.spaced(" " + operatorTexts[n.is.Op] + " ")
		p.value(n.is.Value)
	}
}

var operatorTexts = [...]string{
	fact.Equal: "=", fact.NotEqual: "!=", fact.Less: "<", fact.LessOrEqual: "<=", fact.Greater: ">", fact.GreaterOrEqual: ">=",
	fact.Contains: "CONTAINS", fact.BeginsWith: "BEGINSWITH", fact.EndsWith: "ENDSWITH",
}

// key writes an annotation's key in the shortest way that it allows.
func (p *printer) key(key string) {
	switch rest := strings.TrimFunc(key, func(r rune) bool { return r < utf8.RuneSelf && isKey(byte(r)) }); {
	case rest == "":
		p.out = append(append(p.out, '.'), key...)
	case strings.TrimFunc(rest, func(r rune) bool { return r < utf8.RuneSelf && runsOn(byte(r)) }) == "":
		p.out = append(append(append(p.out, '['), key...), ']')
	default:
		p.out = append(append(append(p.out, '['), Quote(key)...), ']')
	}
}

func (p *printer) value(v fact.Value) {
	switch v.Kind {
	case fact.Bool:
		p.put(strconv.FormatBool(v.Bool))
	case fact.Number:
		p.put(numberText(v.Number, p.compact))
	default:
		p.put(Quote(v.String))
	}
}

// numberText writes a number with as few digits as tell it from others: without an exponent, unless that gets long, or
// when compact, longer than with one.
func numberText(n float64, compact bool) string {
	const long = 21 // digits, as in JavaScript
	plain := strconv.FormatFloat(n, 'f', -1, 64)
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		panic("filter: number " + mantissa + "e" + exponent + " has no exponent") // FormatFloat writes one
	}
	short := whole + fraction + "e" + strconv.Itoa(e-len(fraction))
	if len(plain) > long || compact && len(short) < len(plain) {
		return short
	}
	return plain
}

func (n *service) print(p *printer) {
	p.put("service(")
	p.selector(n.at)
	p.put(")")
	p.braces(n.cond)
}

func (n *edge) print(p *printer) {
	p.put("edge(")
	if n.from != nil {
		p.selector(n.from)
		p.spaced(", ")
		p.selector(n.to)
	}
	p.put(")")
	p.braces(n.cond)
}

func (p *printer) selector(c *selector) {
	if c == nil {
		return
	}
	if !c.byID {
		p.put(Quote(c.name))
		return
	}
	p.put("id(")
	first := true
	for _, name := range idFields {
		value, given := c.field(name)
		if !*given {
			continue
		}
		if !first {
			p.spaced(", ")
		}
		first = false
		p.put(name)
		p.spaced(": ")
		p.put(Quote(*value))
	}
	p.put(")")
}

func (p *printer) braces(cond node) {
	if cond == nil {
		return
	}
	p.spaced(" { ")
	cond.print(p)
	p.spaced(" }")
}

func (n *cause) print(p *printer) {
	kinds := [...]string{trace.CauseError: "error", trace.CauseFault: "fault", trace.CauseResponseTime: "responsetime"}
	lists := [...]string{services: "service", entities: "entity", exceptions: "exception"}
	p.put("rootcause." + kinds[n.kind] + "." + lists[n.list])
	p.braces(n.cond)
}

func (n *pattern) print(p *printer) {
	p.put("rootcause.json")
	p.spaced(" = ")
	p.put("#" + n.text)
}

func (n *group) print(p *printer) {
	name, of := "group.name", n.ref.Name
	if n.byARN {
		name, of = "group.arn", n.ref.ARN
	}
	op := " = "
	if n.not {
		op = " != "
	}
	p.put(name)
	p.spaced(op)
	p.put(Quote(of))
}

// Quote writes s as a string literal of the language, so that no character of it ends the literal.
func Quote(s string) string {
	const hex = "0123456789abcdef"
	out := make([]byte, 0, len(s)+2)
	out = append(out, '"')
	for _, r := range s { // what is not UTF-8 becomes U+FFFD
		switch at := strings.IndexRune("\"\\\b\f\n\r\t", r); {
		case at >= 0:
			out = append(out, '\\', `"\bfnrt`[at])
		case r < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return string(append(out, '"'))
}
