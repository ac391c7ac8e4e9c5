package wire

import (
	"slices"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

const (
	// maxDocuments is how many documents one PutTraceSegments may carry: what the service documents, and what daemons send.
	maxDocuments = 50

	// maxBodyDepth bounds the nesting of members that are skipped. A body that means anything nests two levels.
	maxBodyDepth = 100
)

// A Documents reads bodies of PutTraceSegments. It keeps its memory from one to the next.
type Documents struct {
	docs [][]byte
	text []byte // backs docs
}

// Read returns the documents that the body lists, decoded from the JSON strings in which they travel. They are valid
// until the next Read. There are none if the list is empty, null or missing; an empty body is an empty object.
//
// The error is an *Error: malformed if the body is not a JSON object, invalid if it is one of the wrong shape.
func (b *Documents) Read(body []byte) ([][]byte, error) {
	b.docs = b.docs[:0]
	if len(body) == 0 {
		return nil, nil
	}
	b.text = slices.Grow(b.text[:0], len(body)) // no text is longer than its escaped form, so docs stay where they are
	s := jsonscan.New(body, maxBodyDepth)
	var shape error
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if string(key) == "TraceSegmentDocuments" {
			shape = b.readList(&s)
		} else {
			s.Skip()
		}
	}
	s.End()
	if err := s.Err(); err != nil {
		return nil, Malformed("The body is not a JSON object: %v.", err)
	}
	if shape != nil {
		return nil, shape
	}
	return b.docs, nil
}

// readList reads the list. It goes on after an error, because broken JSON behind it would be the worse one.
func (b *Documents) readList(s *jsonscan.Scanner) (shape error) {
	b.docs, b.text = b.docs[:0], b.text[:0]
	if c := s.Peek(); c != '[' {
		s.Skip()
		if c == 'n' {
			return nil
		}
		return Invalid("TraceSegmentDocuments has the wrong type: %s was found, a list of strings is needed.", typeFrom(c))
	}
	n := 0
	for ok := s.Open('['); ok; ok = s.More(']') {
		c := s.Peek()
		if c == '"' && n < maxDocuments {
			start := len(b.text)
			b.text = s.AppendText(b.text)
			b.docs = append(b.docs, b.text[start:len(b.text):len(b.text)])
		} else {
			s.Skip()
		}
		if c != '"' && shape == nil {
			shape = Invalid("TraceSegmentDocuments[%d] has the wrong type: %s was found, a string is needed that holds a segment document as JSON.", n, typeFrom(c))
		}
		n++
	}
	if n > maxDocuments {
		return Invalid("TraceSegmentDocuments has %d documents, at most %d are allowed. Send the rest in another request.", n, maxDocuments)
	}
	return shape
}

// typeFrom names the type of a JSON value by its first byte.
func typeFrom(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
