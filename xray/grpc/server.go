package xraygrpc

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// UnaryServerInterceptor records a segment for each call, in the trace that its metadata names. The segment is in the handler's context.
func UnaryServerInterceptor(options ...GrpcOption) grpc.UnaryServerInterceptor {
	s := settle(options)
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
		if xray.SdkDisabled() {
			return handle(ctx, req)
		}
		ctx, seg, reply := s.serve(ctx, info.FullMethod)
		// It fails where no header can be sent: in calls that do not come from a gRPC server. They have nobody to tell.
		_ = grpc.SetHeader(ctx, reply)
		defer seg.Finish(func() { ended(seg, err, answer) })
		return handle(ctx, req)
	}
}

// serve begins the segment of a call. It also returns the header metadata of the answer.
func (s *settings) serve(ctx context.Context, method string) (context.Context, *xray.Segment, metadata.MD) {
	host := incoming(ctx, ":authority")
	r := &http.Request{Method: http.MethodPost, Host: host, URL: &url.URL{Scheme: "grpc", Host: host, Path: method}}
	from := caller(ctx)
	ctx, seg := xray.NewSegmentFromHeader(s.context(ctx), s.name(method, host), r, from)
	if seg.Recording() {
		describe(ctx, seg, address(host, method))
	}
	return ctx, seg, metadata.MD{traceIDKey: {answer(seg, from)}}
}

// caller reads where a call comes from. X-Ray's header knows more than W3C's, so it is preferred.
func caller(ctx context.Context) *header.Header {
	if text := incoming(ctx, traceIDKey); text != "" {
		return header.FromString(text)
	}
	if h, ok := header.FromTraceParent(incoming(ctx, traceParentKey)); ok {
		return h
	}
	return &header.Header{}
}

// incoming is the last value of a key, "" without: AWS' SDK adds its own behind one that the program has passed on.
func incoming(ctx context.Context, key string) string {
	values := metadata.ValueFromIncomingContext(ctx, key)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// answer tells the caller the trace, and if it asked for it the decision to record.
func answer(seg *xray.Segment, from *header.Header) string {
	seg.RLock()
	defer seg.RUnlock()
	h := header.Header{TraceID: seg.TraceID}
	if from.SamplingDecision == header.Requested {
		h.SamplingDecision = header.NotSampled
		if seg.Sampled {
			h.SamplingDecision = header.Sampled
		}
	}
	return h.String()
}

// describe records what was called and by whom.
func describe(ctx context.Context, seg *xray.Segment, url string) {
	ip, forwarded := clientIP(ctx)
	agent := incoming(ctx, "user-agent")
	seg.Lock()
	defer seg.Unlock()
	req := seg.GetHTTP().GetRequest()
	req.Method, req.URL = http.MethodPost, url
	req.ClientIP, req.XForwardedFor = ip, forwarded
	req.UserAgent = agent
}

// clientIP returns who called: the first proxy's word if there is one, and whether that is so. Callers on the same machine that
// come by other than TCP have no address.
func clientIP(ctx context.Context) (ip string, forwarded bool) {
	if list := metadata.ValueFromIncomingContext(ctx, "x-forwarded-for"); len(list) > 0 && list[0] != "" {
		first, _, _ := strings.Cut(list[0], ",")
		return strings.TrimSpace(first), true
	}
	if p, ok := peer.FromContext(ctx); ok {
		if a, ok := p.Addr.(*net.TCPAddr); ok {
			return a.IP.String(), false
		}
	}
	return "", false
}
