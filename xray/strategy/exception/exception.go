// Package exception makes exception blocks of X-Ray documents from errors: type, message, stack, and the errors that caused them.
package exception

import (
	"fmt"
	"strings"
)

// A FormattingStrategy makes exceptions from errors. Its methods may be called from many goroutines at once.
type FormattingStrategy interface {
	// Error and Errorf return an error with the stack of their caller.
	Error(message string) *XRayError
	Errorf(format string, args ...any) *XRayError

	// Panic and Panicf are called in a deferred function and return an error with the stack of the panic.
	Panic(message string) *XRayError
	Panicf(format string, args ...any) *XRayError

	// ExceptionFromError describes err by one exception.
	ExceptionFromError(err error) Exception
}

// A ChainFormatter is a FormattingStrategy that also tells the errors that err wraps. Segments use it where it is there.
type ChainFormatter interface {
	// ExceptionsFromError describes err and the errors it wraps, outermost first. Each names by Cause the one that caused it.
	ExceptionsFromError(err error) []Exception
}

// An Exception is a member of cause.exceptions of a document.
type Exception struct {
	ID        string  `json:"id,omitempty"` // 16 hex digits, unique in the trace
	Type      string  `json:"type,omitempty"`
	Message   string  `json:"message,omitempty"`
	Stack     []Stack `json:"stack,omitempty"`     // innermost call first
	Remote    bool    `json:"remote,omitempty"`    // raised by a service downstream
	Truncated int     `json:"truncated,omitempty"` // stack frames left out
	Skipped   int     `json:"skipped,omitempty"`   // exceptions left out between this one and the one that it caused
	Cause     string  `json:"cause,omitempty"`     // id of the exception that caused this one
}

// Stack is one frame of a stack.
type Stack struct {
	Path  string `json:"path,omitempty"` // import path and file
	Line  int    `json:"line,omitempty"`
	Label string `json:"label,omitempty"` // function or method, without its package
}

// XRayError is an error with a type of the caller's choice and a stack.
type XRayError struct {
	Type    string
	Message string
	Stack   []uintptr // as from runtime.Callers
}

// Error returns the message.
func (e *XRayError) Error() string { return e.Message }

// StackTrace returns the stack.
func (e *XRayError) StackTrace() []uintptr { return e.Stack }

// MultiError is several errors as one.
type MultiError []error

// Error lists the messages, a line each.
func (e MultiError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d errors occurred:\n", len(e))
	for _, err := range e {
		fmt.Fprintf(&b, "* %v\n", err)
	}
	return b.String()
}

// Unwrap returns the errors, so that errors.Is and errors.As look into them.
func (e MultiError) Unwrap() []error { return e }

// A StackTracer is an error that knows its stack, as from runtime.Callers. Errors of github.com/pkg/errors, and of packages like it
// whose StackTrace returns a slice of some uintptr, are understood as well.
type StackTracer interface {
	StackTrace() []uintptr
}

// Error is the error of AWS' SDK for Go v1, whose shape others have taken.
type Error interface {
	error
	Code() string    // a short name of the kind of error
	Message() string // the details
	OrigErr() error  // what caused it, or nil
}

// RequestFailure is an answer of a service that says no. Exceptions of such errors are remote if they have a request id.
type RequestFailure interface {
	Error
	StatusCode() int   // of the HTTP answer
	RequestID() string // empty if the service was not reached
}
