package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/rayscope/rayscope/internal/cursor"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/wire"
)

// An Error is an answer other than 200.
type Error = wire.Error

// The errors of the model that this release can answer, and those that every AWS service has.
var (
	invalid     = wire.Invalid
	throttled   = wire.Throttled
	unavailable = wire.Unavailable
	malformed   = wire.Malformed
)

func unknownOperation(method, path string) *Error {
	return wire.UnknownOperation("No operation at %s %.100s. Every operation is a POST to the path of its name in the X-Ray API, for example POST /TraceSummaries.", method, path)
}

// notFound is the answer of the few operations that have a name for it; the others answer invalid.
func notFound(resource, format string, args ...any) *Error {
	return &Error{Name: wire.ResourceNotFound, Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...), ResourceName: resource}
}

// named is X-Ray's name for each reason of an error of the settings.
var named = map[settings.Reason]string{
	settings.Invalid:         "InvalidRequestException",
	settings.NotFound:        wire.ResourceNotFound,
	settings.TooMany:         "RuleLimitExceededException",
	settings.TooManyPolicies: "PolicyCountLimitExceededException",
	settings.TooManyTags:     wire.TooManyTags,
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
