package exception_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/strategy/exception"
)

var _ exception.ChainFormatter = (*exception.DefaultFormattingStrategy)(nil)

func strategy(t *testing.T) *exception.DefaultFormattingStrategy {
	t.Helper()
	s, err := exception.NewDefaultFormattingStrategy()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFrameCount(t *testing.T) {
	for _, c := range []struct {
		count int
		err   string
	}{{-1, "frame count -1: must be from 0 to 32"}, {0, ""}, {1, ""}, {32, ""}, {33, "frame count 33: must be from 0 to 32"}} {
		s, err := exception.NewDefaultFormattingStrategyWithDefinedErrorFrameCount(c.count)
		if c.err != "" {
			if err == nil || err.Error() != c.err || s != nil {
				t.Errorf("count %d: got %v, %v, want error %q", c.count, s, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("count %d: %v", c.count, err)
			continue
		}
		want := min(c.count, 3) // this function, testing.tRunner, runtime.goexit
		if e := s.ExceptionFromError(io.EOF); len(e.Stack) != want {
			t.Errorf("count %d: %d frames, want %d: %+v", c.count, len(e.Stack), want, e.Stack)
		}
	}
}

// TestWildFrameCount: literals are not checked by a constructor.
func TestWildFrameCount(t *testing.T) {
	for _, count := range []int{-5, 0, 1 << 40} {
		s := &exception.DefaultFormattingStrategy{FrameCount: count}
		for _, err := range []*exception.XRayError{s.Error("a"), s.Errorf("%s", "a"), s.Panic("a"), s.Panicf("%s", "a")} {
			if err.Message != "a" || len(err.Stack) > 32 {
				t.Errorf("count %d: message %q with %d frames", count, err.Message, len(err.Stack))
			}
		}
	}
}

func TestErrorStack(t *testing.T) {
	s := strategy(t)
	for _, err := range []*exception.XRayError{s.Error("no 7"), s.Errorf("no %d", 7)} {
		e := s.ExceptionFromError(err)
		if e.Type != "error" || e.Message != "no 7" || e.Stack[0].Label != "TestErrorStack" ||
			!strings.HasSuffix(e.Stack[0].Path, "xray/strategy/exception/exception_test.go") {
			t.Errorf("got %+v", e)
		}
	}
}

type thrower struct{ shelf []int }

func (x *thrower) take(i int) int { return x.shelf[i] }

func TestPanicStack(t *testing.T) {
	s := strategy(t)
	for what, throw := range map[string]func(){
		"panic": func() { panic("empty shelf") },
		"index": func() { (&thrower{}).take(3) },
		"nil":   func() { (*thrower)(nil).take(0) },
	} {
		var err *exception.XRayError
		func() {
			defer func() { err = s.Panicf("%v", recover()) }()
			throw()
		}()
		e := s.ExceptionFromError(err)
		if e.Type != "panic" || !strings.HasSuffix(e.Stack[0].Path, "exception_test.go") {
			t.Errorf("%s: got type %s and stack %+v, want panic and a stack that begins where it panicked", what, e.Type, e.Stack)
		}
		for _, frame := range e.Stack[:2] {
			if strings.HasPrefix(frame.Path, "runtime/") {
				t.Errorf("%s: the stack begins in the runtime: %+v", what, e.Stack)
			}
		}
	}
}

func TestMultiError(t *testing.T) {
	err := exception.MultiError{errors.New("one"), io.EOF}
	if got, want := err.Error(), "2 errors occurred:\n* one\n* EOF\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("errors.Is does not find what a MultiError holds")
	}
}

// oldFailure is shaped like errors of AWS' SDK for Go v1, newFailure like those of v2.
type oldFailure struct {
	id    string
	cause error
}

func (f oldFailure) Error() string     { return "Throttling: slow down" }
func (f oldFailure) Code() string      { return "Throttling" }
func (f oldFailure) Message() string   { return "slow down" }
func (f oldFailure) OrigErr() error    { return f.cause }
func (f oldFailure) StatusCode() int   { return 429 }
func (f oldFailure) RequestID() string { return f.id }

type newFailure struct{ id string }

func (f *newFailure) Error() string            { return "no such table" }
func (f *newFailure) ServiceRequestID() string { return f.id }

func TestRemote(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{oldFailure{id: "R1"}, true},
		{oldFailure{}, false}, // did not reach the service
		{fmt.Errorf("query: %w", oldFailure{id: "R1"}), true},
		{&newFailure{"R2"}, true},
		{&newFailure{}, false},
		{io.EOF, false},
	} {
		if got := strategy(t).ExceptionFromError(c.err).Remote; got != c.want {
			t.Errorf("remote of %#v is %v, want %v", c.err, got, c.want)
		}
	}
}

// traced has a stack in the way of github.com/pkg/errors.
type frame uintptr
type trace []frame
type traced struct {
	error
	at trace
}

func (e *traced) StackTrace() trace { return e.at }
func (e *traced) Unwrap() error     { return e.error }

func withStack(err error) error {
	var pcs [4]uintptr
	e := &traced{error: err}
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		e.at = append(e.at, frame(pc))
	}
	return e
}

func origin() error { return withStack(io.EOF) }

func TestStackOfOtherPackages(t *testing.T) {
	for _, err := range []error{origin(), fmt.Errorf("read: %w", origin()), errors.Join(io.ErrClosedPipe, origin())} {
		e := strategy(t).ExceptionFromError(err)
		if len(e.Stack) == 0 || e.Stack[0].Label != "origin" {
			t.Errorf("%T: stack %+v, want one that begins in origin", err, e.Stack)
		}
	}
}

// outline writes exceptions as one line each: place and place of the cause, type, message, whether it has a stack.
func outline(list []exception.Exception) string {
	var b strings.Builder
	for i, e := range list {
		cause := slices.IndexFunc(list, func(o exception.Exception) bool { return o.ID == e.Cause })
		fmt.Fprintf(&b, "%d<-%d %s %q", i, cause, e.Type, e.Message)
		if len(e.Stack) > 0 {
			fmt.Fprintf(&b, " at %s", e.Stack[0].Label)
		}
		if e.Skipped > 0 {
			fmt.Fprintf(&b, " skipped %d", e.Skipped)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func deep(n int) error {
	err := io.EOF
	for i := range n {
		err = fmt.Errorf("%d %w", i+1, err)
	}
	return err
}

func TestChain(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"plain", io.EOF, `0<--1 errors.errorString "EOF" at TestChain`},
		{"wrapped", fmt.Errorf("b: %w", fmt.Errorf("a: %w", io.EOF)), `
			0<-1 fmt.wrapError "b: a: EOF" at TestChain
			1<-2 fmt.wrapError "a: EOF"
			2<--1 errors.errorString "EOF"`},
		{"joined", errors.Join(os.ErrClosed, fmt.Errorf("a: %w", io.EOF)), `
			0<-1 errors.joinError "file already closed\na: EOF" at TestChain
			1<--1 errors.errorString "file already closed"
			2<-3 fmt.wrapError "a: EOF"
			3<--1 errors.errorString "EOF"`},
		{"of a multi error", exception.MultiError{io.EOF}, `
			0<-1 exception.MultiError "1 errors occurred:\n* EOF\n" at TestChain
			1<--1 errors.errorString "EOF"`},
		{"stack inside", fmt.Errorf("a: %w", origin()), `
			0<-1 fmt.wrapError "a: EOF" at origin
			1<--1 errors.errorString "EOF"`},
		{"two stacks", &traced{fmt.Errorf("a: %w", origin()), callers()}, `
			0<-1 exception_test.traced "a: EOF" at TestChain
			1<--1 errors.errorString "EOF" at origin`},
		{"of AWS", oldFailure{"R1", io.EOF}, `
			0<-1 exception_test.oldFailure "Throttling: slow down" at TestChain
			1<--1 errors.errorString "EOF"`},
		{"long", deep(10), `
			0<-1 fmt.wrapError "10 9 8 7 6 5 4 3 2 1 EOF" at TestChain
			1<-2 fmt.wrapError "9 8 7 6 5 4 3 2 1 EOF"
			2<-3 fmt.wrapError "8 7 6 5 4 3 2 1 EOF"
			3<-4 fmt.wrapError "7 6 5 4 3 2 1 EOF"
			4<-5 fmt.wrapError "6 5 4 3 2 1 EOF"
			5<-6 fmt.wrapError "5 4 3 2 1 EOF"
			6<-7 fmt.wrapError "4 3 2 1 EOF"
			7<--1 errors.errorString "EOF" skipped 3`},
	} {
		got := outline(strategy(t).ExceptionsFromError(c.err))
		if want := strings.TrimSpace(regexp.MustCompile(`(?m)^\s+`).ReplaceAllString(c.want, "")) + "\n"; got != want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, want)
		}
	}
}

func callers() trace {
	var pcs [1]uintptr
	runtime.Callers(2, pcs[:])
	return trace{frame(pcs[0])}
}

// Errors whose methods misbehave.
type (
	broken  struct{ text string }
	endless struct{}
	wild    []string
)

func (b *broken) Error() string    { return b.text } // of a nil pointer it panics
func (endless) Error() string      { return "again" }
func (e endless) Unwrap() []error  { return []error{e, e} }
func (wild) Error() string         { return "wild" }
func (wild) Unwrap() error         { panic("wild unwrap") }
func (wild) StackTrace() []uintptr { panic("wild stack") }
func (wild) As(any) bool           { panic("wild as") }

func TestHostileErrors(t *testing.T) {
	id := regexp.MustCompile(`^[0-9a-f]{16}$`)
	for _, err := range []error{
		(*broken)(nil), wild{"uncomparable"}, wild(nil), endless{}, fmt.Errorf("x: %w", (*broken)(nil)),
		errors.New(strings.Repeat("ä", 1<<20)), exception.MultiError{nil}, exception.MultiError(nil), deep(300),
		&exception.XRayError{Stack: []uintptr{0, 1, 1 << 50}},
	} {
		list := strategy(t).ExceptionsFromError(err)
		if len(list) == 0 || len(list) > 8 {
			t.Errorf("%T: %d exceptions, want 1 to 8", err, len(list))
		}
		for _, e := range list {
			if !id.MatchString(e.ID) || len(e.Message) > 5000 || len(e.Stack) > 32 {
				t.Errorf("%T: exception with id %q, %d bytes of message, %d frames", err, e.ID, len(e.Message), len(e.Stack))
			}
		}
		if _, err := json.Marshal(list); err != nil {
			t.Error(err)
		}
	}
}

func TestLongMessage(t *testing.T) {
	e := strategy(t).ExceptionFromError(errors.New("x" + strings.Repeat("ä", 4000)))
	if want := "x" + strings.Repeat("ä", 2047) + "..."; e.Message != want {
		t.Errorf("message ends with %q and has %d bytes, want it cut at a whole character", e.Message[len(e.Message)-8:], len(e.Message))
	}
}

func TestDeepStackIsTruncated(t *testing.T) {
	var pcs []uintptr
	for range 50 {
		pcs = append(pcs, uintptr(callers()[0]))
	}
	e := strategy(t).ExceptionFromError(&exception.XRayError{Type: "deep", Stack: pcs})
	if len(e.Stack) != 32 || e.Truncated != 18 {
		t.Errorf("%d frames, %d truncated, want 32 and 18", len(e.Stack), e.Truncated)
	}
}

func BenchmarkExceptions(b *testing.B) {
	s, err := exception.NewDefaultFormattingStrategy()
	if err != nil {
		b.Fatal(err)
	}
	cause := fmt.Errorf("place order: %w", io.EOF)
	b.ReportAllocs()
	for b.Loop() {
		s.ExceptionsFromError(cause)
	}
}
