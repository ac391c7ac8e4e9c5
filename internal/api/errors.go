package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/rayscope/rayscope/internal/cursor"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
)

// An Error is an answer other than 200: the name that clients turn into an exception, its status and the sentence.
type Error struct {
	Name         string
	Status       int
	Message      string
	ResourceName string // of ResourceNotFoundException and TooManyTagsException: whose name or ARN
}

func (e *Error) Error() string { return e.Name + ": " + e.Message }

// The errors of the model that this release can answer, and those that every AWS service has.
func invalid(format string, args ...any) *Error {
	return &Error{Name: "InvalidRequestException", Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

func throttled(message string) *Error {
	return &Error{Name: "ThrottledException", Status: http.StatusTooManyRequests, Message: message}
}

func unavailable(format string, args ...any) *Error {
	return &Error{Name: "ServiceUnavailable", Status: http.StatusServiceUnavailable, Message: fmt.Sprintf(format, args...)}
}

func malformed(message string) *Error {
	return &Error{Name: "SerializationException", Status: http.StatusBadRequest, Message: message}
}

func unknownOperation(method, path string) *Error {
	return &Error{Name: "UnknownOperationException", Status: http.StatusNotFound, Message: fmt.Sprintf(
		"No operation at %s %.100s. Every operation is a POST to the path of its name in the X-Ray API, for example POST /TraceSummaries.", method, path)}
}

// notFound is the answer of the few operations that have a name for it; the others answer invalid.
func notFound(resource, format string, args ...any) *Error {
	return &Error{Name: resourceNotFound, Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...), ResourceName: resource}
}

// The errors that carry the name of their resource in a member of its own.
const (
	resourceNotFound = "ResourceNotFoundException"
	tooManyTags      = "TooManyTagsException"
)

// named is X-Ray's name for each reason of an error of the settings.
var named = map[settings.Reason]string{
	settings.Invalid:         "InvalidRequestException",
	settings.NotFound:        resourceNotFound,
	settings.TooMany:         "RuleLimitExceededException",
	settings.TooManyPolicies: "PolicyCountLimitExceededException",
	settings.TooManyTags:     tooManyTags,
	settings.WrongRevision:   "InvalidPolicyRevisionIdException",
	settings.Malformed:       "MalformedPolicyDocumentException",
	settings.TooLarge:        "PolicySizeLimitExceededException",
	settings.Lockout:         "LockoutPreventionException",
}

func ofSettings(e *settings.Error) *Error {
	out := &Error{Name: named[e.Reason], Status: http.StatusBadRequest, Message: e.Message, ResourceName: e.Resource}
	if e.Reason == settings.NotFound {
		out.Status = http.StatusNotFound
	}
	return out
}

// toError is the one table from the errors of the rooms to those of the wire. What it does not know is a failure of ours:
// it is logged, and the client learns no detail.
func toError(ctx context.Context, log *slog.Logger, err error) *Error {
	var e *Error
	var setting *settings.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &setting):
		return ofSettings(setting)
	case errors.Is(err, store.ErrConflict):
		return throttled("Others were changing the same settings. Nothing of this request was kept; send it again.")
	case errors.Is(err, query.ErrToken), errors.Is(err, cursor.ErrToken):
		return invalid("Invalid token: NextToken does not belong to this request. Send it with the same arguments as the request that answered it, or leave it out.")
	case errors.Is(err, query.ErrNotFound):
		return invalid("Trace id not found")
	case errors.Is(err, store.ErrFull):
		return throttled("The server's disk is full. Nothing of this request was kept; send it again later.")
	case errors.Is(err, store.ErrClosed):
		return unavailable("The server is stopping. Send the request again.")
	case ctx.Err() != nil:
		return unavailable("The request was given up before it was answered.")
	}
	log.Error("request failed", "error", err)
	return &Error{Name: "InternalFailure", Status: http.StatusInternalServerError, Message: "The server failed. Its log says why."}
}

// write answers with v as JSON.
func write(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("x-amzn-RequestId", requestID())
	h.Set("Content-Length", fmt.Sprint(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client is gone: nobody is left to tell
	return nil
}

// writeError answers with e.
func writeError(w http.ResponseWriter, e *Error) {
	w.Header().Set("x-amzn-ErrorType", e.Name)
	body := map[string]string{"Message": e.Message}
	if e.Name == resourceNotFound || e.Name == tooManyTags {
		body["ResourceName"] = e.ResourceName
	}
	_ = write(w, e.Status, body) // strings always encode
}

// requestID is a random UUID.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
