package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/jsonscan"
)

// A token is one of these kinds, or a bracket, comma, colon, '!' or '#', which are their own kind.
const (
	tokEnd     = 0
	tokWord    = 'w'
	tokString  = 's'
	tokNumber  = 'n'
	tokCompare = 'o'
)

// whiteSpace may stand between tokens.
const whiteSpace = " \t\r\n"

type token struct {
	kind  byte
	at    int    // byte where it starts
	text  string // as written
	lower string // of a word: in lower case
	value fact.Value
	op    fact.Op // of a comparison
}

// is tells whether the token is that word, given in lower case.
func (t *token) is(word string) bool { return t.kind == tokWord && t.lower == word }

// String names the token for people.
func (t *token) String() string {
	s := clip(t.text)
	switch t.kind {
	case tokEnd:
		return "the end"
	case tokString:
		return "the string " + s
	case tokNumber:
		return "the number " + s
	}
	return "'" + s + "'"
}

// clip is the beginning of what an error repeats.
func clip(s string) string {
	const longest = 40 // characters
	if utf8.RuneCountInString(s) > longest {
		return string([]rune(s)[:longest]) + "…"
	}
	return s
}

// A lexer cuts a text into tokens. Its first error sticks; from then on every token is the end.
type lexer struct {
	text string
	data []byte // the same
	pos  int    // behind tok
	tok  token
	err  *Error
}

// fail records the first error, at a byte.
func (l *lexer) fail(at int, format string, args ...any) {
	if l.err == nil {
		l.err = &Error{Column: utf8.RuneCountInString(l.text[:at]) + 1, Message: fmt.Sprintf(format, args...)}
	}
	l.pos = len(l.text)
	l.tok = token{at: l.pos}
}

// next goes on to the next token.
func (l *lexer) next() {
	l.skipSpace()
	at := l.pos
	if at == len(l.text) {
		l.tok = token{at: at}
		return
	}
	switch c := l.text[at]; {
	case isLetter(c):
		l.lexWord()
	case isDigit(c), c == '+', c == '-':
		l.lexNumber()
	case c == '"':
		l.lexString()
	case strings.IndexByte("=<>!", c) >= 0:
		l.lexCompare()
	case strings.IndexByte("(){}[],:#", c) >= 0:
		l.take(token{kind: c}, at+1)
	default:
		l.stray()
	}
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.text) && strings.IndexByte(whiteSpace, l.text[l.pos]) >= 0 {
		l.pos++
	}
}

// take makes t, which starts at l.pos and ends before end, the token.
func (l *lexer) take(t token, end int) {
	t.at, t.text = l.pos, l.text[l.pos:end]
	l.tok, l.pos = t, end
}

// lexWord reads letters, digits, underscores and dots.
func (l *lexer) lexWord() {
	end := l.pos
	for end < len(l.text) && (isKey(l.text[end]) || l.text[end] == '.') {
		end++
	}
	l.take(token{kind: tokWord, lower: strings.ToLower(l.text[l.pos:end])}, end)
}

func (l *lexer) lexNumber() {
	at, i := l.pos, l.pos
	if l.text[i] == '+' || l.text[i] == '-' {
		i++
	}
	if i = l.digits(i); l.err != nil {
		return
	}
	if i < len(l.text) && l.text[i] == '.' {
		i = l.digits(i + 1)
	}
	if l.err == nil && i < len(l.text) && l.text[i]|0x20 == 'e' {
		if i++; i < len(l.text) && (l.text[i] == '+' || l.text[i] == '-') {
			i++
		}
		i = l.digits(i)
	}
	if l.err != nil {
		return
	}
	if i < len(l.text) && isKey(l.text[i]) {
		l.fail(i, "a number ends before '%c': write it without a unit, times in seconds", l.text[i])
		return
	}
	n, err := strconv.ParseFloat(l.text[at:i], 64)
	if err != nil { // its form is right, so it is the range
		l.fail(at, "number %s is out of range: numbers go from -1.7e308 to 1.7e308", clip(l.text[at:i]))
		return
	}
	l.take(token{kind: tokNumber, value: fact.Value{Kind: fact.Number, Number: n}}, i)
}

// digits is the end of the digits at i, of which there has to be one.
func (l *lexer) digits(i int) int {
	first := i
	for i < len(l.text) && isDigit(l.text[i]) {
		i++
	}
	if i == first {
		l.fail(i, "want a digit of a number")
	}
	return i
}

func (l *lexer) lexString() {
	s := jsonscan.New(l.data[l.pos:], 0)
	raw, escaped := s.Text()
	var broken *jsonscan.Error
	if errors.As(s.Err(), &broken) {
		l.fail(l.pos+broken.Offset, "want %s in the string", broken.Want)
		return
	}
	end := l.pos + len(raw) + len(`""`)
	if escaped {
		raw = jsonscan.Unescape(nil, raw)
	}
	l.take(token{kind: tokString, value: fact.Value{Kind: fact.String, String: string(raw)}}, end)
}

// comparisons are the operators of comparison that are no words.
var comparisons = map[string]fact.Op{
	"=": fact.Equal, "!=": fact.NotEqual, "<": fact.Less, "<=": fact.LessOrEqual, ">": fact.Greater, ">=": fact.GreaterOrEqual,
}

// slips are operators of other languages, and ours for them.
var slips = map[string]string{"==": "=", "=>": ">=", "=<": "<=", "<>": "!=", "=!": "!=", "!==": "!=", "===": "=", "<<": "<", ">>": ">"}

func (l *lexer) lexCompare() {
	end := l.pos
	for end < len(l.text) && strings.IndexByte("=<>", l.text[end]) >= 0 || end == l.pos {
		end++
	}
	run := l.text[l.pos:end]
	op, known := comparisons[run]
	switch {
	case known:
		l.take(token{kind: tokCompare, op: op}, end)
	case run == "!":
		l.take(token{kind: '!'}, end)
	default:
		hint := ""
		if right := slips[run]; right != "" {
			hint = fmt.Sprintf(", did you mean '%s'?", right)
		}
		l.fail(l.pos, "unknown operator '%s'%s", clip(run), hint)
	}
}

// stray refuses a character that starts no token.
func (l *lexer) stray() {
	rest := l.text[l.pos:]
	r, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '&', '|':
		run := rest[:len(rest)-len(strings.TrimLeft(rest, rest[:1]))]
		l.fail(l.pos, "unknown operator '%.3s', did you mean '%s'?", run, map[rune]string{'&': "AND", '|': "OR"}[r])
	case '\'', '“', '”', '‘', '’', '`':
		l.fail(l.pos, "unexpected character %c: strings stand in straight double quotes, for example \"abc\"", r)
	default:
		l.fail(l.pos, "unexpected character %q", r)
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isKey tells whether c may be part of an annotation's key without quotes.
func isKey(c byte) bool { return isLetter(c) || isDigit(c) }
