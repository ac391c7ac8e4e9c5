// Package xray records what a program does for a request, as segments and subsegments of an AWS X-Ray trace, and sends them to an
// X-Ray daemon: Rayscope's, or AWS' own.
//
//	ctx, seg := xray.BeginSegment(ctx, "orders")
//	defer seg.Close(nil)
//	err := xray.Capture(ctx, "price", func(ctx context.Context) error {
//		return price(ctx, cart)
//	})
//
// Its names and signatures are those of aws-xray-sdk-go, so that a program changes its import path and nothing else.
//
// A Segment is the work of one service for one request; its subsegments are the parts of that work. Begin returns a context that
// carries the new segment; what is begun with this context hangs below it. Sampling decides at the root whether a trace is recorded at
// all: if not, all functions work and store nothing.
//
// Nothing here blocks, and nothing panics into the program: a segment may be nil, closed, unsampled, or missing from the context, and adding
// to it or closing it does nothing then. Segments may be used by many goroutines at once and closed in any order. The fields of a
// Segment are guarded by its own lock: hold it to write them once other goroutines have the segment.
//
// The environment has the last word: AWS_XRAY_DAEMON_ADDRESS, AWS_XRAY_TRACING_NAME, AWS_XRAY_CONTEXT_MISSING, AWS_XRAY_SDK_DISABLED
// and AWS_XRAY_NOOP_ID are those of the X-Ray SDKs.
package xray
