package xray

import (
	"context"

	"github.com/rayscope/rayscope/xray/header"
)

// SQSTraceHeader is the system attribute of an Amazon SQS message that has the trace header. It takes part of no hash and of none
// of the ten attributes that a message may have.
const SQSTraceHeader = "AWSTraceHeader"

// TraceHeader returns the trace header for what is sent on behalf of ctx, a message for example: the receiver's segment hangs
// below ctx's. Without a segment it is "".
func TraceHeader(ctx context.Context) string {
	s := GetSegment(ctx)
	if trace, _ := s.ids(); trace == "" {
		return ""
	}
	return s.DownstreamHeader().String()
}

// BeginSegmentFromTraceHeader begins a segment within the trace that a trace header names, as TraceHeader returns it. The sender's
// decision to record counts; without one, or with a header that is empty or makes no sense, sampling rules decide.
func BeginSegmentFromTraceHeader(ctx context.Context, name, traceHeader string) (context.Context, *Segment) {
	h := header.FromString(traceHeader)
	if h.TraceID == "" {
		return BeginSegment(ctx, name)
	}
	return begin(ctx, name, nil, h, true)
}
