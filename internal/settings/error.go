package settings

import "fmt"

// A Reason is the kind of an Error. Doors turn it into X-Ray's name for it.
type Reason uint8

// The kinds of errors.
const (
	Invalid         Reason = iota // a value breaks a rule, or something exists already, or does not exist
	NotFound                      // the ARN or name of a resource leads nowhere, where X-Ray has a name of its own for that
	TooMany                       // there is no room for one more sampling rule
	TooManyPolicies               // there is no room for one more resource policy
	TooManyTags                   // a resource would have more tags than it may
	WrongRevision                 // somebody else has changed it since the revision that the caller named
	Malformed                     // a policy document is not one
	TooLarge                      // a policy document is too long
	Lockout                       // a policy document would keep everybody from changing it
)

// An Error is the answer to a wrong request, in a sentence for its sender.
type Error struct {
	Reason   Reason
	Message  string
	Resource string // of NotFound and TooManyTags: the name or ARN
}

func (e *Error) Error() string { return e.Message }

func invalid(format string, args ...any) *Error {
	return &Error{Reason: Invalid, Message: fmt.Sprintf(format, args...)}
}

func notFound(resource, format string, args ...any) *Error {
	return &Error{Reason: NotFound, Message: fmt.Sprintf(format, args...), Resource: resource}
}
