package xraygrpc

import (
	"github.com/rayscope/rayscope/xray"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// ended closes seg as a call with this error and answer ended, either of which may be nil.
func ended(seg *xray.Segment, err error, answer any) {
	defer seg.Close(nil)
	if err != nil {
		mark(seg, codeOf(err)) // also if it is not recorded: its sampling rule may want to know of faults
	}
	switch {
	case !seg.Recording():
	case err != nil:
		seg.AddException(err)
	default:
		measure(seg, answer)
	}
}

// codeOf is the code that gRPC sends for err: errors of contexts have codes of their own, all others that are no status are Unknown.
func codeOf(err error) codes.Code {
	s, ok := status.FromError(err)
	if !ok {
		s = status.FromContextError(err)
	}
	return s.Code()
}

// mark sets the one flag that goes with a code.
func mark(seg *xray.Segment, code codes.Code) {
	seg.Lock()
	defer seg.Unlock()
	switch code {
	case codes.Canceled, codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied,
		codes.Unauthenticated, codes.FailedPrecondition, codes.Aborted, codes.OutOfRange:
		seg.Error = true
	case codes.ResourceExhausted:
		seg.Throttle = true
	default: // Unknown, DeadlineExceeded, Unimplemented, Internal, Unavailable, DataLoss, and what gRPC does not know
		seg.Fault = true
	}
}

// measure records the size of an answer.
func measure(seg *xray.Segment, answer any) {
	m, ok := answer.(proto.Message)
	if !ok {
		return
	}
	n := proto.Size(m)
	seg.Lock()
	defer seg.Unlock()
	seg.GetHTTP().GetResponse().ContentLength = n
}
