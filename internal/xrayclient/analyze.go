package xrayclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

var errOnlyRayscope = errors.New("X-Ray of AWS has no such operation: ask a Rayscope, for example with --endpoint=http://127.0.0.1:1895")

// Analyze asks a Rayscope to analyze traces; X-Ray of AWS cannot. The JSON is the answer as it came.
func (c *Client) Analyze(ctx context.Context, in *rayapi.AnalyzeRequest) (*rayapi.AnalyzeResponse, json.RawMessage, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, nil, fmt.Errorf("write request: %w", err)
	}
	out := new(rayapi.AnalyzeResponse)
	body, err := c.ask(ctx, http.MethodPost, rayapi.AnalyzePath, text, out)
	if err != nil {
		return nil, nil, err
	}
	return out, body, nil
}

// Checks asks a Rayscope what it knows of its set-up; X-Ray of AWS cannot tell.
func (c *Client) Checks(ctx context.Context) (*rayapi.ChecksResponse, error) {
	out := new(rayapi.ChecksResponse)
	if _, err := c.ask(ctx, http.MethodGet, rayapi.ChecksPath, nil, out); err != nil {
		return nil, err
	}
	return out, nil
}

// ask calls an operation of Rayscope's own and reads its answer, which is also returned as it came.
func (c *Client) ask(ctx context.Context, method, path string, text []byte, out any) (body json.RawMessage, err error) {
	if c.IsAWS() {
		return nil, errOnlyRayscope
	}
	// The call of another operation carries ours, so that signature, retries and errors are those of all calls.
	if _, err := c.api.GetTraceSummaries(ctx, carrier(), instead(method, path, text), keepBody((*[]byte)(&body))); err != nil {
		return nil, c.explain(err)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return body, nil
}

// carrier is an input that the client finds complete; nothing of it is sent.
func carrier() *xray.GetTraceSummariesInput {
	var never time.Time
	return &xray.GetTraceSummariesInput{StartTime: &never, EndTime: &never}
}

// instead is a call's option that sends another body, or none, to another path.
func instead(method, path string, body []byte) func(*xray.Options) {
	replace := middleware.SerializeMiddlewareFunc("Instead", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
		out middleware.SerializeOutput, m middleware.Metadata, err error) {
		r, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return out, m, fmt.Errorf("request is a %T, no HTTP request", in.Request)
		}
		r.Method, r.URL.Path, r.URL.RawPath = method, path, ""
		if body == nil {
			r.ContentLength = 0
			if in.Request, err = r.SetStream(nil); err != nil {
				return out, m, fmt.Errorf("leave the body out: %w", err)
			}
			return next.HandleSerialize(ctx, in)
		}
		if in.Request, err = r.SetStream(bytes.NewReader(body)); err != nil {
			return out, m, fmt.Errorf("set body: %w", err)
		}
		return next.HandleSerialize(ctx, in)
	})
	return xray.WithAPIOptions(func(s *middleware.Stack) error {
		return s.Serialize.Insert(replace, "OperationSerializer", middleware.After)
	})
}

// Moment is a time of a request.
func Moment(t time.Time) rayapi.Timestamp {
	return rayapi.Timestamp{Time: segment.TimeOf(t), Set: true}
}
