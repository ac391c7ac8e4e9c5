package xrayclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"syscall"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An Error is an answer that refuses, or none at all, as a sentence for people.
type Error struct {
	Code      string // name of X-Ray's exception; empty if there was no answer
	Message   string // of the server
	Temporary bool   // whether the same call may succeed later
	text      string
	err       error
}

func (e *Error) Error() string { return e.text }
func (e *Error) Unwrap() error { return e.err }

// place is how a refused filter expression is marked: by the character, counted from 1, where it goes wrong.
var place = regexp.MustCompile(`\bcol (\d+)\b`)

// Column is the place in the filter expression that the server complains about, counted in characters from 1; false if it
// names none.
func (e *Error) Column() (col int, ok bool) {
	m := place.FindStringSubmatch(e.Message)
	if m == nil || e.Code != "InvalidRequestException" {
		return 0, false
	}
	col, err := strconv.Atoi(m[1])
	return col, err == nil && col > 0
}

// nextSteps are what people can do about exceptions that they meet.
var nextSteps = map[string]string{
	"AccessDeniedException":               "the identity lacks a permission, or the server does not serve this caller: see --profile and --endpoint",
	"UnrecognizedClientException":         "the server does not know these credentials: choose others with --profile",
	"InvalidSignatureException":           "the secret key, the clock or the region is wrong: see --profile and --region",
	"SignatureDoesNotMatch":               "the secret key, the clock or the region is wrong: see --profile and --region",
	"ExpiredTokenException":               "the credentials are too old: get new ones, for example with 'aws sso login'",
	"MissingAuthenticationTokenException": "the server wants a signature: add --sign, or --profile=NAME",
	"MissingAuthenticationToken":          "the server wants a signature: add --sign, or --profile=NAME",
	"ThrottledException":                  "the server has too much to do: try again later, or ask for a shorter time",
	"UnknownOperationException":           "the server does not know this operation: is it a Rayscope, and not too old?",
}

// errInterrupted is what remains of a call that its caller gave up.
var errInterrupted error = interrupted{}

type interrupted struct{}

func (interrupted) Error() string        { return "interrupted" }
func (interrupted) Is(target error) bool { return target == context.Canceled }

// explain makes a sentence of an error of AWS' client.
func (c *Client) explain(err error) error {
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	e := &Error{err: err}
	var answer *smithyhttp.ResponseError
	status := 0
	if errors.As(err, &answer) {
		status = answer.HTTPStatusCode()
	}
	e.Temporary = status == 0 || status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode() != "UnknownError":
		e.Code, e.Message = api.ErrorCode(), api.ErrorMessage()
		e.text = e.Code + ": " + e.Message
		if next := nextSteps[e.Code]; next != "" {
			e.text += "\n" + next
		}
	case status != 0:
		e.text = fmt.Sprintf("%s answered with status %d, and not as the X-Ray API does: name a Rayscope with --endpoint", c.endpoint, status)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.text = fmt.Sprintf("nothing listens at %s: start a server with 'rayscope serve' or 'rayscope demo', or name another with --endpoint", c.endpoint)
	default:
		e.text = fmt.Sprintf("ask %s: %v", c.endpoint, innermost(err))
	}
	return e
}

// innermost is the cause, without the layers of AWS' client that only say that it made a request.
func innermost(err error) error {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		err = op.Err
	}
	var sent *smithyhttp.RequestSendError
	if errors.As(err, &sent) {
		err = sent.Err
	}
	return err
}
