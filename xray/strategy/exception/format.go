package exception

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

const (
	// maxFrames is the longest stack that is told, and the default.
	maxFrames = 32
	// maxChain is how many exceptions are told of one error. What is wrapped deeper shows in the messages anyway.
	maxChain = 8
	// maxMessage is the longest message, in bytes: a document has to fit 64 KB with everything else.
	maxMessage = 4 << 10
	// maxVisits bounds the walk through what an error wraps, as a wrong Unwrap may never end.
	maxVisits = 100
)

// DefaultFormattingStrategy tells up to FrameCount frames of stacks that it takes itself.
type DefaultFormattingStrategy struct {
	FrameCount int // 0 to 32; with 0 it takes none
}

// NewDefaultFormattingStrategy returns the strategy with stacks of 32 frames. The error is always nil.
func NewDefaultFormattingStrategy() (*DefaultFormattingStrategy, error) {
	return &DefaultFormattingStrategy{FrameCount: maxFrames}, nil
}

// NewDefaultFormattingStrategyWithDefinedErrorFrameCount returns the strategy with stacks of frameCount frames, 0 to 32.
func NewDefaultFormattingStrategyWithDefinedErrorFrameCount(frameCount int) (*DefaultFormattingStrategy, error) {
	if frameCount < 0 || frameCount > maxFrames {
		return nil, fmt.Errorf("frame count %d: must be from 0 to %d", frameCount, maxFrames)
	}
	return &DefaultFormattingStrategy{FrameCount: frameCount}, nil
}

// Error returns an error of the type "error" with the stack of the caller.
func (s *DefaultFormattingStrategy) Error(message string) *XRayError {
	return &XRayError{Type: "error", Message: message, Stack: s.callers(1)}
}

// Errorf is Error with a format.
func (s *DefaultFormattingStrategy) Errorf(format string, args ...any) *XRayError {
	return &XRayError{Type: "error", Message: fmt.Sprintf(format, args...), Stack: s.callers(1)}
}

// Panic returns an error of the type "panic". Called in a deferred function it has the stack of the panic, without the frames of the
// runtime and of the deferred function.
func (s *DefaultFormattingStrategy) Panic(message string) *XRayError {
	return &XRayError{Type: "panic", Message: message, Stack: s.panickers(1)}
}

// Panicf is Panic with a format.
func (s *DefaultFormattingStrategy) Panicf(format string, args ...any) *XRayError {
	return &XRayError{Type: "panic", Message: fmt.Sprintf(format, args...), Stack: s.panickers(1)}
}

// ExceptionFromError describes err itself. Its type is that of err, or that which an *XRayError in its chain names; its stack comes
// from the first error of the chain that has one, else it is the caller's.
func (s *DefaultFormattingStrategy) ExceptionFromError(err error) Exception {
	e, _ := s.outermost(err)
	return e
}

// ExceptionsFromError describes err and what it wraps, at most eight exceptions; the innermost is always among them. Errors that only
// add a stack to another, or nothing at all, are not told apart from it.
func (s *DefaultFormattingStrategy) ExceptionsFromError(err error) []Exception {
	first, stacked := s.outermost(err)
	w := walk{list: []Exception{first}, stacked: stacked, visits: maxVisits}
	w.wrapped(err, 0)
	return w.list
}

// outermost also returns the error that the stack is from, or nil if it was taken here.
func (s *DefaultFormattingStrategy) outermost(err error) (e Exception, stacked error) {
	e = describe(err)
	visits := maxVisits
	stacked, pcs := findStack(err, &visits)
	if stacked == nil {
		pcs = s.callers(0)
	}
	e.Stack, e.Truncated = frames(pcs)
	return e, stacked
}

// A walk lists what an error wraps.
type walk struct {
	list    []Exception
	stacked error // the stack of this one is told already
	visits  int   // left
}

// wrapped lists what err wraps, which list[parent] describes. Of several wrapped errors the first that adds to the list is the cause.
func (w *walk) wrapped(err error, parent int) {
	for _, inner := range unwrap(err) {
		if inner == nil || w.visits == 0 {
			continue
		}
		w.visits--
		w.add(inner, parent)
	}
}

func (w *walk) add(err error, parent int) {
	e := describe(err)
	if pcs, ok := stackOf(err); ok && !same(err, w.stacked) {
		e.Stack, e.Truncated = frames(pcs)
	}
	p := &w.list[parent]
	if e.Message == p.Message && len(e.Stack) == 0 && len(unwrap(err)) > 0 {
		w.wrapped(err, parent) // it says nothing new
		return
	}
	at := len(w.list)
	if at == maxChain {
		at-- // the deeper one takes the place of the last
		e.ID, e.Skipped = w.list[at].ID, w.list[at].Skipped+1
		w.list[at] = e
	} else {
		w.list = append(w.list, e)
		if p = &w.list[parent]; p.Cause == "" {
			p.Cause = e.ID
		}
	}
	w.wrapped(err, at)
}

// describe is an exception of err without a stack.
func describe(err error) (e Exception) {
	e = Exception{ID: newID(), Type: typeName(err), Message: message(err)}
	defer func() {
		// An As method of the user's that panics must not end the program because it is traced.
		_ = recover()
	}()
	if x := (*XRayError)(nil); errors.As(err, &x) {
		e.Type = x.Type
	}
	e.Remote = remote(err)
	return e
}

// remote reports an answer of a service: AWS' SDKs v1 and v2 name the request id differently.
func remote(err error) bool {
	var v1 RequestFailure
	var v2 interface{ ServiceRequestID() string }
	return errors.As(err, &v1) && v1.RequestID() != "" || errors.As(err, &v2) && v2.ServiceRequestID() != ""
}

func typeName(err error) string {
	return strings.ReplaceAll(fmt.Sprintf("%T", err), "*", "")
}

// message is err's text, cut. An Error method that panics, as of a nil pointer, is told of.
func message(err error) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprintf("the error's text is unknown: its Error method panicked: %v", p)
		}
	}()
	return cut(err.Error())
}

func cut(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	end := maxMessage
	for end > maxMessage-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}

// unwrap is what err wraps; nothing if its method panics.
func unwrap(err error) (inner []error) {
	defer func() {
		if recover() != nil {
			inner = nil
		}
	}()
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		if e := x.Unwrap(); e != nil {
			return []error{e}
		}
	case interface{ Unwrap() []error }:
		return x.Unwrap()
	case Error:
		if e := x.OrigErr(); e != nil {
			return []error{e}
		}
	case interface{ Cause() error }: // of github.com/pkg/errors before it had Unwrap
		if e := x.Cause(); e != nil && !same(e, err) {
			return []error{e}
		}
	}
	return nil
}

const hexDigits = "0123456789abcdef"

// newID is 16 random hex digits from the runtime's generator, which is seeded by the system.
func newID() string {
	var b [16]byte
	n := rand.Uint64()
	for i := range b {
		b[i] = hexDigits[n&15]
		n >>= 4
	}
	return string(b[:])
}
