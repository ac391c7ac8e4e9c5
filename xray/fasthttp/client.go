package xrayfasthttp

import (
	"context"

	"github.com/rayscope/rayscope/xray"
	"github.com/valyala/fasthttp"
)

// A Client makes requests: a *fasthttp.Client, *fasthttp.HostClient, *fasthttp.PipelineClient or *fasthttp.LBClient.
type Client interface {
	Do(req *fasthttp.Request, resp *fasthttp.Response) error
}

// Do makes a request by c and records a subsegment of ctx's segment for it, named after the host. The request gets the headers X-Amzn-Trace-Id
// and traceparent. Without a segment it is made as it is, after the context-missing strategy was asked. Of ctx only the segment counts: how
// long the request may take, req.SetTimeout says.
func Do(ctx context.Context, c Client, req *fasthttp.Request, resp *fasthttp.Response) error {
	if xray.SdkDisabled() {
		return c.Do(req, resp)
	}
	return xray.Capture(ctx, string(req.Host()), func(ctx context.Context) error {
		seg := xray.GetSegment(ctx)
		if seg == nil {
			return c.Do(req, resp)
		}
		carry(seg, req)
		if !seg.Recording() {
			return c.Do(req, resp)
		}
		if resp == nil {
			resp = fasthttp.AcquireResponse()
			defer fasthttp.ReleaseResponse(resp)
		}
		describe(seg, req)
		err := c.Do(req, resp)
		if err == nil {
			capture(seg, resp, !req.Header.IsHead())
		}
		return err
	})
}

// carry makes req carry the trace on to the callee.
func carry(seg *xray.Segment, req *fasthttp.Request) {
	h := seg.DownstreamHeader()
	if h.TraceID == "" {
		return
	}
	req.Header.Set(traceIDKey, h.String())
	if parent := h.TraceParent(); parent != "" {
		req.Header.Set(traceParentKey, parent)
	}
}

// describe records the request, without what may be secret of its URL: user, query and fragment.
func describe(seg *xray.Segment, req *fasthttp.Request) {
	u := req.URI()
	seg.Lock()
	defer seg.Unlock()
	seg.Namespace = "remote"
	seg.GetHTTP().Request = &xray.RequestData{
		Method: string(req.Header.Method()),
		URL:    string(u.Scheme()) + "://" + string(u.Host()) + string(u.Path()),
	}
}
