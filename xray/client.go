package xray

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
)

// TraceIDHeaderKey is the HTTP header that carries a trace from one service to the next.
const TraceIDHeaderKey = "x-amzn-trace-id"

// emptyHostName names calls that go nowhere.
const emptyHostName = "empty_host_error"

// Client returns a copy of c, nil meaning http.DefaultClient, whose requests are recorded as RoundTripper does.
func Client(c *http.Client) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	traced := *c
	traced.Transport = RoundTripper(c.Transport)
	return &traced
}

// RoundTripper returns a round tripper that records a subsegment for each request that rt makes, nil meaning http.DefaultTransport. It is
// named after the host and is closed when the header of the answer has come. The request carries the trace on, in X-Amzn-Trace-Id and in
// traceparent. A request whose context has no segment goes out as it is, after the context-missing strategy was asked.
func RoundTripper(rt http.RoundTripper) http.RoundTripper {
	if rt == nil {
		rt = http.DefaultTransport
	}
	return &roundTripper{rt}
}

type roundTripper struct{ base http.RoundTripper }

// CloseIdleConnections is what http.Client asks for by that name.
func (t *roundTripper) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip makes one request.
func (t *roundTripper) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if SdkDisabled() {
		return t.base.RoundTrip(r)
	}
	if seg := GetSegment(r.Context()); seg != nil {
		if call := seg.hidden(); call != nil {
			return t.base.RoundTrip(carrying(r.Context(), call, r))
		}
	}
	err = Capture(r.Context(), hostOf(r), func(ctx context.Context) error {
		seg := GetSegment(ctx)
		switch {
		case seg == nil:
			resp, err = t.base.RoundTrip(r)
		case !seg.Recording():
			resp, err = t.base.RoundTrip(carrying(ctx, seg, r))
		default:
			resp, err = t.recorded(ctx, seg, r)
		}
		return err
	})
	return resp, err
}

func hostOf(r *http.Request) string {
	switch {
	case r.Host != "":
		return r.Host
	case r.URL != nil && r.URL.Host != "":
		return r.URL.Host
	}
	return emptyHostName
}

// carrying returns a copy of r, as a round tripper must not change its request, that carries the trace on to the callee.
func carrying(ctx context.Context, seg *Segment, r *http.Request) *http.Request {
	r = r.WithContext(ctx)
	h := seg.DownstreamHeader()
	if h.TraceID == "" {
		return r
	}
	r.Header = r.Header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header[traceIDKey] = []string{h.String()}
	if parent := h.TraceParent(); parent != "" {
		r.Header[traceParentKey] = []string{parent}
	}
	return r
}

func (t *roundTripper) recorded(ctx context.Context, seg *Segment, r *http.Request) (*http.Response, error) {
	ct, err := NewClientTrace(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { ct.subsegments.finish(err) }()
	captureCall(seg, r)
	resp, err := t.base.RoundTrip(carrying(httptrace.WithClientTrace(ctx, ct.httpTrace), seg, r))
	if resp != nil {
		captureAnswer(seg, resp)
	}
	return resp, err
}

func captureCall(seg *Segment, r *http.Request) {
	seg.Lock()
	defer seg.Unlock()
	if r.Host != "" || r.URL != nil && r.URL.Host != "" {
		seg.Namespace = "remote"
	}
	req := seg.exchange()
	req.Method = r.Method
	if r.Method == "" {
		req.Method = http.MethodGet
	}
	if r.URL != nil {
		req.URL = stripURL(*r.URL)
	}
}

func captureAnswer(seg *Segment, resp *http.Response) {
	seg.Lock()
	defer seg.Unlock()
	seg.setStatus(resp.StatusCode)
	if resp.ContentLength > 0 {
		seg.GetHTTP().GetResponse().ContentLength = int(resp.ContentLength)
	}
}

// stripURL returns the URL without what may be secret: query, fragment and password.
func stripURL(u url.URL) string {
	u.RawQuery, u.ForceQuery = "", false
	u.Fragment, u.RawFragment = "", ""
	info := u.User
	if _, secret := info.Password(); !secret {
		return u.String()
	}
	u.User = nil
	bare := u.String()
	prefix := u.Scheme + "://"
	if u.Scheme == "" {
		prefix = "//"
	}
	return prefix + url.User(info.Username()).String() + ":***@" + bare[len(prefix):]
}
