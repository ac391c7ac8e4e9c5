package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-xray-sdk-go/daemoncfg"
	"github.com/aws/aws-xray-sdk-go/header"
	"github.com/aws/aws-xray-sdk-go/strategy/ctxmissing"
	"github.com/aws/aws-xray-sdk-go/strategy/exception"
	"github.com/aws/aws-xray-sdk-go/xray"
)

// loose jobs begin no segment, or in a way of their own.
var loose = []func(context.Context){noSegment, panicWithoutSegment, strict, fromHeader, withSampling, facade, ofItsOwnKind, emitted, large, failed}

func noSegment(ctx context.Context) {
	tell("no segment", xray.AddAnnotation(ctx, "a", 1), xray.AddMetadata(ctx, "a", 1), xray.AddError(ctx, errJob),
		xray.GetSegment(ctx) == nil, xray.TraceID(ctx), xray.RequestWasTraced(ctx))
	ctx, _ = xray.BeginSubsegment(ctx, "nobody's")
	err := xray.Capture(ctx, "nobody's", func(context.Context) error { return errJob })
	tell("no segment", errors.Is(err, errJob))
}

func panicWithoutSegment(ctx context.Context) {
	defer func() { tell("panic without segment", "recovered", recover()) }()
	_ = xray.Capture(ctx, "nobody's", func(context.Context) error { panic("out of ink") })
}

// strict panics for want of a segment, as it was told to.
func strict(ctx context.Context) {
	defer func() { tell("strict", "recovered", recover()) }()
	ctx, err := xray.ContextWithConfig(ctx, xray.Config{ContextMissingStrategy: ctxmissing.NewDefaultRuntimeErrorStrategy()})
	must(err)
	_, _ = xray.BeginSubsegment(ctx, "nobody's")
}

func fromHeader(ctx context.Context) {
	for _, h := range []string{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", "Sampled=0", ""} {
		_, segment := xray.NewSegmentFromHeader(ctx, "from header", request(), header.FromString(h))
		tell("from header", segment.Sampled, segment.RequestWasTraced, segment.ParentID)
		segment.Close(nil)
	}
}

func withSampling(ctx context.Context) {
	_, segment := xray.BeginSegmentWithSampling(ctx, "with sampling", request(), nil)
	tell("with sampling", segment.Sampled)
	segment.Close(nil)
}

func request() *http.Request {
	r, err := http.NewRequest(http.MethodGet, "http://jobs.example.com/run", nil)
	must(err)
	return r
}

// facade is what happens in AWS Lambda: the segment is the service's own, and subsegments are sent as they end.
func facade(ctx context.Context) {
	//lint:ignore SA1029 the key is a plain string: AWS' Lambda library puts the header there
	ctx = context.WithValue(ctx, xray.LambdaTraceHeaderKey, "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
	ctx, outer := xray.BeginSubsegment(ctx, "function's work")
	_, inner := xray.BeginSubsegment(ctx, "part of it")
	inner.Close(nil)
	outer.Close(nil)
}

// ofItsOwnKind has its own rules for streaming and for exceptions.
func ofItsOwnKind(ctx context.Context) {
	few, err := xray.NewDefaultStreamingStrategyWithMaxSubsegmentCount(2)
	must(err)
	short, err := exception.NewDefaultFormattingStrategyWithDefinedErrorFrameCount(1)
	must(err)
	ctx, err = xray.ContextWithConfig(ctx, xray.Config{StreamingStrategy: few, ExceptionFormattingStrategy: short, ServiceVersion: "7.8.9"})
	must(err)
	ctx, segment := xray.BeginSegment(ctx, "of its own kind")
	for range 4 {
		_, sub := xray.BeginSubsegment(ctx, "part")
		sub.Close(errJob)
	}
	segment.Close(nil)
}

// notice is an emitter that prints what it is given, and then sends it.
type notice struct{ xray.Emitter }

func (n notice) Emit(s *xray.Segment) {
	tell("emitted", s.Name, s.InProgress, len(s.TraceID), s.EndTime >= s.StartTime)
	n.Emitter.Emit(s)
}

func emitted(ctx context.Context) {
	emitter, err := xray.NewDefaultEmitter(daemoncfg.GetDaemonEndpoints().UDPAddr)
	must(err)
	ctx, err = xray.ContextWithConfig(ctx, xray.Config{Emitter: notice{emitter}})
	must(err)
	ctx, segment := xray.BeginSegment(ctx, "emitted by hand")
	_, sub := xray.BeginSubsegment(ctx, "inside")
	sub.Close(nil)
	segment.Close(nil)
}

// large does not fit into a datagram.
func large(ctx context.Context) {
	ctx, segment := xray.BeginSegment(ctx, "large")
	for range 3 {
		_, sub := xray.BeginSubsegment(ctx, "large part")
		must(sub.AddMetadata("text", strings.Repeat("x", 30_000)))
		sub.Close(nil)
	}
	segment.Close(nil)
}

func failed(ctx context.Context) {
	_, segment := xray.BeginSegment(ctx, "failed")
	segment.Close(errJob)
}
