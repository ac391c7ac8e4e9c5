package exception

import (
	"fmt"
	"math/rand/v2"
	"slices"
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
	all := chain(err)
	e = describe(err, all)
	var pcs []uintptr
	for _, inner := range all {
		if pcs = stackOf(inner); pcs != nil {
			stacked = inner
			break
		}
	}
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

// wrapped lists what err wraps, which list[parent] describes. Of several wrapped errors the first is the cause.
func (w *walk) wrapped(err error, parent int) {
	for _, inner := range unwrap(err) {
		w.add(inner, parent, nil)
	}
}

// add lists err, with a stack that an error around it knows unless it has one itself.
func (w *walk) add(err error, parent int, stack []uintptr) {
	if err == nil || w.visits == 0 {
		return
	}
	w.visits--
	if pcs := stackOf(err); pcs != nil && !same(err, w.stacked) {
		stack = pcs
	}
	e := describe(err, chain(err))
	inner := unwrap(err)
	if len(inner) == 1 && inner[0] != nil && message(inner[0]) == e.Message {
		w.add(inner[0], parent, stack) // err adds its stack only
		return
	}
	if len(inner) > 0 && stack == nil && e.Message == w.list[parent].Message {
		w.wrapped(err, parent) // err adds nothing
		return
	}
	e.Stack, e.Truncated = frames(stack)
	w.wrapped(err, w.put(e, parent))
}

// put adds e as a cause of list[parent] and returns its place. In a full list it takes the last place, and the id, of an exception
// closer to the surface.
func (w *walk) put(e Exception, parent int) int {
	if last := len(w.list) - 1; len(w.list) == maxChain {
		e.ID, e.Skipped = w.list[last].ID, w.list[last].Skipped+1
		w.list[last] = e
		return last
	}
	w.list = append(w.list, e)
	if p := &w.list[parent]; p.Cause == "" {
		p.Cause = e.ID
	}
	return len(w.list) - 1
}

// chain is err and what it wraps, outermost first. It is walked here, not by errors.As, because a wrong Unwrap that never ends would
// take the program down with it.
func chain(err error) []error {
	all := append(make([]error, 0, 4), err)
	for i := 0; i < len(all) && len(all) < maxVisits; i++ {
		for _, inner := range unwrap(all[i]) {
			if inner != nil && len(all) < maxVisits {
				all = append(all, inner)
			}
		}
	}
	return all
}

// describe is an exception of err, of which all is the chain, without a stack.
func describe(err error, all []error) Exception {
	e := Exception{ID: newID(), Type: typeName(err), Message: message(err)}
	for _, inner := range all {
		if x, ok := inner.(*XRayError); ok && x != nil {
			e.Type = x.Type
			break
		}
	}
	e.Remote = slices.ContainsFunc(all, remote)
	return e
}

// remote reports an answer of a service: AWS' SDKs v1 and v2 name the request id differently.
func remote(err error) (is bool) {
	defer func() { is = recover() == nil && is }()
	switch x := err.(type) {
	case RequestFailure:
		return x.RequestID() != ""
	case interface{ ServiceRequestID() string }:
		return x.ServiceRequestID() != ""
	}
	return false
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
