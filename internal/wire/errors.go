package wire

import (
	"fmt"
	"net/http"
)

// An Error is an answer other than 200: the name that clients turn into an exception, its status and the sentence.
type Error struct {
	Name         string
	Status       int
	Message      string
	ResourceName string // of ResourceNotFound and TooManyTags: whose name or ARN
}

func (e *Error) Error() string { return e.Name + ": " + e.Message }

// The names of errors that carry the name of their resource in a member of its own.
const (
	ResourceNotFound = "ResourceNotFoundException"
	TooManyTags      = "TooManyTagsException"
)

// Invalid is the answer to a request that breaks a rule of its operation.
func Invalid(format string, args ...any) *Error {
	return &Error{Name: "InvalidRequestException", Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// UnknownOperation is the answer to a method or path that nothing is served at.
func UnknownOperation(format string, args ...any) *Error {
	return &Error{Name: "UnknownOperationException", Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}

// Throttled is the answer to a request that may be sent again later, as it is.
func Throttled(format string, args ...any) *Error {
	return &Error{Name: "ThrottledException", Status: http.StatusTooManyRequests, Message: fmt.Sprintf(format, args...)}
}

// Unavailable is the answer when what the request needs is not there now.
func Unavailable(format string, args ...any) *Error {
	return &Error{Name: "ServiceUnavailable", Status: http.StatusServiceUnavailable, Message: fmt.Sprintf(format, args...)}
}

// Malformed is the answer to a request that cannot be read.
func Malformed(format string, args ...any) *Error {
	return &Error{Name: "SerializationException", Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}
