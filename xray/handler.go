package xray

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/rayscope/rayscope/xray/header"
)

// The headers that carry traces, in Go's canonical form, which saves to make it for each request: X-Ray's and that of W3C Trace Context.
const (
	traceIDKey     = "X-Amzn-Trace-Id"
	traceParentKey = "Traceparent"
)

// Handler returns a handler that records a segment for each request that h serves. The segment continues the trace of the
// request's X-Amzn-Trace-Id header, or else of its traceparent; it is in the context of the request. Answers of 4xx and 5xx are recorded as error
// and fault, a panic as a fault, and raised again.
func Handler(sn SegmentNamer, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve(r.Context(), sn, h, w, r)
	})
}

// HandlerWithContext is Handler with the configuration that ctx has from ContextWithConfig.
func HandlerWithContext(ctx context.Context, sn SegmentNamer, h http.Handler) http.Handler {
	cfg := GetRecorder(ctx)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve(context.WithValue(r.Context(), RecorderContextKey{}, cfg), sn, h, w, r)
	})
}

func serve(ctx context.Context, sn SegmentNamer, h http.Handler, w http.ResponseWriter, r *http.Request) {
	if SdkDisabled() {
		h.ServeHTTP(w, r)
		return
	}
	incoming := incomingHeader(r.Header)
	ctx, seg := NewSegmentFromHeader(ctx, sn.Name(r.Host), r, incoming)
	defer seg.Close(nil)
	HttpTrace(seg, h, w, r.WithContext(ctx), incoming)
}

// incomingHeader reads where a request comes from. X-Ray's header knows more than W3C's, so it is preferred.
func incomingHeader(h http.Header) *header.Header {
	if v := h[traceIDKey]; len(v) > 0 && v[0] != "" {
		return header.FromString(v[0])
	}
	if v := h[traceParentKey]; len(v) == 1 {
		if parsed, ok := header.FromTraceParent(v[0]); ok {
			return parsed
		}
	}
	return &header.Header{}
}

// HttpTrace lets h serve r and records request and answer in seg, which it does not close. The answer gets the header X-Amzn-Trace-Id,
// which says to the sender of traceHeader what became of it.
func HttpTrace(seg *Segment, h http.Handler, w http.ResponseWriter, r *http.Request, traceHeader *header.Header) {
	w.Header()[traceIDKey] = []string{answerHeader(seg, traceHeader)}
	switch {
	case seg.Recording():
		httpCaptureRequest(seg, r)
	case seg == nil || seg.watch == nil:
		h.ServeHTTP(w, r)
		return
	}
	resp := &response{ResponseWriter: w, head: r.Method == http.MethodHead}
	defer resp.record(seg)
	h.ServeHTTP(resp.wrap(), r)
	resp.returned = true
}

// answerHeader returns what the caller is told: the trace, the parent it named, and if it asked for it the sampling decision.
func answerHeader(seg *Segment, incoming *header.Header) string {
	answer := header.Header{}
	if incoming != nil {
		answer.ParentID = incoming.ParentID
		answer.SamplingDecision = incoming.SamplingDecision
	}
	sampled := false
	if seg != nil {
		seg.RLock()
		answer.TraceID, sampled = seg.TraceID, seg.Sampled
		seg.RUnlock()
	}
	if answer.SamplingDecision == header.Requested {
		answer.SamplingDecision = header.NotSampled
		if sampled {
			answer.SamplingDecision = header.Sampled
		}
	}
	if answer.TraceID == noOpTraceID && answer.ParentID == "" && answer.SamplingDecision == header.Unknown {
		return noOpAnswer
	}
	return answer.String()
}

// noOpAnswer is what most callers are told, when few requests are recorded.
const noOpAnswer = header.RootPrefix + noOpTraceID

// HttpCaptureResponse records the status of an answer in seg, with the flag that goes with it: error for 4xx, and throttle for 429; fault
// for 5xx.
func HttpCaptureResponse(seg *Segment, statusCode int) {
	if !seg.Recording() && (seg == nil || seg.watch == nil) {
		return
	}
	seg.Lock()
	defer seg.Unlock()
	if seg.observed() {
		seg.setStatus(statusCode)
	}
}

// Recording reports whether anything that is done to s is to be seen: it is false where s is nil, not sampled or switched off. What
// costs something to find out is worth asking this before. It needs no lock.
func (s *Segment) Recording() bool { return s != nil && s.tree != nil }

// observed reports whether the status of s is of interest: it records, or its failure is counted. The caller holds the lock.
func (s *Segment) observed() bool { return s.open() || s.watch != nil && s.InProgress }

// live reports whether s records and is not closed.
func (s *Segment) live() bool {
	if !s.Recording() {
		return false
	}
	s.RLock()
	defer s.RUnlock()
	return s.open()
}

// setStatus is HttpCaptureResponse for a holder of the lock.
func (s *Segment) setStatus(status int) {
	s.GetHTTP().GetResponse().Status = status
	switch {
	case status == http.StatusTooManyRequests:
		s.Error, s.Throttle = true, true
	case status >= 400 && status < 500:
		s.Error = true
	case status >= 500 && status < 600:
		s.Fault = true
	}
}

// exchange returns the request in s, made together with the HTTP data by one allocation. The caller holds the lock.
func (s *Segment) exchange() *RequestData {
	if s.HTTP == nil {
		data := &struct {
			HTTPData
			request RequestData
		}{}
		data.Request = &data.request
		s.HTTP = &data.HTTPData
	}
	return s.HTTP.GetRequest()
}

func httpCaptureRequest(seg *Segment, r *http.Request) {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	seg.Lock()
	defer seg.Unlock()
	req := seg.exchange()
	req.Method = r.Method
	req.URL = scheme + r.Host + r.URL.Path
	req.ClientIP, req.XForwardedFor = clientIP(r)
	req.UserAgent = r.UserAgent()
}

// clientIP returns who sent the request: the first proxy's word if there is one, and whether that is so.
func clientIP(r *http.Request) (ip string, forwarded bool) {
	if v := r.Header.Get("X-Forwarded-For"); v != "" {
		first, _, _ := strings.Cut(v, ",")
		return strings.TrimSpace(first), true
	}
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr, false
	}
	return ip, false
}
