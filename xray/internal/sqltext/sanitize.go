package sqltext

import (
	"strings"
	"unicode/utf8"
)

const (
	// maxInput bounds the work for one query: bulk inserts of megabytes have said what they are by then.
	maxInput = 64 << 10
	// MaxQuery is the length of a sanitised query in bytes at most: enough to recognise any query, and a small part of what a
	// datagram takes.
	MaxQuery = 4 << 10
)

// Sanitize returns the query with "?" in place of every literal, without comments and with single blanks. Names stay,
// and so do placeholders. What cannot be read with certainty ends the result.
func Sanitize(d Dialect, query string) string {
	usual := scan(d, query, d.escapes())
	if d != MySQL && d != Postgres || !strings.Contains(query, `\'`) && !strings.Contains(query, `\"`) {
		return usual.result()
	}
	// Settings of the server say whether a backslash escapes a quote: MySQL's NO_BACKSLASH_ESCAPES, PostgreSQL's
	// standard_conforming_strings. Mostly only one of the two readings gives a query.
	other := scan(d, query, backslash-d.escapes())
	switch {
	case other.broken && !usual.broken, string(usual.out) == string(other.out):
		return usual.result()
	case usual.broken && !other.broken:
		return other.result()
	}
	careful := scan(d, query, eitherEscape)
	return careful.result()
}

// scan reads a query by one of the meanings of a backslash.
func scan(d Dialect, query string, e escape) scanner {
	if len(query) > maxInput {
		query = query[:maxInput]
	}
	s := scanner{src: query, dialect: d, escapes: e, out: make([]byte, 0, min(len(query), MaxQuery))}
	for s.pos < len(s.src) && len(s.out) < MaxQuery && s.next() {
	}
	s.broken = s.broken && len(query) < maxInput
	return s
}

// A scanner goes once over a query. Each of its steps consumes at least one byte, or ends the scan by returning false.
type scanner struct {
	src     string
	pos     int
	dialect Dialect
	escapes escape // in literals without a prefix
	out     []byte
	broken  bool // read so it is hardly a query: it ends inside of something, or a backslash or a word stands where nobody writes one
	space   bool // a blank is due before the next token
	running int  // MySQL: how many /*! comments are open, whose content is code
	words   [2]string
}

func (s *scanner) result() string {
	out := strings.ToValidUTF8(string(s.out), "\uFFFD")
	if len(out) <= MaxQuery {
		return out
	}
	end := MaxQuery
	for !utf8.RuneStart(out[end]) {
		end--
	}
	return out[:end]
}

func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.src) {
		return s.src[s.pos+n]
	}
	return 0
}

// emit appends a token; words that are not names forget the words before.
func (s *scanner) emit(token string) {
	if s.space && len(s.out) > 0 {
		s.out = append(s.out, ' ')
	}
	s.space = false
	s.out = append(s.out, token...)
	s.words = [2]string{}
}

// literal stands for a literal that ended where the scanner stands.
func (s *scanner) literal() bool {
	s.emit("?")
	return true
}

// cut ends the scan where nothing that follows can be told for sure.
func (s *scanner) cut() bool {
	s.emit("?")
	return false
}

func (s *scanner) next() bool {
	switch c := s.src[s.pos]; {
	case c <= ' ':
		s.pos++
		s.space = true
		return true
	case c == '\'':
		return s.quoted(s.escapes)
	case c == '"':
		return s.doubleQuoted()
	case c == '`':
		return s.name('`')
	case c == '[':
		return s.bracket()
	case c == '-' && s.peek(1) == '-':
		return s.dashes()
	case c == '#':
		return s.hash()
	case c == '/' && s.peek(1) == '*':
		return s.comment()
	case c == '*' && s.peek(1) == '/' && s.running > 0:
		s.running--
		s.pos += 2
		s.space = true
		return true
	case c == '$':
		return s.dollar()
	case digit(c), c == '.' && digit(s.peek(1)):
		return s.number()
	case c == ':' || c == '?':
		return s.placeholder()
	case letter(c), c == '@' && (letter(s.peek(1)) || s.peek(1) == '@' && letter(s.peek(2))):
		return s.word()
	default:
		s.broken = s.broken || c == '\\' && s.peek(1) != 'N' // \N is MySQL's NULL
		s.emit(s.src[s.pos : s.pos+1])
		s.pos++
		return true
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

// word takes a name, a keyword or a placeholder with a name. The letter right before a quote belongs to the literal: N'…', x'…'.
func (s *scanner) word() bool {
	start := s.pos
	for s.src[s.pos] == '@' {
		s.pos++
	}
	for s.pos < len(s.src) && wordByte(s.src[s.pos]) {
		s.pos++
	}
	word := s.src[start:s.pos]
	switch {
	case s.secretNext():
		return s.secret()
	case s.peek(0) == '\'' && prefixes[strings.ToLower(word)]:
		return s.prefixed(strings.ToLower(word))
	}
	last := s.words[1]
	s.emit(word)
	s.words = [2]string{last, word}
	return true
}

func wordByte(c byte) bool { return letter(c) || digit(c) || c == '$' }

// prefixes are what may stand right before the quote of a literal and is part of it.
var prefixes = map[string]bool{"n": true, "e": true, "x": true, "b": true, "q": true, "nq": true}

// secretNext tells that the next name is a password: Oracle takes it without quotes behind IDENTIFIED BY.
func (s *scanner) secretNext() bool {
	return strings.EqualFold(s.words[0], "identified") && strings.EqualFold(s.words[1], "by")
}

// secret takes a password without quotes, of whatever bytes it is.
func (s *scanner) secret() bool {
	if i := strings.IndexAny(s.src[s.pos:], " \t\r\n;"); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.src)
	}
	return s.literal()
}

// prefixed takes a literal that stands behind the letters of prefix.
func (s *scanner) prefixed(prefix string) bool {
	switch prefix {
	case "e":
		switch s.dialect {
		case Postgres:
			return s.quoted(backslash)
		case MySQL:
			return s.quoted(s.escapes)
		}
		return s.quoted(eitherEscape)
	case "q", "nq":
		if s.dialect == Oracle {
			return s.oracleQuoted()
		}
		if s.dialect == Unknown {
			return s.cut()
		}
	}
	return s.quoted(s.escapes)
}

// number takes digits and all that may belong to them: 0xFF, 1_000, 1.5e-3.
func (s *scanner) number() bool {
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		sign := (c == '+' || c == '-') && s.src[s.pos-1]|0x20 == 'e' && digit(s.peek(1))
		if !digit(c) && !letter(c) && c != '.' && !sign {
			break
		}
		s.pos++
	}
	return s.literal()
}

// placeholder takes ? and :name, and with the databases that count them also ?1 and :1.
func (s *scanner) placeholder() bool {
	start := s.pos
	c := s.src[s.pos]
	s.pos++
	if c == '?' && s.dialect == SQLite || c == ':' && s.dialect == Oracle {
		for s.pos < len(s.src) && digit(s.src[s.pos]) {
			s.pos++
		}
	}
	s.emit(s.src[start:s.pos])
	return true
}
