// Package fold makes one text of those that differ by ids, numbers and quoted words only: the template of a URL, what an exception
// says. Analyses count by these texts and filter expressions compare them, so both have them from here.
package fold

import "strings"

// AppendTemplate appends the path of a URL with its ids folded, so that requests for different things of one kind are the same.
// Scheme, host, query and fragment are left out. A part of the path is folded to {id} by isID, by isNumbered, or if it has an @.
func AppendTemplate(b []byte, url string) []byte {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		i := strings.IndexAny(rest, "/?#")
		if i < 0 {
			return append(b, '/')
		}
		url = rest[i:]
	}
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	if url == "" {
		return append(b, '/')
	}
	for {
		part, rest, more := strings.Cut(url, "/")
		if isID(part) || isNumbered(part) || strings.IndexByte(part, '@') >= 0 {
			part = "{id}"
		}
		b = append(b, part...)
		if !more {
			return b
		}
		b = append(b, '/')
		url = rest
	}
}

// A census counts the kinds of characters of a word.
type census struct{ digits, lower, upper, hex, dashes, others int }

func take(word string) (c census) {
	for _, r := range []byte(word) {
		switch {
		case r >= '0' && r <= '9':
			c.digits++
		case r >= 'a' && r <= 'f':
			c.hex++
			c.lower++
		case r >= 'A' && r <= 'F':
			c.hex++
			c.upper++
		case r >= 'a' && r <= 'z':
			c.lower++
		case r >= 'A' && r <= 'Z':
			c.upper++
		case r == '-' || r == '_' || r == '.' || r == ':':
			c.dashes++
		default:
			c.others++
		}
	}
	return c
}

// isID tells whether a word is an id by its look: of 8 or more hex digits, with dashes between them (a UUID, a trace id), one of
// which at least is a decimal digit; or of 16 or more letters and digits, with both and a quarter digits, or with three digits and
// letters of both cases.
func isID(word string) bool {
	if len(word) < 8 {
		return false
	}
	c := take(word)
	letters := c.lower + c.upper
	switch {
	case c.digits == 0 || c.others > 0:
		return false
	case c.hex == letters && letters > 0 && c.digits+c.hex >= 8:
		return true
	}
	return len(word) >= 16 && letters > 0 && (4*c.digits >= len(word) || c.digits >= 3 && c.lower > 0 && c.upper > 0)
}

// isNumbered tells whether a part of a path is a number, also with dashes and dots (a date), with one or two letters before it
// (u-4711, but not v2), or with four digits and more, and then a dash, in front (4711-blue-shoes).
func isNumbered(part string) bool {
	c := take(part)
	letters := c.lower + c.upper
	switch {
	case c.digits == 0 || c.others > 0:
		return false
	case letters == 0, letters <= 2 && (c.digits >= 3 || c.dashes > 0):
		return true
	}
	n := digitsOf(part)
	return n >= 4 && n < len(part) && strings.IndexByte("-_.", part[n]) >= 0
}

// digitsOf is how many digits the text begins with.
func digitsOf(s string) (n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// AppendException appends the type of an exception and its folded message, with ": " between them if it has both.
func AppendException(b []byte, kind, message string) []byte {
	return AppendMessage(appendKind(b, kind, message), message)
}

// AppendWhole is AppendException with the message as it was.
func AppendWhole(b []byte, kind, message string) []byte {
	return append(appendKind(b, kind, message), message...)
}

func appendKind(b []byte, kind, message string) []byte {
	b = append(b, kind...)
	if kind != "" && message != "" {
		b = append(b, ": "...)
	}
	return b
}

// AppendMessage appends a message with what differs from case to case folded: quoted text to {text}, ids to {id}, numbers to {n}.
func AppendMessage(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		switch n := quoted(s, i); {
		case n > 0:
			b = append(b, s[i])
			b = append(b, "{text}"...)
			b = append(b, s[i+n-1])
			i += n
		case isWord(s[i]):
			n = wordOf(s[i:])
			b = appendWord(b, s[i:i+n])
			i += n
		default:
			b = append(b, s[i])
			i++
		}
	}
	return b
}

// longestQuote is how long quoted text may be; beyond it the two quotes hardly belong together.
const longestQuote = 300

// quoted is the length of the quoted text that begins at i; 0 if none does. A quote within a word is an apostrophe.
func quoted(s string, i int) int {
	q := s[i]
	if q != '"' && q != '\'' && q != '`' || i > 0 && isWord(s[i-1]) {
		return 0
	}
	end := min(len(s), i+longestQuote)
	for j := i + 1; j < end; j++ {
		if s[j] == q && (j+1 == len(s) || !isWord(s[j+1])) {
			return j + 1 - i
		}
	}
	return 0
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// wordOf is the length of the word that the text begins with: letters and digits, dashes and dots between them.
func wordOf(s string) int {
	n := 1
	for n < len(s) && (isWord(s[n]) || n+1 < len(s) && strings.IndexByte("-_.", s[n]) >= 0 && isWord(s[n+1])) {
		n++
	}
	return n
}

// appendWord folds an id, a number, and the number that a word begins with: its unit is kept.
func appendWord(b []byte, w string) []byte {
	if isID(w) {
		return append(b, "{id}"...)
	}
	if c := take(w); c.lower+c.upper == 0 {
		return append(b, "{n}"...)
	}
	n := 0
	for n < len(w) && (w[n] >= '0' && w[n] <= '9' || n > 0 && w[n] == '.') {
		n++
	}
	if n > 0 {
		b = append(b, "{n}"...)
	}
	return append(b, w[n:]...)
}
