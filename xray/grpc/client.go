package xraygrpc

import (
	"context"
	"net/http"
	"strings"

	"github.com/rayscope/rayscope/xray"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
)

// The metadata that carries traces: X-Ray's and that of W3C Trace Context.
const (
	traceIDKey     = xray.TraceIDHeaderKey
	traceParentKey = "traceparent"
)

// UnaryClientInterceptor records a subsegment for each call. A call whose context has no segment is made as it is, after the
// context-missing strategy was asked.
func UnaryClientInterceptor(options ...GrpcOption) grpc.UnaryClientInterceptor {
	s := settle(options)
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) (err error) {
		if xray.SdkDisabled() {
			return invoke(ctx, method, req, reply, cc, opts...)
		}
		ctx, seg := s.call(ctx, method, cc)
		defer seg.Finish(func() { ended(seg, err, reply) })
		return invoke(ctx, method, req, reply, cc, opts...)
	}
}

// call begins the subsegment of a call, and returns the context that carries the trace to the server.
func (s *settings) call(ctx context.Context, method string, cc *grpc.ClientConn) (context.Context, *xray.Segment) {
	host := authority(cc.Target())
	ctx, seg := xray.BeginSubsegment(s.context(ctx), s.name(method, host))
	if seg.Recording() {
		seg.Lock()
		seg.Namespace = "remote"
		req := seg.GetHTTP().GetRequest()
		req.Method, req.URL = http.MethodPost, address(host, method)
		seg.Unlock()
	}
	return carrying(ctx, seg), seg
}

// carrying returns ctx with metadata that carries the trace of seg, in place of what the program may have passed on from its own caller.
func carrying(ctx context.Context, seg *xray.Segment) context.Context {
	h := seg.DownstreamHeader()
	if h.TraceID == "" {
		return ctx
	}
	parent := h.TraceParent()
	md, ok := metadata.FromOutgoingContext(ctx)
	switch {
	case ok:
		if md[traceIDKey] = []string{h.String()}; parent != "" {
			md[traceParentKey] = []string{parent}
		}
		return metadata.NewOutgoingContext(ctx, md)
	case parent == "":
		return metadata.AppendToOutgoingContext(ctx, traceIDKey, h.String())
	}
	return metadata.AppendToOutgoingContext(ctx, traceIDKey, h.String(), traceParentKey, parent)
}

// local is the authority that gRPC uses for sockets of the same machine.
const local = "localhost"

// authority is the host, mostly with a port, that a target stands for: "dns:///stock:443", "dns:stock:443" and "stock:443" are the same.
func authority(target string) string {
	scheme, rest, absolute := strings.Cut(target, "://")
	switch {
	case absolute:
		_, rest, _ = strings.Cut(rest, "/") // what asks for the addresses, before the slash, mostly nothing
	default:
		var found bool
		if scheme, rest, found = strings.Cut(target, ":"); !found || resolver.Get(scheme) == nil {
			return target
		}
	}
	if scheme == "unix" || scheme == "unix-abstract" {
		return local
	}
	return rest
}
