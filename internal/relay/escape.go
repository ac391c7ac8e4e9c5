package relay

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	ones = 0x0101010101010101
	high = 0x80 * ones
	low  = 0x7f * ones
)

// marks has the high bit of each byte of x set that is a quote or a backslash, and rare that of each which is a control
// character or not ASCII. Both are exact: sums of seven bits do not carry into the next byte.
func marks(x uint64) (marks, rare uint64) {
	quote, backslash := x^'"'*ones, x^'\\'*ones
	notQuote := quote&low + low | quote
	notBackslash := backslash&low + low | backslash
	notControl := x&low + (0x80-' ')*ones
	return ^(notQuote & notBackslash) & high, (^notControl | x) & high
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
// read and dst has room for them, and up to the first thing that is neither plain text nor a quote or backslash. Each word is
// written as it is read, and then for each mark in it a backslash, and behind that once more what follows in the word.
func appendWords(dst, src []byte, i int) ([]byte, int) {
	const most = 8 + 8 + 8 // bytes that one step writes: a word of quotes, and beyond
	j := len(dst)
	dst = dst[:cap(dst)]
	for i+8 <= len(src) && j+most <= len(dst) {
		x := binary.LittleEndian.Uint64(src[i:])
		m, rare := marks(x)
		binary.LittleEndian.PutUint64(dst[j:], x)
		size := 8
		if rare != 0 {
			size = bits.TrailingZeros64(rare) >> 3
			m &= rare&-rare - 1
		}
		for ; m != 0; m &= m - 1 {
			n := bits.TrailingZeros64(m) >> 3
			rest := dst[j+n : j+n+9]
			rest[0] = '\\'
			binary.LittleEndian.PutUint64(rest[1:], x>>(8*n))
			j++
		}
		i += size
		j += size
		if rare != 0 {
			break
		}
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
