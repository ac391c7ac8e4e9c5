package segment

import (
	"bytes"
	"unicode/utf8"
	"unsafe"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

// Parse reads a segment document into d, which it resets first. The strings of d point into doc. The error is a
// *Rejection, and d is then of no use.
//
// The document should be UTF-8: see Clean. Members that are unknown, of the wrong type where they are optional, or null
// count as absent; of members that come twice the last counts.
func Parse(doc []byte, d *Digest) error {
	d.Reset()
	if len(doc) > MaxDocument {
		return tooLarge(doc)
	}
	p := parser{Scanner: jsonscan.New(doc, MaxDepth), d: d}
	if c := p.Peek(); c != '{' {
		return p.notObject()
	}
	p.entity(0, -1)
	p.End()
	switch {
	case p.Err() != nil:
		return p.broken()
	case p.rejection != nil:
		return p.rejection
	}
	p.settle()
	return nil
}

// A parser is one run of Parse.
type parser struct {
	jsonscan.Scanner
	d *Digest

	rejection  *Rejection // of the first bad entity in document order
	superseded bool       // some entities are marked as superseded
	looks      int        // entities that deduplicate has looked at
}

// tooLarge refuses a document by its size. It reads the id if that stands before the end of what would be allowed.
func tooLarge(doc []byte) *Rejection {
	r := reject(InvalidSegment, "document of %d bytes, the limit is %d: send finished subsegments as documents of their own", len(doc), MaxDocument)
	s := jsonscan.New(doc[:MaxDocument], MaxDepth)
	if s.Peek() != '{' {
		return r
	}
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if value := s.Value(); string(key) == "id" {
			r.ID = writtenText(value)
			break
		}
	}
	return r
}

// notObject refuses what does not begin as an object.
func (p *parser) notObject() *Rejection {
	p.Skip()
	p.End()
	if p.Err() != nil {
		return p.broken()
	}
	r := reject(ParseError, "a document is one JSON object")
	r.NotObject = true
	return r
}

// broken refuses what is not JSON.
func (p *parser) broken() *Rejection { return reject(ParseError, "not JSON: %v", p.Err()) }

// text reads a string of which at most limit bytes are kept. It is empty for any other value.
func (p *parser) text(limit int) string {
	if p.Peek() != '"' {
		p.Skip()
		return ""
	}
	raw, escaped := p.Text()
	if escaped {
		raw = p.unescape(raw)
	}
	return view(cut(raw, limit))
}

// string reads a string of the length that is indexed.
func (p *parser) string() string { return p.text(MaxIndexedString) }

// is reads a value and reports whether it is true.
func (p *parser) is() bool {
	if c := p.Peek(); c == 't' || c == 'f' {
		return p.Bool()
	}
	p.Skip()
	return false
}

// hex reads an id; the zero ID stands for any other value.
func (p *parser) hex() ID {
	id, _ := idFrom(p.string())
	return id
}

// object enters an object and returns the name of its first member; nil if it has none. It skips any other value.
func (p *parser) object() []byte {
	if p.Peek() != '{' {
		p.Skip()
		return nil
	}
	return p.FirstKey()
}

// array enters an array and reports whether it has a first element. It skips any other value.
func (p *parser) array() bool {
	if p.Peek() != '[' {
		p.Skip()
		return false
	}
	return p.Open('[')
}

// unescape decodes raw into the digest's own bytes. When these have to grow, what points to them keeps the old ones.
func (p *parser) unescape(raw []byte) []byte {
	start := len(p.d.unescaped)
	p.d.unescaped = jsonscan.Unescape(p.d.unescaped, raw)
	return p.d.unescaped[start:]
}

// cut shortens b to at most limit bytes, at a rune boundary.
func cut(b []byte, limit int) []byte {
	if len(b) <= limit {
		return b
	}
	for limit > 0 && !utf8.RuneStart(b[limit]) {
		limit--
	}
	return b[:limit]
}

// view is b as a string that shares its bytes.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Clean makes doc valid UTF-8. It returns doc itself if it is, as documents nearly always are; else a copy in which
// U+FFFD stands for each run of bytes that belong to no character. Some SDKs cut names at a byte in the middle of one.
func Clean(doc []byte) []byte {
	if utf8.Valid(doc) {
		return doc
	}
	return bytes.ToValidUTF8(doc, []byte("\uFFFD"))
}
