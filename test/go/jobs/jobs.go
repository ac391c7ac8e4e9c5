package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-xray-sdk-go/strategy/exception"
	"github.com/aws/aws-xray-sdk-go/xray"
)

// jobs run within a segment of their name.
var jobs = []struct {
	name string
	run  func(context.Context)
}{
	{"empty", func(context.Context) {}},
	{"quiet", quiet},
	{"captures", captures},
	{"panics", panics},
	{"in the background", background},
	{"late child", lateChild},
	{"forgotten child", forgottenChild},
	{"streamed child", streamedChild},
	{"removed child", removedChild},
	{"child apart", childApart},
	{"detached", detached},
	{"blocks", blocks},
	{"metadata", metadata},
	{strings.Repeat("long name ", 30), func(context.Context) {}},
	{"closed twice", func(ctx context.Context) { xray.GetSegment(ctx).Close(nil) }},
}

var errJob = errors.New("job failed")

func quiet(ctx context.Context) {
	_, sub := xray.BeginSubsegment(ctx, "unheard")
	must(sub.AddAnnotation("kept", false))
	sub.Close(errJob)
	tell("quiet", xray.TraceID(ctx), sub.ID, xray.GetSegment(ctx).DownstreamHeader().SamplingDecision)
}

func captures(ctx context.Context) {
	err := xray.Capture(ctx, "good", func(ctx context.Context) error { return xray.AddAnnotation(ctx, "deep", true) })
	tell("captures", err)
	err = xray.Capture(ctx, "bad", func(context.Context) error { return fmt.Errorf("in capture: %w", errJob) })
	tell("captures", err)
}

// panics is caught by itself: the SDK records the panic and passes it on.
func panics(ctx context.Context) {
	defer func() { tell("panics", "recovered", recover()) }()
	_ = xray.Capture(ctx, "unlucky", func(context.Context) error { panic("out of paper") })
}

func background(ctx context.Context) {
	done := make(chan bool)
	xray.CaptureAsync(ctx, "asynchronous", func(ctx context.Context) error {
		defer close(done)
		return xray.AddMetadata(ctx, "background", true)
	})
	<-done
}

// lateChild is closed after its parent.
func lateChild(ctx context.Context) {
	_, sub := xray.BeginSubsegment(ctx, "late")
	xray.GetSegment(ctx).Close(nil)
	must(sub.AddAnnotation("after_parent", true))
	sub.Close(nil)
}

// forgottenChild is never closed, but its context ends.
func forgottenChild(context.Context) {
	ctx, cancel := context.WithCancel(context.Background())
	ctx, segment := xray.BeginSegment(ctx, "forgetful")
	_, _ = xray.BeginSubsegment(ctx, "forgotten")
	cancel()
	<-ctx.Done()
	segment.Close(nil)
}

func streamedChild(ctx context.Context) {
	_, sub := xray.BeginSubsegment(ctx, "streamed")
	sub.CloseAndStream(nil)
	_, kept := xray.BeginSubsegment(ctx, "kept")
	kept.Close(nil)
}

func removedChild(ctx context.Context) {
	_, sub := xray.BeginSubsegment(ctx, "removed")
	tell("removed child", xray.GetSegment(ctx).RemoveSubsegment(sub), xray.GetSegment(ctx).RemoveSubsegment(sub))
}

// childApart is not sampled itself.
func childApart(ctx context.Context) {
	_, sub := xray.BeginSubsegmentWithoutSampling(ctx, "apart")
	sub.Close(nil)
	tell("child apart", sub.DownstreamHeader().SamplingDecision)
}

func detached(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	free := xray.DetachContext(ctx)
	cancel()
	_, sub := xray.BeginSubsegment(free, "free")
	sub.Close(free.Err())
}

// blocks are the parts of a document that a program may fill in by itself.
func blocks(ctx context.Context) {
	_, sub := xray.BeginSubsegment(ctx, "by hand")
	sub.Lock()
	sub.Namespace = "remote"
	sub.GetHTTP().GetRequest().Method = "PUT"
	sub.GetHTTP().GetRequest().URL = "https://example.com/files"
	sub.GetHTTP().GetResponse().Status = 201
	sub.GetHTTP().GetResponse().ContentLength = 12
	sub.GetSQL().SanitizedQuery = "SELECT ?"
	sub.GetSQL().User = "clerk"
	sub.GetAWS()["operation"] = "PutFile"
	sub.GetCause().WorkingDirectory = "/srv/jobs"
	sub.GetCause().Exceptions = append(sub.GetCause().Exceptions, exception.Exception{ID: "5f3a9c1e2b7d8046", Type: "Odd", Message: "by hand"})
	sub.PrecursorIDs = []string{"53995c3f42cd8ad8"}
	sub.Unlock()
	sub.Close(nil)
}

// metadata has values that JSON cannot say, besides a good one.
func metadata(ctx context.Context) {
	must(xray.AddMetadataToNamespace(ctx, "odd", "good", []int{1, 2}))
	_, sub := xray.BeginSubsegment(ctx, "unsayable")
	must(sub.AddMetadata("channel", make(chan int)))
	sub.Close(nil)
}
