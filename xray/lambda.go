package xray

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/internal/logger"
)

const (
	// LambdaTraceHeaderKey is what AWS Lambda's runtime for Go puts the trace header under in a context, as a string.
	LambdaTraceHeaderKey string = "x-amzn-trace-id"
	// LambdaTaskRootKey is the environment variable that says that this is AWS Lambda.
	LambdaTaskRootKey string = "LAMBDA_TASK_ROOT"
	// SDKInitializedFileFolder and SDKInitializedFileName are the file that tells AWS Lambda that an SDK is at work.
	SDKInitializedFileFolder string = "/tmp/.aws-xray"
	SDKInitializedFileName   string = "initialized"

	// envTraceHeader has the trace header of the request that a Lambda function is working on.
	envTraceHeader = "_X_AMZN_TRACE_ID"
)

// BeginFacadeSegment returns a context with a stand-in for the segment that h names as parent, which someone else sends. It is not
// sent; its subsegments are, each when it is closed. Without h it is a root of its own that is not sent. Programs have no
// need for it: BeginSubsegment makes one in AWS Lambda.
func BeginFacadeSegment(ctx context.Context, name string, h *header.Header) (context.Context, *Segment) {
	if ctx == nil {
		ctx = context.Background()
	}
	s := newFacade(ctx, name, h)
	return s.carry(ctx), s
}

// newFacade returns the stand-in for the parent of h.
func newFacade(ctx context.Context, name string, h *header.Header) *Segment {
	var s *Segment
	at := now()
	if h != nil && h.SamplingDecision != header.Sampled {
		s = newDummy(name, at, environmentAt(at).ids)
	} else {
		s = newRoot(settings(ctx), name, at)
		s.place.sent = true
	}
	if h != nil {
		s.Facade = true
		s.TraceID, s.ID = h.TraceID, h.ParentID
		s.IncomingHeader = h
	}
	return s
}

// lambdaFacade returns the stand-in for the segment of the Lambda function that ctx belongs to, nil if there is none.
func lambdaFacade(ctx context.Context) *Segment {
	text, _ := ctx.Value(LambdaTraceHeaderKey).(string)
	if text == "" && os.Getenv(LambdaTaskRootKey) != "" {
		text = os.Getenv(envTraceHeader)
	}
	if text == "" {
		return nil
	}
	h := header.FromString(text)
	if h.TraceID == "" {
		return nil
	}
	return newFacade(ctx, "facade", h)
}

// tellLambda reports whether this is AWS Lambda, and if so touches the file that it looks for.
func tellLambda() bool {
	if os.Getenv(LambdaTaskRootKey) == "" {
		return false
	}
	if err := touch(SDKInitializedFileFolder, SDKInitializedFileName); err != nil {
		logger.Debugf("tell AWS Lambda that an SDK is at work: %v", err)
	}
	return true
}

func touch(folder, name string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	path := filepath.Join(folder, name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	now := time.Now()
	return os.Chtimes(path, now, now)
}
