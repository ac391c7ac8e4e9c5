package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones = 0x0101010101010101
	high = 0x80 * ones
)

// special marks, with the high bit of its byte, the first byte of x that cannot stand for itself in a string: a quote, a
// backslash or a control character. Marks above the first may be wrong: they have to be looked for again.
func special(x uint64) uint64 {
	below21 := (x ^ 0x02*ones) - 0x21*ones // borrows for b^2 < 0x21: control characters and the quote, 0x22
	backslash := (x ^ '\\'*ones) - ones
	return (below21 | backslash) &^ x & high
}

// plain is the index of the first byte from i on that cannot stand for itself in a string, or len(b).
func plain(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}

// Text reads a string and returns what is between its quotes, as it is written: if escaped is set, Unescape makes the
// text of it.
func (s *Scanner) Text() (raw []byte, escaped bool) {
	if s.Peek() != '"' {
		s.fail(s.pos, "a string")
		return nil, false
	}
	start, data := s.pos+1, s.data
	i := start
	for ; i+8 <= len(data); i += 8 { // as in plain, without the call
		m := special(binary.LittleEndian.Uint64(data[i:]))
		if m == 0 {
			continue
		}
		if i += bits.TrailingZeros64(m) >> 3; data[i] == '"' {
			s.pos = i + 1
			return data[start:i], false
		}
		break
	}
	return s.slowText(start, plain(data, i))
}

// slowText is Text for a string that starts at start and has an escape, the end or an error at i.
func (s *Scanner) slowText(start, i int) (raw []byte, escaped bool) {
	for i < len(s.data) && s.data[i] == '\\' {
		n := escapeLen(s.data[i:])
		if n == 0 {
			break
		}
		escaped = true
		i = plain(s.data, i+n)
	}
	if !s.closeText(i) {
		return nil, false
	}
	return s.data[start:i], escaped
}

// closeText goes past the closing quote, which should be at i.
func (s *Scanner) closeText(i int) bool {
	switch {
	case i >= len(s.data):
		s.fail(i, "a closing quote")
	case s.data[i] == '\\':
		s.fail(i, `an escape: one of \" \\ \/ \b \f \n \r \t \uXXXX`)
	case s.data[i] != '"':
		s.fail(i, "no control character inside a string")
	default:
		s.pos = i + 1
		return true
	}
	return false
}

// AppendText reads a string and appends its text to dst.
func (s *Scanner) AppendText(dst []byte) []byte {
	if s.Peek() != '"' {
		s.fail(s.pos, "a string")
		return dst
	}
	dst, i := unescape(dst, s.data, s.pos+1)
	s.closeText(i)
	return dst
}

// Unescape appends the text of what Text returned.
func Unescape(dst, raw []byte) []byte {
	dst, _ = unescape(dst, raw, 0)
	return dst
}

// unescape appends the text of src from i on and returns where it stopped: at a quote, a control character, a broken
// escape or the end. A surrogate without its other half becomes U+FFFD.
func unescape(dst, src []byte, i int) ([]byte, int) {
	for {
		dst, i = unescapeWords(dst, src, i)
		end := plain(src, i)
		dst = append(dst, src[i:end]...)
		if end == len(src) || src[end] != '\\' {
			return dst, end
		}
		n := escapeLen(src[end:])
		if n == 0 {
			return dst, end
		}
		i = end + n
		if n == 2 {
			dst = append(dst, escapes[src[end+1]])
			continue
		}
		r := hex4(src[end+2:])
		if utf16.IsSurrogate(r) {
			if pair := lowHalf(src[i:], r); pair != utf8.RuneError {
				r = pair
				i += 6
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
}

// unescapeWords does the easy part of unescape, which is nearly all of it: it goes on while there are whole words to read
// and dst has room for them, and up to the first thing that is neither plain text nor an escape of two characters. Words
// are written as they are read, and what follows overwrites what did not belong to the text.
func unescapeWords(dst, src []byte, i int) ([]byte, int) {
	j := len(dst)
	dst = dst[:cap(dst)]
	for i+9 <= len(src) && j+8 <= len(dst) {
		x := binary.LittleEndian.Uint64(src[i:])
		binary.LittleEndian.PutUint64(dst[j:], x)
		m := special(x)
		if m == 0 {
			i += 8
			j += 8
			continue
		}
		n := bits.TrailingZeros64(m) >> 3
		i += n
		j += n
		e := escapes[src[i+1]]
		if src[i] != '\\' || e == 0 {
			break
		}
		dst[j] = e
		i += 2
		j++
	}
	return dst[:j], i
}

// escapes is what the byte behind a backslash stands for; 0 where none does.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escapeLen is the length of the escape that b starts with, 0 if it is none.
func escapeLen(b []byte) int {
	switch {
	case len(b) >= 2 && escapes[b[1]] != 0:
		return 2
	case len(b) >= 6 && b[1] == 'u' && hex4(b[2:]) >= 0:
		return 6
	}
	return 0
}

// lowHalf combines the surrogate r with the one whose escape b starts with; it is U+FFFD if they make no pair.
func lowHalf(b []byte, r rune) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return utf8.RuneError
	}
	return utf16.DecodeRune(r, hex4(b[2:]))
}

// hex4 is the value of the four hex digits that b starts with, -1 if they are none.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
