package xrayclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxAnswer bounds what is read of one answer: some hundred times a large page, so that a server gone mad fills no memory.
const maxAnswer = 256 << 20

// keepBody is a call's option that leaves the answer's bytes in body. AWS' types drop members that they do not know, and lose
// the kinds of annotation values when written as JSON; the bytes do neither.
func keepBody(body *[]byte) func(*xray.Options) {
	keep := middleware.DeserializeMiddlewareFunc("KeepBody", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		middleware.DeserializeOutput, middleware.Metadata, error) {
		out, m, err := next.HandleDeserialize(ctx, in)
		r, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, m, err
		}
		defer r.Body.Close()
		b, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer+1))
		switch {
		case err != nil:
			return out, m, fmt.Errorf("read answer: %w", err)
		case len(b) > maxAnswer:
			return out, m, fmt.Errorf("answer has more than %d MiB: ask for a shorter time range", maxAnswer>>20)
		}
		*body, r.Body = b, io.NopCloser(bytes.NewReader(b))
		return out, m, nil
	})
	return xray.WithAPIOptions(func(s *middleware.Stack) error {
		return s.Deserialize.Insert(keep, "OperationDeserializer", middleware.After)
	})
}

// unpack reads the kept body into raw, which must then agree with what AWS' client read from it.
func unpack(body []byte, raw any, agrees func() bool) error {
	if err := json.Unmarshal(body, raw); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if !agrees() {
		return fmt.Errorf("read answer: its lists can be read in two ways, so it is no answer of the X-Ray API")
	}
	return nil
}
