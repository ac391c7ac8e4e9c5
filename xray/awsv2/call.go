package awsv2

import (
	"context"
	"os"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/rayscope/rayscope/xray"
)

// The names of the middlewares, for those who list a stack.
const (
	recorderID = "XRayInitializeMiddlewareAfter"
	attemptsID = "XRayDeserializeMiddleware"
)

// A call is one call of an operation, with all its attempts. It is itself the context of what is done for it.
type call struct {
	context.Context // has the subsegment
	seg             *xray.Segment
	header          string // carries the trace to the service
	recorded        bool

	params   *Parameters // what to record
	tries    int         // attempts so far
	attempts []attempt   // the first of them and the latest, see maxAttempts
	returned bool        // the call did not panic
}

type callKey struct{}

func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// A recorder is the middleware around a whole call.
type recorder instrumentor

// ID names the middleware.
func (*recorder) ID() string { return recorderID }

// HandleInitialize records one call.
func (r *recorder) HandleInitialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	out middleware.InitializeOutput, metadata middleware.Metadata, err error,
) {
	if xray.SdkDisabled() {
		return next.HandleInitialize(ctx, in)
	}
	in.Parameters = askForTrace(in.Parameters)
	if polls(ctx, in.Parameters) {
		return next.HandleInitialize(ctx, in)
	}
	ctx, seg := xray.BeginSubsegment(ctx, awsmiddleware.GetServiceID(ctx))
	header := xray.TraceHeader(ctx)
	if header == "" { // no segment
		return next.HandleInitialize(ctx, in)
	}
	c := &call{Context: ctx, seg: seg, header: header, params: r.own}
	c.begin(in.Parameters)
	defer c.close()
	in.Parameters = carry(in.Parameters, header)
	out, metadata, err = next.HandleInitialize(c, in)
	c.end(out.Result, err)
	return out, metadata, err
}

// polls reports whether in asks a queue for messages outside of any request, as workers do all day: that is no mistake that the
// context-missing strategy has to know of. In AWS Lambda there is always a request.
func polls(ctx context.Context, in any) bool {
	return isReceive(in) && xray.GetSegment(ctx) == nil &&
		ctx.Value(xray.LambdaTraceHeaderKey) == nil && os.Getenv(xray.LambdaTaskRootKey) == ""
}

// begin records what is known before the call.
func (c *call) begin(input any) {
	c.seg.Lock()
	defer c.seg.Unlock()
	c.recorded = !c.seg.Dummy
	if !c.recorded {
		return
	}
	c.seg.Namespace = "aws"
	data := c.seg.GetAWS()
	service, operation := awsmiddleware.GetServiceID(c), awsmiddleware.GetOperationName(c)
	c.params.record(data, service, operation, request, input)
	if id := account(data); id != "" {
		data["account_id"] = id
	}
	data["operation"] = operation
	data["region"] = awsmiddleware.GetRegion(c)
}

// end records what the call has come to.
func (c *call) end(output any, err error) {
	c.returned = true
	if !c.recorded {
		return
	}
	if err != nil {
		_ = c.seg.AddError(err) // never fails
	}
	c.seg.Lock()
	defer c.seg.Unlock()
	data := c.seg.GetAWS()
	if err == nil {
		c.params.record(data, awsmiddleware.GetServiceID(c), awsmiddleware.GetOperationName(c), response, output)
	}
	data["retries"] = max(c.tries-1, 0)
	var last attempt // none is as if nothing had come of it
	if n := len(c.attempts); n > 0 {
		last = c.attempts[n-1]
	}
	last.identify(data)
	c.seg.HTTP = last.http()
	c.seg.Error, c.seg.Throttle, c.seg.Fault = outcome(err, last.status)
	if c.tries > 1 {
		for i := range c.attempts {
			c.seg.Subsegments = append(c.seg.Subsegments, c.attempts[i].document())
		}
	}
}

// close closes the subsegment, as a fault if a middleware or an HTTP client below panicked.
func (c *call) close() {
	if c.recorded && !c.returned {
		c.seg.Lock()
		c.seg.Fault = true
		c.seg.Unlock()
	}
	c.seg.Close(nil)
}

// attempts is the middleware around one attempt.
type attempts struct{}

// ID names the middleware.
func (attempts) ID() string { return attemptsID }

// HandleDeserialize sends one attempt.
//
// The header is set here, after the request was signed, and takes no part in the signature: AWS' signers leave X-Amzn-Trace-Id out, as
// load balancers and proxies on the way may change it, and signers of others may not. It replaces the function's own header, which
// AWS SDK adds in AWS Lambda.
func (attempts) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	out middleware.DeserializeOutput, metadata middleware.Metadata, err error,
) {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return next.HandleDeserialize(ctx, in)
	}
	if req, ok := in.Request.(*smithyhttp.Request); ok {
		req.Header.Set(xray.TraceIDHeaderKey, c.header)
	}
	if !c.recorded {
		return next.HandleDeserialize(ctx, in)
	}
	a := attempt{begin: time.Now()}
	out, metadata, err = next.HandleDeserialize(ctx, in)
	a.end = time.Now()
	a.answered(out.RawResponse, metadata, err)
	c.add(a)
	return out, metadata, err
}

// add keeps an attempt. Attempts come one after the other.
func (c *call) add(a attempt) {
	c.tries++
	if n := len(c.attempts); n == maxAttempts {
		c.attempts[n-1] = a
		return
	}
	c.attempts = append(c.attempts, a)
}
