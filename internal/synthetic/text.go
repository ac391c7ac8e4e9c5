package synthetic

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// A text is JSON being appended. Whether a comma is due follows from the last byte, so it needs no other state. Member
// names and raw members are ours and need no escapes; str escapes its values.
type text []byte

// start opens a new document, whatever stands before it.
func (t *text) start() { *t = append(*t, '{') }

func (t *text) end()      { *t = append(*t, '}') }
func (t *text) endArray() { *t = append(*t, ']') }

func (t *text) comma() {
	switch (*t)[len(*t)-1] {
	case '{', '[':
	default:
		*t = append(*t, ',')
	}
}

func (t *text) key(name string) {
	t.comma()
	*t = append(*t, '"')
	*t = append(*t, name...)
	*t = append(*t, '"', ':')
}

// item opens an object in an array.
func (t *text) item() {
	t.comma()
	*t = append(*t, '{')
}

func (t *text) object(name string) {
	t.key(name)
	*t = append(*t, '{')
}

func (t *text) array(name string) {
	t.key(name)
	*t = append(*t, '[')
}

// raw appends members that are JSON already.
func (t *text) raw(members string) {
	t.comma()
	*t = append(*t, members...)
}

func (t *text) str(name, value string) {
	t.key(name)
	*t = append(*t, '"')
	t.escape(value)
	*t = append(*t, '"')
}

func (t *text) escape(s string) {
	from := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' {
			*t = append(*t, s[from:i]...)
			*t = append(*t, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			from = i + 1
		}
	}
	*t = append(*t, s[from:]...)
}

// lit is str for values of ours that need no escapes.
func (t *text) lit(name, value string) {
	t.key(name)
	*t = append(*t, '"')
	*t = append(*t, value...)
	*t = append(*t, '"')
}

// numbered is lit with a number behind the text: urls, user names, ...
func (t *text) numbered(name, prefix string, n int) {
	t.key(name)
	*t = append(*t, '"')
	*t = append(*t, prefix...)
	t.endNumbered(n)
}

// endNumbered ends a string with a number.
func (t *text) endNumbered(n int) {
	*t = strconv.AppendInt(*t, int64(n), 10)
	*t = append(*t, '"')
}

func (t *text) int(name string, n int) {
	t.key(name)
	*t = strconv.AppendInt(*t, int64(n), 10)
}

func (t *text) bool(name string, v bool) {
	t.key(name)
	*t = strconv.AppendBool(*t, v)
}

// instant appends microseconds since the epoch as seconds with six decimals.
func (t *text) instant(name string, micros int64) {
	t.key(name)
	b := strconv.AppendInt(*t, micros/1e6, 10)
	b = append(b, ".000000"...)
	for i, fraction := len(b)-1, uint(micros%1e6); fraction > 0; i-- {
		b[i] += byte(fraction % 10)
		fraction /= 10
	}
	*t = b
}

// cents appends a number of hundredths.
func (t *text) cents(name string, n int64) {
	t.int(name, int(n/100))
	*t = append(*t, '.', '0'+byte(n/10%10), '0'+byte(n%10))
}

// id appends 16 hex digits.
func (t *text) id(name string, id uint64) {
	t.key(name)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], id)
	*t = append(*t, '"')
	*t = hex.AppendEncode(*t, b[:])
	*t = append(*t, '"')
}
