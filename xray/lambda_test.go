package xray_test

import (
	"context"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
)

const (
	lambdaTrace  = "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"
	lambdaParent = "a1f0c3d2e4b59687"
	lambdaHeader = "Root=" + lambdaTrace + ";Parent=" + lambdaParent + ";Sampled=1;Lineage=a87bd80c:1"
)

func withHeader(ctx context.Context, h string) context.Context {
	//lint:ignore SA1029 the key of the Lambda runtime is a string
	return context.WithValue(ctx, xray.LambdaTraceHeaderKey, h)
}

func TestLambda(t *testing.T) {
	ctx, r := recording(t)
	ctx = withHeader(ctx, lambdaHeader)
	sub, s := xray.BeginSubsegment(ctx, "handler")
	_, inner := xray.BeginSubsegment(sub, "inner")
	inner.Close(nil)
	if docs := r.take(t); len(docs) != 0 {
		t.Errorf("before handler is closed: got %q, want nothing", trees(docs))
	}
	s.Close(nil)
	docs := r.take(t)
	if len(docs) != 1 || docs[0].tree() != "handler(inner)" {
		t.Fatalf("got %q, want handler(inner)", trees(docs))
	}
	if d := docs[0]; d.TraceID != lambdaTrace || d.ParentID != lambdaParent || d.Type != "subsegment" {
		t.Errorf("got %+v, want a subsegment below Lambda's segment", d)
	}
	h := s.DownstreamHeader()
	if h.TraceID != lambdaTrace || h.ParentID != s.ID || h.SamplingDecision != header.Sampled || h.AdditionalData["Lineage"] != "a87bd80c:1" {
		t.Errorf("downstream: got %s", h)
	}
	s.ParentSegment.Close(nil)
	if docs := r.take(t); len(docs) != 0 {
		t.Errorf("the facade: got %q, want nothing", trees(docs))
	}
}

func TestLambdaWithoutSampling(t *testing.T) {
	ctx, r := recording(t)
	for name, h := range map[string]string{
		"not sampled":   "Root=" + lambdaTrace + ";Parent=" + lambdaParent + ";Sampled=0",
		"not decided":   "Root=" + lambdaTrace + ";Parent=" + lambdaParent,
		"without trace": "Parent=" + lambdaParent + ";Sampled=1",
		"senseless":     "?",
	} {
		_, s := xray.BeginSubsegment(withHeader(ctx, h), "handler")
		if d := s.DownstreamHeader().SamplingDecision; d == header.Sampled {
			t.Errorf("%s: downstream is sampled", name)
		}
		s.Close(nil)
	}
	sub, s := xray.BeginSubsegmentWithoutSampling(withHeader(ctx, lambdaHeader), "handler")
	_, inner := xray.BeginSubsegment(sub, "inner")
	for _, s := range []*xray.Segment{inner, s} {
		if h := s.DownstreamHeader(); h.SamplingDecision != header.NotSampled || h.TraceID != lambdaTrace {
			t.Errorf("%s: downstream: got %s, want the trace, not sampled", s.Name, h)
		}
		s.Close(nil)
	}
	if docs := r.take(t); len(docs) != 0 {
		t.Errorf("got %q, want nothing", trees(docs))
	}
}

func TestLambdaEnvironment(t *testing.T) {
	ctx, r := recording(t)
	t.Setenv("_X_AMZN_TRACE_ID", lambdaHeader)
	_, s := xray.BeginSubsegment(ctx, "elsewhere")
	s.Close(nil)
	t.Setenv("LAMBDA_TASK_ROOT", t.TempDir())
	_, s = xray.BeginSubsegment(ctx, "handler")
	s.Close(nil)
	docs := r.take(t)
	if len(docs) != 1 || docs[0].Name != "handler" || docs[0].ParentID != lambdaParent {
		t.Errorf("got %+v, want handler below Lambda's segment, and nothing outside of Lambda", docs)
	}
}

func TestMessages(t *testing.T) {
	ctx, r := recording(t)
	sender, s := xray.BeginSegment(ctx, "sender")
	attribute := xray.TraceHeader(sender)
	_, receiver := xray.BeginSegmentFromTraceHeader(ctx, "receiver", attribute)
	receiver.Close(nil)
	s.Close(nil)
	docs := r.take(t)
	if docs[0].TraceID != s.TraceID || docs[0].ParentID != s.ID || docs[0].Name != "receiver" {
		t.Errorf("attribute %s: got %+v, want a segment below %s of %s", attribute, docs[0], s.ID, s.TraceID)
	}
	if got := xray.TraceHeader(ctx); got != "" {
		t.Errorf("without a segment: got %q, want nothing", got)
	}
	_, fresh := xray.BeginSegmentFromTraceHeader(ctx, "receiver", "")
	if fresh.TraceID == s.TraceID || fresh.ParentID != "" || fresh.TraceID == "" {
		t.Errorf("without a header: got trace %q, parent %q; want a new trace", fresh.TraceID, fresh.ParentID)
	}
}

// TestLambdaFreeze checks that what a function recorded has left the process when its subsegment is closed.
func TestLambdaFreeze(t *testing.T) {
	t.Setenv("LAMBDA_TASK_ROOT", t.TempDir())
	d := newDaemon(t)
	ctx, e := emitting(t, d, xray.Config{})
	_, s := xray.BeginSubsegment(withHeader(ctx, lambdaHeader), "handler")
	s.Close(nil)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Flush(over); err != nil {
		t.Errorf("after Close something waits still: %v", err)
	}
	if got := d.next(); got.Name != "handler" {
		t.Errorf("got %s, want handler", got.Name)
	}
}
