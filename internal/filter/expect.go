package filter

import (
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

// A Source is where names and values that may stand at a place come from.
type Source uint8

// The sources.
const (
	NoSource Source = iota
	Services        // names of services, as strings
	Keys            // annotations, with what makes a term of their key
	BareKeys        // keys of annotations, in brackets
	Values          // values of an attribute
	Groups          // names of groups, as strings
)

// An Expectation is what may stand at the end of an unfinished expression, in the place of the last word.
type Expectation struct {
	From      int      // byte where that word begins; the end if none has begun
	Written   string   // of the word: without the quote of a string
	Words     []string // keywords, operators and brackets
	Source    Source
	Attribute string // of Values, as expressions name it: http.status, annotation.KEY
}

// Expect tells what may stand at the end of text, which is an expression up to where its writer is. After an error nothing may.
// It goes by the grammar's tokens, so it may allow a word more than Parse does, where only what follows decides.
func Expect(text string) Expectation {
	e := expecter{lexer: lexer{text: text, data: []byte(text)}, place: inTrace, state: operandNext}
	for len(text) <= MaxLength {
		e.skipSpace()
		if e.pos == len(text) {
			return e.at(e.pos, "")
		}
		if text[e.pos] == '"' && !closed(e.data[e.pos:]) {
			return e.at(e.pos, text[e.pos+1:])
		}
		if e.next(); e.err != nil {
			break
		}
		if (e.tok.kind == tokWord || e.tok.kind == tokNumber) && e.pos == len(text) {
			return e.at(e.tok.at, e.tok.text)
		}
		e.step()
	}
	return Expectation{From: len(text)}
}

// closed tells whether the string that the text begins with has its second quote.
func closed(text []byte) bool {
	s := jsonscan.New(text, 0)
	s.Text()
	return s.Err() == nil
}

// A state is what an expecter waits for.
type state uint8

const (
	nothingNext   state = iota // what it cannot follow
	operandNext                // a term, '!' or '('
	operatorNext               // an operator of the term's word, or what joins
	valueNext                  // a value of the word
	joinNext                   // AND, OR, another operand, or the end of brackets
	callNext                   // '(' of service or edge
	nodeNext                   // a name or id(...), or ')'
	nodeEnd                    // ',' or ')' behind a node
	idNext                     // '(' of id
	fieldNext                  // a field of id
	colonNext                  // ':' behind a field
	fieldValue                 // the field's value
	fieldEnd                   // ',' or ')' behind it
	bodyNext                   // '{' of service and edge, or what joins
	causeBodyNext              // '{' of a root cause
	bracketNext                // '[' behind annotation
	keyNext                    // a key in brackets
	keyEnd                     // ']'
)

// An expecter follows the tokens of an expression.
type expecter struct {
	lexer
	state     state
	place     scope
	outer     []scope // places around, one for each open brace
	head      string  // service, edge or the root cause whose arguments or braces come
	kind      kind    // of the word that was read
	attribute string  // that is compared
	source    Source  // of its values
	field     string  // of id(...)
}

// step goes past the token.
func (e *expecter) step() {
	t := &e.tok
	switch e.state {
	case operandNext:
		e.operand()
	case operatorNext:
		if t.kind == tokCompare || t.is("contains") || t.is("beginswith") || t.is("endswith") {
			e.state = valueNext
			return
		}
		e.join()
	case valueNext:
		e.state = joinNext
	case joinNext:
		e.join()
	case bodyNext, causeBodyNext:
		if t.kind == '{' {
			e.open()
			return
		}
		e.join()
	default:
		e.argument()
	}
}

// argument goes past a token within the parentheses or brackets of a word.
func (e *expecter) argument() {
	t := &e.tok
	switch {
	case e.state == callNext && t.kind == '(', e.state == nodeEnd && t.kind == ',':
		e.state = nodeNext
	case e.state == nodeNext && t.kind == tokString:
		e.state = nodeEnd
	case e.state == nodeNext && t.is("id"):
		e.state = idNext
	case (e.state == nodeNext || e.state == nodeEnd) && t.kind == ')':
		e.state = bodyNext
	case e.state == idNext && t.kind == '(', e.state == fieldEnd && t.kind == ',':
		e.state = fieldNext
	case e.state == fieldNext && t.kind == tokWord:
		e.state, e.field = colonNext, t.lower
	case e.state == colonNext && t.kind == ':':
		e.state = fieldValue
	case e.state == fieldValue && t.kind == tokString:
		e.state = fieldEnd
	case e.state == fieldEnd && t.kind == ')':
		e.state = nodeEnd
	case e.state == bracketNext && t.kind == '[':
		e.state = keyNext
	case e.state == keyNext && t.kind == tokWord:
		e.annotation(t.text)
		e.state = keyEnd
	case e.state == keyNext && t.kind == tokString:
		e.annotation(t.value.String)
		e.state = keyEnd
	case e.state == keyEnd && t.kind == ']':
		e.state = operatorNext
	default:
		e.state = nothingNext
	}
}

// join goes past what stands behind an operand.
func (e *expecter) join() {
	switch t := &e.tok; {
	case t.is("and"), t.is("or"):
		e.state = operandNext
	case t.kind == ')':
		e.state = joinNext
	case t.kind == '}' && len(e.outer) > 0:
		n := len(e.outer) - 1
		e.place, e.outer, e.state = e.outer[n], e.outer[:n], joinNext
	default:
		e.operand()
	}
}

// open goes into the braces of the head.
func (e *expecter) open() {
	e.outer = append(e.outer, e.place)
	e.state = operandNext
	switch e.head {
	case "service":
		e.place = inService
	case "edge":
		e.place = inEdge
	case "rootcause.responsetime.entity":
		e.place = inTimedEntity
	default:
		e.place = inCauseService
		if strings.HasSuffix(e.head, ".entity") {
			e.place = inCauseEntity
		} else if strings.HasSuffix(e.head, ".exception") {
			e.place = inException
		}
	}
}

// operand goes past the beginning of a term.
func (e *expecter) operand() {
	t := &e.tok
	e.state = operandNext
	if t.kind == '!' || t.kind == '(' || t.is("not") {
		return
	}
	if t.kind == '}' && len(e.outer) > 0 { // empty braces
		e.join()
		return
	}
	if t.kind != tokWord {
		e.state = nothingNext
		return
	}
	e.word(t)
}

func (e *expecter) word(t *token) {
	if m, ok := byName[t.lower]; ok && m != wAnnotation {
		e.term(m)
		return
	}
	name := t.text
	if hasSide(t.lower) {
		_, name, _ = strings.Cut(name, ".")
	}
	lower := strings.ToLower(name)
	switch {
	case lower == "annotation":
		e.state = bracketNext
	case strings.HasPrefix(lower, "annotation."):
		e.annotation(name[len("annotation."):])
		e.state = operatorNext
	case t.lower == "service", t.lower == "edge":
		e.state, e.head = callNext, t.lower
	case t.lower == "group.name":
		e.state, e.kind, e.source = operatorNext, anyKind, Groups
	case strings.HasPrefix(t.lower, "rootcause.") && t.lower != "rootcause.json" && structures[t.lower] != 0:
		e.state, e.head = causeBodyNext, t.lower
	default:
		e.state = nothingNext
	}
}

func (e *expecter) term(w word) {
	m := &words[w]
	e.state, e.kind, e.attribute, e.source = operatorNext, m.kind, m.name, Values
	switch {
	case w == wName && e.place&(inService|inCauseService) != 0:
		e.source = Services
	case m.scope&inTrace == 0 || m.kind == truth || w == wResponseTime || w == wDuration:
		e.source = NoSource
	}
}

func (e *expecter) annotation(key string) {
	e.kind, e.attribute, e.source = anyKind, "annotation."+key, Values
}

// at is what may stand in the place of a word that begins at a byte.
func (e *expecter) at(from int, written string) Expectation {
	x := Expectation{From: from, Written: written}
	switch e.state {
	case operandNext:
		e.expectOperand(&x)
	case operatorNext:
		x.Words = append(strings.Fields(operatorsOf[e.kind]), "AND", "OR")
		if e.source == Groups {
			x.Words = []string{"=", "!="}
		}
	case valueNext:
		x.Source, x.Attribute = e.source, e.attribute
		if e.kind == truth {
			x.Words = []string{"true", "false"}
		}
	case joinNext:
		x.Words = []string{"AND", "OR"}
	case bodyNext:
		x.Words = []string{"{", "AND", "OR"}
	case callNext, idNext:
		x.Words = []string{"("}
	case nodeNext:
		x.Words, x.Source = []string{"id("}, Services
	case fieldNext:
		x.Words = []string{"name:", "type:", "account.id:"}
	case fieldValue:
		if e.field == "name" {
			x.Source = Services
		}
	case causeBodyNext:
		x.Words = []string{"{"}
	case keyNext:
		x.Source = BareKeys
	}
	return x
}

// expectOperand lists the words of the place. Beside them stand the annotations that there are.
func (e *expecter) expectOperand(x *Expectation) {
	if words[wAnnotation].scope&e.place != 0 {
		x.Source = Keys
	}
	for _, w := range legalIn(e.place) {
		if !slices.Contains(operators, w) && !strings.HasSuffix(w, "annotation") {
			x.Words = append(x.Words, w)
		}
	}
	x.Words = append(x.Words, "NOT")
}

// operatorsOf are the operators that compare values of a kind.
var operatorsOf = [...]string{truth: usable[truth], number: usable[number], str: usable[str], anyKind: "= != < <= > >= CONTAINS BEGINSWITH ENDSWITH"}
