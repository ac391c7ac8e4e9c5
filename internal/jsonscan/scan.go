// Package jsonscan reads JSON text in one pass, without building anything and without allocating.
//
// A Scanner stands before a value. Peek tells what it is, and the caller enters it, reads it or skips it; whatever it
// does, the text passed over is validated in full against RFC 8259. The first error sticks: from then on Peek returns 0,
// loops end, reads return nothing, and Err says where the text broke. So callers check once, at the end.
//
// Text is taken as it is: bytes from 0x80 up are passed over in strings and not checked to be UTF-8.
package jsonscan

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// An Error is a breach of the JSON grammar or of the nesting limit.
type Error struct {
	Offset int    // of the offending byte; the length of the text if it ends too early
	Want   string // what was expected there
}

func (e *Error) Error() string { return fmt.Sprintf("byte %d: want %s", e.Offset, e.Want) }

// A Scanner reads one JSON text.
type Scanner struct {
	data  []byte // nil once an error is met
	pos   int
	depth int // brackets that may still be opened
	err   *Error
}

// New is a Scanner before the first value of data. Brackets may be nested to maxDepth levels.
func New(data []byte, maxDepth int) Scanner { return Scanner{data: data, depth: maxDepth} }

// Err is the *Error that was met, or nil.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// fail records the first error and makes the rest of the text unreadable.
func (s *Scanner) fail(at int, want string) {
	if s.err == nil {
		s.err = &Error{Offset: at, Want: want}
	}
	s.data, s.pos = nil, 0
}

// Peek is the first byte of the next value: '{', '[', '"', 't', 'f', 'n', a digit or '-'. Any other byte starts no value.
// It is 0 at the end of the text and after an error.
func (s *Scanner) Peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' {
		return s.data[s.pos]
	}
	return s.peekSpace()
}

// peekSpace is Peek before white space.
func (s *Scanner) peekSpace() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// Open enters an object or array, given its opening bracket, and reports whether it has a first member or element. The
// loop over the elements of an array, in which each has to be read or skipped, is
//
//	for ok := s.Open('['); ok; ok = s.More(']') {
func (s *Scanner) Open(bracket byte) bool {
	if s.Peek() != bracket {
		s.fail(s.pos, "an opening "+string(bracket))
		return false
	}
	if s.depth == 0 {
		s.fail(s.pos, "fewer levels of nesting")
		return false
	}
	s.depth--
	s.pos++
	if s.Peek() == bracket+2 { // '{' and '}', '[' and ']' are two apart
		s.depth++
		s.pos++
		return false
	}
	return s.err == nil
}

// More goes past a comma and reports true, or past the closing bracket and reports false.
func (s *Scanner) More(closing byte) bool {
	switch s.Peek() {
	case ',':
		s.pos++
		return true
	case closing:
		s.depth++
		s.pos++
	default:
		s.fail(s.pos, "a comma or a closing "+string(closing))
	}
	return false
}

// FirstKey enters an object and returns the name of its first member; it is nil, never just empty, if there is none. The
// loop over all members, in which each value has to be read or skipped, is
//
//	for key := s.FirstKey(); key != nil; key = s.NextKey() {
//
// A name that is written with escapes is decoded into memory of its own; any other is part of the text.
func (s *Scanner) FirstKey() []byte {
	if !s.Open('{') {
		return nil
	}
	return s.key(s.pos)
}

// NextKey goes on to the next member of an object and returns its name; past the last it leaves the object and returns nil.
func (s *Scanner) NextKey() []byte {
	if i := s.pos; i < len(s.data) && s.data[i] == ',' {
		return s.key(i + 1)
	}
	if !s.More('}') {
		return nil
	}
	return s.key(s.pos)
}

// key reads the name of a member, from i on, and the colon behind it.
func (s *Scanner) key(i int) []byte {
	data := s.data
	if i < len(data) && data[i] == '"' {
		start := i + 1
		for i = start; i+8 <= len(data); i += 8 { // as in plain, without the call
			m := special(binary.LittleEndian.Uint64(data[i:]))
			if m == 0 {
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
			if i+1 < len(data) && data[i] == '"' && data[i+1] == ':' {
				s.pos = i + 2
				return data[start:i]
			}
			break
		}
		i = start - 1
	}
	s.pos = i
	return s.slowKey()
}

// slowKey is key with white space, escapes or errors.
func (s *Scanner) slowKey() []byte {
	raw, escaped := s.Text()
	if s.Peek() != ':' {
		s.fail(s.pos, "a colon")
		return nil
	}
	s.pos++
	if escaped {
		return Unescape(nil, raw)
	}
	return raw
}

// Bool reads true or false.
func (s *Scanner) Bool() bool {
	if s.Peek() == 't' {
		s.literal("true")
		return s.err == nil
	}
	s.literal("false")
	return false
}

// Value passes over the next value of any kind and returns its text.
func (s *Scanner) Value() []byte {
	s.Peek()
	start := s.pos
	s.Skip()
	if s.pos == 0 { // no value is empty
		return nil
	}
	return s.data[start:s.pos]
}

// Skip passes over the next value of any kind.
func (s *Scanner) Skip() {
	switch s.Peek() {
	case '"':
		s.Text()
	case '{':
		for key := s.FirstKey(); key != nil; key = s.NextKey() {
			s.Skip()
		}
	case '[':
		for ok := s.Open('['); ok; ok = s.More(']') {
			s.Skip()
		}
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.Number()
	}
}

// End checks that nothing but white space follows.
func (s *Scanner) End() {
	s.Peek()
	if s.pos < len(s.data) {
		s.fail(s.pos, "the end of the text")
	}
}

func (s *Scanner) literal(word string) {
	s.Peek()
	if end := s.pos + len(word); end <= len(s.data) && string(s.data[s.pos:end]) == word {
		s.pos = end
		return
	}
	s.fail(s.pos, word)
}
