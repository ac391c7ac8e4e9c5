package relay

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	ones = 0x0101010101010101
	high = 0x80 * ones
)

// special marks, with the high bit of its byte, the first byte of x that cannot be copied as it is: a quote, a backslash,
// a control character, or one that is not ASCII. Marks above the first may be wrong: they have to be looked for again.
func special(x uint64) uint64 {
	below21 := (x ^ 0x02*ones) - 0x21*ones // borrows for b^2 < 0x21: control characters and the quote, 0x22
	backslash := (x ^ '\\'*ones) - ones
	return (below21|backslash)&^x&high | x&high
}

// appendString appends src as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD each: a document that
// breaks the rules is refused alone, while a body that does would be refused with all the documents in it.
func appendString(dst, src []byte) []byte {
	dst = append(dst, '"')
	for i := 0; ; {
		dst, i = appendWords(dst, src, i)
		if i == len(src) {
			return append(dst, '"')
		}
		dst, i = appendRune(dst, src, i)
	}
}

// appendWords does the easy part of appendString, which is nearly all of it: it goes on while there are whole words to
// read and dst has room for them, and up to the first thing that is neither plain text nor a quote or backslash. Words are
// written as they are read, and what follows overwrites what did not belong to the text.
func appendWords(dst, src []byte, i int) ([]byte, int) {
	const most = 8 + 1 // bytes that one step writes: a word, or 7 bytes and an escape
	j := len(dst)
	dst = dst[:cap(dst)]
	for i+8 <= len(src) && j+most <= len(dst) {
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
		c := src[i]
		if c != '"' && c != '\\' {
			break
		}
		dst[j], dst[j+1] = '\\', c
		i++
		j += 2
	}
	return dst[:j], i
}

// escapes is the letter that stands behind a backslash for a control character; 0 where there is none.
var escapes = [' ']byte{'\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

// appendRune appends the character at src[i], whatever it is, and returns the index behind it.
func appendRune(dst, src []byte, i int) ([]byte, int) {
	const hex = "0123456789abcdef"
	switch c := src[i]; {
	case c == '"' || c == '\\':
		return append(dst, '\\', c), i + 1
	case c < ' ' && escapes[c] != 0:
		return append(dst, '\\', escapes[c]), i + 1
	case c < ' ':
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf]), i + 1
	case c < utf8.RuneSelf:
		return append(dst, c), i + 1
	}
	r, size := utf8.DecodeRune(src[i:])
	return utf8.AppendRune(dst, r), i + size
}
