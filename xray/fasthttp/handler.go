// Package xrayfasthttp records what servers and clients of github.com/valyala/fasthttp do, as segments and subsegments of X-Ray traces:
//
//	traced := xrayfasthttp.NewFastHTTPInstrumentor(nil).Handler(xray.NewFixedSegmentNamer("stock"), handler)
//	log.Fatal(fasthttp.ListenAndServe("127.0.0.1:8080", traced))
//
// The *fasthttp.RequestCtx of a handler is a context with the segment, for as long as the request is served: what goes on afterwards
// takes xray.DetachContext of it.
package xrayfasthttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/valyala/fasthttp"
)

// The headers that carry traces: X-Ray's and that of W3C Trace Context.
const (
	traceIDKey     = "X-Amzn-Trace-Id"
	traceParentKey = "Traceparent"
)

// segmentKey is the user value under which AWS' SDK keeps the segment.
const segmentKey = "xray-ck"

// A FastHTTPHandler makes handlers that are traced.
type FastHTTPHandler interface {
	// Handler returns a handler that records a segment for each request that h serves, in the trace of the request's X-Amzn-Trace-Id
	// header, or else of its traceparent. It goes around fasthttp.TimeoutHandler, not into it. A panic of h is recorded as a
	// fault and goes on; fasthttp itself ends the program then.
	Handler(sn xray.SegmentNamer, h fasthttp.RequestHandler) fasthttp.RequestHandler
}

// NewFastHTTPInstrumentor returns what traces with cfg, completed by the global configuration; nil stands for that alone.
func NewFastHTTPInstrumentor(cfg *xray.Config) FastHTTPHandler {
	ctx := context.Background()
	if cfg != nil {
		ctx = context.WithValue(ctx, xray.RecorderContextKey{}, cfg)
	}
	return &instrumentor{cfg, ctx}
}

type instrumentor struct {
	cfg *xray.Config
	ctx context.Context // of all segments: a RequestCtx is used again for other requests
}

func (i *instrumentor) Handler(sn xray.SegmentNamer, h fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		if xray.SdkDisabled() {
			h(ctx)
			return
		}
		incoming := incomingHeader(&ctx.Request.Header)
		seg := i.begin(sn, ctx, incoming)
		answer := answerHeader(seg, incoming)
		ctx.Response.Header.Set(traceIDKey, answer)
		defer seg.Finish(func() { record(seg, ctx, answer) })
		h(ctx)
	}
}

// incomingHeader reads where a request comes from. X-Ray's header knows more than W3C's, so it is preferred.
func incomingHeader(h *fasthttp.RequestHeader) *header.Header {
	if text := h.Peek(traceIDKey); len(text) > 0 {
		return header.FromString(string(text))
	}
	if parsed, ok := header.FromTraceParent(string(h.Peek(traceParentKey))); ok {
		return parsed
	}
	return &header.Header{}
}

// begin begins the segment of a request and puts it into its user values.
func (i *instrumentor) begin(sn xray.SegmentNamer, ctx *fasthttp.RequestCtx, incoming *header.Header) *xray.Segment {
	host, path, method := string(ctx.Host()), string(ctx.Path()), string(ctx.Method())
	r := &http.Request{Method: method, Host: host, URL: &url.URL{Path: path}}
	_, seg := xray.NewSegmentFromHeader(i.ctx, sn.Name(host), r, incoming)
	if seg.Recording() {
		scheme := "http://"
		if ctx.IsTLS() {
			scheme = "https://"
		}
		ip, forwarded := clientIP(ctx)
		agent := string(ctx.UserAgent())
		seg.Lock()
		seg.GetHTTP().Request = &xray.RequestData{Method: method, URL: scheme + host + path, ClientIP: ip, XForwardedFor: forwarded, UserAgent: agent}
		seg.Unlock()
	}
	if i.cfg != nil {
		ctx.SetUserValue(xray.RecorderContextKey{}, i.cfg)
	}
	ctx.SetUserValue(xray.ContextKey, seg)
	ctx.SetUserValue(segmentKey, seg)
	return seg
}

// clientIP returns who sent the request: the first proxy's word if there is one, and whether that is so.
func clientIP(ctx *fasthttp.RequestCtx) (ip string, forwarded bool) {
	if list := ctx.Request.Header.Peek("X-Forwarded-For"); len(list) > 0 {
		first, _, _ := strings.Cut(string(list), ",")
		return strings.TrimSpace(first), true
	}
	return ctx.RemoteIP().String(), false
}

// answerHeader returns what the caller is told: the trace, the parent it named, and if it asked for it the sampling decision.
func answerHeader(seg *xray.Segment, incoming *header.Header) string {
	seg.RLock()
	defer seg.RUnlock()
	answer := header.Header{TraceID: seg.TraceID, ParentID: incoming.ParentID, SamplingDecision: incoming.SamplingDecision}
	if answer.SamplingDecision == header.Requested {
		answer.SamplingDecision = header.NotSampled
		if seg.Sampled {
			answer.SamplingDecision = header.Sampled
		}
	}
	return answer.String()
}

// record closes seg with the answer. Handlers that begin their answer anew, as RequestCtx.Error does, lose its trace header, which is
// set again.
func record(seg *xray.Segment, ctx *fasthttp.RequestCtx, header string) {
	resp := &ctx.Response
	if late := ctx.LastTimeoutErrorResponse(); late != nil {
		resp = late // the other belongs to a handler that is still running
	}
	if len(resp.Header.Peek(traceIDKey)) == 0 {
		resp.Header.Set(traceIDKey, header)
	}
	capture(seg, resp, !ctx.IsHead())
	seg.Close(nil)
}

// capture records the answer, and with hasBody its length.
func capture(seg *xray.Segment, resp *fasthttp.Response, hasBody bool) {
	xray.HttpCaptureResponse(seg, resp.StatusCode()) // also if it is not recorded: its sampling rule may want to know of faults
	if n := length(resp); hasBody && n > 0 && seg.Recording() {
		seg.Lock()
		seg.GetHTTP().GetResponse().ContentLength = n
		seg.Unlock()
	}
}

// length is that of the body in bytes, not positive if it is not known. A stream is not read for it.
func length(resp *fasthttp.Response) int {
	if resp.IsBodyStream() {
		return resp.Header.ContentLength()
	}
	return len(resp.Body())
}
