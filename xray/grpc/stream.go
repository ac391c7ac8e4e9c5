package xraygrpc

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/rayscope/rayscope/xray"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// counts are the messages of a stream.
type counts struct{ sent, received atomic.Int64 }

// record adds the counts to seg's metadata, in the namespace "grpc".
func (c *counts) record(seg *xray.Segment) {
	// It never fails.
	_ = seg.AddMetadataToNamespace("grpc", "messages_sent", c.sent.Load())
	_ = seg.AddMetadataToNamespace("grpc", "messages_received", c.received.Load())
}

// StreamServerInterceptor records a segment for each stream, in the trace that its metadata names. It lasts until the handler returns, and
// is in the context of the handler's stream.
func StreamServerInterceptor(options ...GrpcOption) grpc.StreamServerInterceptor {
	s := settle(options)
	return func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
		if xray.SdkDisabled() {
			return handle(srv, ss)
		}
		ctx, seg, reply := s.serve(ss.Context(), info.FullMethod)
		// It fails where no header can be sent: nobody is there to be told.
		_ = ss.SetHeader(reply)
		stream := &serverStream{ServerStream: ss, ctx: ctx}
		defer seg.Finish(func() {
			stream.record(seg)
			ended(seg, err, nil)
		})
		return handle(srv, stream)
	}
}

// A serverStream counts messages and has the segment in its context.
type serverStream struct {
	grpc.ServerStream
	ctx context.Context
	counts
}

func (s *serverStream) Context() context.Context { return s.ctx }

func (s *serverStream) SendMsg(m any) error {
	err := s.ServerStream.SendMsg(m)
	if err == nil {
		s.sent.Add(1)
	}
	return err
}

func (s *serverStream) RecvMsg(m any) error {
	err := s.ServerStream.RecvMsg(m)
	if err == nil {
		s.received.Add(1)
	}
	return err
}

// StreamClientInterceptor records a subsegment for each stream. It lasts until the stream has ended: its answer was received to the end, it
// failed, or its context is done, one of which gRPC demands of programs anyway. A stream whose context has no segment is opened as it is,
// after the context-missing strategy was asked.
func StreamClientInterceptor(options ...GrpcOption) grpc.StreamClientInterceptor {
	s := settle(options)
	return func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (_ grpc.ClientStream, err error) {
		if xray.SdkDisabled() {
			return open(ctx, desc, cc, method, opts...)
		}
		ctx, seg := s.call(ctx, method, cc)
		defer seg.Finish(func() {
			if err != nil {
				ended(seg, err, nil)
			}
		})
		below, err := open(ctx, desc, cc, method, opts...)
		if err != nil || !seg.Recording() {
			return below, err
		}
		return follow(ctx, below, seg, desc), nil
	}
}

// A clientStream counts messages and closes its subsegment once, when the stream ends.
type clientStream struct {
	grpc.ClientStream
	seg    *xray.Segment
	single bool // there is one answer, and nothing behind it
	once   sync.Once
	stop   func() bool // ends the waiting for the context
	counts
}

func follow(ctx context.Context, below grpc.ClientStream, seg *xray.Segment, desc *grpc.StreamDesc) *clientStream {
	s := &clientStream{ClientStream: below, seg: seg, single: !desc.ServerStreams}
	// The error is what gRPC returns from a stream whose context is done.
	s.stop = context.AfterFunc(ctx, func() { s.end(status.FromContextError(ctx.Err()).Err()) })
	return s
}

func (s *clientStream) end(err error) {
	s.once.Do(func() {
		s.record(s.seg)
		ended(s.seg, err, nil)
	})
}

// over ends the stream, and the waiting for its context.
func (s *clientStream) over(err error) {
	s.stop()
	s.end(err)
}

// SendMsg returns io.EOF when the stream has ended already: RecvMsg will say how.
func (s *clientStream) SendMsg(m any) error {
	err := s.ClientStream.SendMsg(m)
	switch {
	case err == nil:
		s.sent.Add(1)
	case !errors.Is(err, io.EOF):
		s.over(err)
	}
	return err
}

func (s *clientStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	switch {
	case err == nil:
		if s.received.Add(1); s.single {
			s.over(nil)
		}
	case errors.Is(err, io.EOF):
		s.over(nil)
	default:
		s.over(err)
	}
	return err
}
