// Package xraygrpc records gRPC calls, at the client as subsegments and at the server as segments of X-Ray traces:
//
//	conn, err := grpc.NewClient("stock.internal:443", grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor()), ...)
//	server := grpc.NewServer(grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor()), ...)
//
// The trace goes from client to server in the metadata x-amzn-trace-id, beside it W3C's traceparent; the server answers with the trace
// id in its header metadata. Streams have interceptors of their own: what they record lasts as long as the stream, and says how
// many messages went each way.
//
// A status is an error of the segment if the caller is to blame: Canceled, InvalidArgument, NotFound, AlreadyExists, PermissionDenied,
// Unauthenticated, FailedPrecondition, Aborted and OutOfRange. ResourceExhausted is a throttle. All others are faults. Whichever it
// is, the error is shown as an exception. A panic of a handler is a fault too, and goes on.
package xraygrpc
