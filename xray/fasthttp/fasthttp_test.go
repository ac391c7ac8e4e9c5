package xrayfasthttp_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray"
	xrayfasthttp "github.com/rayscope/rayscope/xray/fasthttp"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraytest"
	"github.com/valyala/fasthttp"
)

var _ = []xrayfasthttp.Client{&fasthttp.Client{}, &fasthttp.HostClient{}, &fasthttp.PipelineClient{}, &fasthttp.LBClient{}}

// traced returns h as the service "stock", which rec records.
func traced(rec *xraytest.Recorder, h fasthttp.RequestHandler) fasthttp.RequestHandler {
	cfg := rec.Config()
	return xrayfasthttp.NewFastHTTPInstrumentor(&cfg).Handler(xray.NewFixedSegmentNamer("stock"), h)
}

// rescuing stands for what keeps a program alive when a handler panics, which fasthttp does not. It tells with what.
func rescuing(h fasthttp.RequestHandler, panicked chan<- any) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		defer func() {
			if p := recover(); p != nil {
				ctx.Error("sorry", fasthttp.StatusInternalServerError)
				panicked <- p
			}
		}()
		h(ctx)
	}
}

// listen serves h on a loopback address, until the test ends.
func listen(t testing.TB, h fasthttp.RequestHandler) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &fasthttp.Server{Handler: h}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(server.Shutdown(), <-served); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// ask makes one request, with pairs of headers.
func ask(t testing.TB, method, url string, headers ...string) *fasthttp.Response {
	t.Helper()
	req, resp := fasthttp.AcquireRequest(), &fasthttp.Response{}
	defer fasthttp.ReleaseRequest(req)
	req.Header.SetMethod(method)
	req.SetRequestURI(url)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	req.SetConnectionClose()
	if err := fasthttp.Do(req, resp); err != nil {
		t.Fatal(err)
	}
	return resp
}

func flags(s *xraytest.Segment) string {
	var list []string
	if s.Error {
		list = append(list, "error")
	}
	if s.Throttle {
		list = append(list, "throttle")
	}
	if s.Fault {
		list = append(list, "fault")
	}
	return strings.Join(list, "+")
}

func TestHandlerRecordsAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		method  string
		handler fasthttp.RequestHandler
		status  int
		length  int
		flags   string
	}{
		{"nothing", "GET", func(*fasthttp.RequestCtx) {}, 200, 0, ""},
		{"body", "POST", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("hello") }, 200, 5, ""},
		{"head", "HEAD", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("hello") }, 200, 0, ""},
		{"stream", "GET", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyStream(strings.NewReader("hello"), 5) }, 200, 5, ""},
		{"stream of unknown length", "GET", func(ctx *fasthttp.RequestCtx) { ctx.SetBodyStream(strings.NewReader("hello"), -1) }, 200, 0, ""},
		{"client error", "GET", func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(404) }, 404, 0, "error"},
		{"throttled", "GET", func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(429) }, 429, 0, "error+throttle"},
		{"begun anew", "GET", func(ctx *fasthttp.RequestCtx) { ctx.Error("away", 503) }, 503, 4, "fault"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := xraytest.New(t)
			address := listen(t, traced(rec, tt.handler))
			resp := ask(t, tt.method, "http://"+address+"/sku/9?card=4711", "User-Agent", "shopper/1")
			s := rec.Segment("stock")
			if got := s.HTTP.Response; got.Status != tt.status || got.ContentLength != tt.length || flags(s) != tt.flags {
				t.Errorf("response %+v, flags %q; want status %d, length %d, flags %q", got, flags(s), tt.status, tt.length, tt.flags)
			}
			want := xray.RequestData{Method: tt.method, URL: "http://" + address + "/sku/9", ClientIP: "127.0.0.1", UserAgent: "shopper/1"}
			if *s.HTTP.Request != want {
				t.Errorf("request %+v, want %+v", *s.HTTP.Request, want)
			}
			if got := string(resp.Header.Peek("X-Amzn-Trace-Id")); got != "Root="+s.TraceID {
				t.Errorf("answered %q, want the trace %s", got, s.TraceID)
			}
			if tt.length > 0 && string(resp.Body()) == "" {
				t.Error("the body is gone")
			}
		})
	}
}

func TestHandlerContinuesTraces(t *testing.T) {
	const trace, parent = "1-66f1c0de-0123456789abcdef01234567", "0a1b2c3d4e5f6071"
	for _, tt := range []struct {
		name, key, value string
		parent, answer   string // answer is what follows the trace id
		recorded         bool
	}{
		{"sampled", "x-amzn-trace-id", "Root=" + trace + ";Parent=" + parent + ";Sampled=1;Lineage=a:1", parent, ";Parent=" + parent + ";Sampled=1", true},
		{"asked", "X-Amzn-Trace-Id", "Root=" + trace + ";Sampled=?", "", ";Sampled=1", true},
		{"not sampled", "X-Amzn-Trace-Id", "Root=" + trace + ";Parent=" + parent + ";Sampled=0", "", ";Parent=" + parent + ";Sampled=0", false},
		{"w3c", "traceparent", "00-66f1c0de0123456789abcdef01234567-" + parent + "-01", parent, ";Parent=" + parent + ";Sampled=1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := xraytest.New(t)
			inside := ""
			address := listen(t, traced(rec, func(ctx *fasthttp.RequestCtx) {
				inside = string(ctx.Response.Header.Peek("X-Amzn-Trace-Id"))
			}))
			resp := ask(t, "GET", "http://"+address, tt.key, tt.value)
			if got, want := string(resp.Header.Peek("X-Amzn-Trace-Id")), "Root="+trace+tt.answer; got != want || inside != want {
				t.Errorf("answered %q, and the handler saw %q; want %q", got, inside, want)
			}
			if !tt.recorded {
				if list := rec.Segments(); len(list) > 0 {
					t.Errorf("%d segments, want none", len(list))
				}
				return
			}
			if s := rec.Segment("stock"); s.TraceID != trace || s.ParentID != tt.parent {
				t.Errorf("trace %s below %q, want %s below %q", s.TraceID, s.ParentID, trace, tt.parent)
			}
		})
	}
}

func TestHandlerOfBadTraceParent(t *testing.T) {
	rec := xraytest.New(t)
	ask(t, "GET", "http://"+listen(t, traced(rec, func(*fasthttp.RequestCtx) {})), "traceparent", "00-0-0-01")
	if s := rec.Segment("stock"); !strings.HasPrefix(s.TraceID, "1-") || s.ParentID != "" {
		t.Errorf("trace %q below %q, want a new one", s.TraceID, s.ParentID)
	}
}

// TestRequestCtx: the context of a handler is one for all functions of the SDK, and one that was detached outlives the request.
func TestRequestCtx(t *testing.T) {
	rec := xraytest.New(t)
	later := make(chan context.Context, 2)
	address := listen(t, traced(rec, func(ctx *fasthttp.RequestCtx) {
		seg := xray.GetSegment(ctx)
		if ctx.Value(xray.ContextKey) != seg || ctx.UserValue(xray.ContextKey) != seg || ctx.UserValue("xray-ck") != seg {
			t.Errorf("the segment is %v, and in the context %v", seg, ctx.Value(xray.ContextKey))
		}
		if xray.GetRecorder(ctx) == nil || !xray.RequestWasTraced(ctx) || xray.TraceID(ctx) != seg.TraceID {
			t.Errorf("recorder %v, traced %v, trace %q", xray.GetRecorder(ctx), xray.RequestWasTraced(ctx), xray.TraceID(ctx))
		}
		if err := xray.Capture(ctx, "count", func(ctx context.Context) error { return xray.AddAnnotation(ctx, "items", 3) }); err != nil {
			t.Error(err)
		}
		detached, _ := xray.BeginSubsegment(xray.DetachContext(ctx), "mail")
		later <- detached
	}))
	ask(t, "GET", "http://"+address, "X-Forwarded-For", "203.0.113.7, 198.51.100.2")
	ask(t, "GET", "http://"+address+"/other", "X-Amzn-Trace-Id", "Root=1-66f1c0de-0123456789abcdef01234567;Sampled=0") // uses the RequestCtx again
	first := <-later
	xray.GetSegment(first).Close(nil)
	<-later
	s := rec.Segment("stock")
	s.WantTree("stock\n\tcount\n\tmail")
	s.Subsegment("count").WantAnnotation("items", 3)
	if r := s.HTTP.Request; r.ClientIP != "203.0.113.7" || !r.XForwardedFor {
		t.Errorf("client %q, forwarded %v; want the first proxy's word", r.ClientIP, r.XForwardedFor)
	}
}

func TestPanic(t *testing.T) {
	rec := xraytest.New(t)
	panicked := make(chan any, 1)
	address := listen(t, rescuing(traced(rec, func(ctx *fasthttp.RequestCtx) {
		xray.GetSegment(ctx).Configuration = &xray.Config{} // has no strategy to format the panic by
		panic("out of stock")
	}), panicked))
	ask(t, "GET", "http://"+address)
	if p := <-panicked; p != "out of stock" {
		t.Errorf("panic %v, want the handler's", p)
	}
	s := rec.Segment("stock")
	s.WantFault("out of stock")
	if e := s.Cause.Exceptions[0]; e.Type != "panic" {
		t.Errorf("exception %+v, want one of type panic", e)
	}
}

func TestPanicHasItsStack(t *testing.T) {
	rec := xraytest.New(t)
	panicked := make(chan any, 1)
	ask(t, "GET", "http://"+listen(t, rescuing(traced(rec, outOfStock), panicked)))
	<-panicked
	if e := rec.Segment("stock").Cause.Exceptions[0]; len(e.Stack) == 0 || e.Stack[0].Label != "outOfStock" {
		t.Errorf("stack %+v, want one that begins in outOfStock", e.Stack)
	}
}

func outOfStock(*fasthttp.RequestCtx) { panic("out of stock") }

// TestTimeout: what is sent when a handler takes too long is what is recorded, while the handler still writes its own answer.
func TestTimeout(t *testing.T) {
	rec := xraytest.New(t)
	done, ended := make(chan struct{}), make(chan struct{})
	slow := fasthttp.TimeoutHandler(func(ctx *fasthttp.RequestCtx) {
		defer close(ended)
		<-done
		ctx.SetStatusCode(201)
	}, time.Millisecond, "too late")
	resp := ask(t, "GET", "http://"+listen(t, traced(rec, slow)))
	s := rec.Segment("stock")
	close(done)
	<-ended
	if resp.StatusCode() != 408 || s.HTTP.Response.Status != 408 || s.HTTP.Response.ContentLength != len("too late") || flags(s) != "error" {
		t.Errorf("status %d, recorded %+v with flags %q; want 408 and an error", resp.StatusCode(), s.HTTP.Response, flags(s))
	}
	if got := string(resp.Header.Peek("X-Amzn-Trace-Id")); got != "Root="+s.TraceID {
		t.Errorf("answered %q, want the trace %s", got, s.TraceID)
	}
}

func TestDisabled(t *testing.T) {
	t.Setenv("AWS_XRAY_SDK_DISABLED", "true")
	rec := xraytest.New(t)
	client := &fasthttp.Client{}
	address := listen(t, traced(rec, func(ctx *fasthttp.RequestCtx) { ctx.Write(ctx.Request.Header.Peek("X-Amzn-Trace-Id")) }))
	var req fasthttp.Request
	var resp fasthttp.Response
	req.SetRequestURI("http://" + address)
	if err := xrayfasthttp.Do(rec.Context(), client, &req, &resp); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	if h := resp.Header.Peek("X-Amzn-Trace-Id"); len(h)+len(resp.Body()) > 0 || len(rec.Segments()) > 0 {
		t.Errorf("answered %q, called with %q, %d segments; want no trace of a trace", h, resp.Body(), len(rec.Segments()))
	}
}

func TestDo(t *testing.T) {
	refused := errors.New("refused")
	for _, tt := range []struct {
		name   string
		client clientFunc
		status int
		flags  string
		cause  string
	}{
		{"found", func(_ *fasthttp.Request, resp *fasthttp.Response) error { resp.SetBodyString("book"); return nil }, 200, "", ""},
		{"missing", func(_ *fasthttp.Request, resp *fasthttp.Response) error { resp.SetStatusCode(404); return nil }, 404, "error", ""},
		{"throttled", func(_ *fasthttp.Request, resp *fasthttp.Response) error { resp.SetStatusCode(429); return nil }, 429, "error+throttle", ""},
		{"broken", func(_ *fasthttp.Request, resp *fasthttp.Response) error { resp.SetStatusCode(500); return nil }, 500, "fault", ""},
		{"refused", func(*fasthttp.Request, *fasthttp.Response) error { return refused }, 0, "fault", "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for what, resp := range map[string]*fasthttp.Response{"a response": {}, "none": nil} {
				rec := xraytest.New(t)
				ctx, seg := xray.BeginSegment(rec.Context(), "web")
				var req fasthttp.Request
				req.SetRequestURI("http://clerk:hunter2@stock.internal:81/sku/9?card=4711#top")
				if err := xrayfasthttp.Do(ctx, tt.client, &req, resp); (err != nil) != (tt.cause != "") {
					t.Errorf("with %s: error %v", what, err)
				}
				seg.Close(nil)
				s := rec.Segment("web").Subsegment("stock.internal:81")
				if flags(s) != tt.flags || s.Namespace != "remote" || s.HTTP.Request.URL != "http://stock.internal:81/sku/9" || s.HTTP.Request.Method != "GET" {
					t.Errorf("with %s: flags %q, namespace %q, request %+v; want flags %q", what, flags(s), s.Namespace, s.HTTP.Request, tt.flags)
				}
				if tt.cause != "" {
					s.WantFault(tt.cause)
				} else if s.HTTP.Response.Status != tt.status {
					t.Errorf("with %s: status %d, want %d", what, s.HTTP.Response.Status, tt.status)
				}
			}
		})
	}
}

// A clientFunc is a client without a network.
type clientFunc func(*fasthttp.Request, *fasthttp.Response) error

func (f clientFunc) Do(req *fasthttp.Request, resp *fasthttp.Response) error { return f(req, resp) }

// TestDoCarries: a request has the trace of its context, also when it was used for another before.
func TestDoCarries(t *testing.T) {
	rec := xraytest.New(t)
	unsampled := rec.Config()
	unsampled.SamplingStrategy = never{}
	quiet, err := xray.ContextWithConfig(t.Context(), unsampled)
	if err != nil {
		t.Fatal(err)
	}
	var req fasthttp.Request
	req.SetRequestURI("http://stock.internal/")
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		begun   bool
		sampled header.SamplingDecision
	}{
		{"sampled", rec.Context(), true, header.Sampled},
		{"not sampled", quiet, true, header.NotSampled},
		{"without a segment", rec.Context(), false, header.NotSampled}, // nothing is changed: that of the one before
	} {
		ctx := tt.ctx
		var seg *xray.Segment
		if tt.begun {
			ctx, seg = xray.BeginSegment(ctx, "web")
		}
		called := false
		if err := xrayfasthttp.Do(ctx, clientFunc(func(req *fasthttp.Request, _ *fasthttp.Response) error {
			called = true
			h := header.FromString(string(req.Header.Peek("x-amzn-trace-id")))
			if h.SamplingDecision != tt.sampled {
				t.Errorf("%s: sent %s, want %q", tt.name, h, tt.sampled)
			}
			if got := string(req.Header.Peek("traceparent")); tt.name == "sampled" && (got != h.TraceParent() || got == "") {
				t.Errorf("%s: traceparent %q, want %q", tt.name, got, h.TraceParent())
			}
			return nil
		}), &req, nil); err != nil || !called {
			t.Errorf("%s: error %v, called %v", tt.name, err, called)
		}
		seg.Close(nil)
	}
	if list := rec.Segments(); len(list) != 1 || list[0].Tree() != "web\n\tstock.internal\n" {
		t.Errorf("%d segments, want one with one call", len(list))
	}
}

// never records nothing.
type never struct{}

func (never) ShouldTrace(*sampling.Request) *sampling.Decision { return &sampling.Decision{} }

// TestFromClientToServer goes over a socket.
func TestFromClientToServer(t *testing.T) {
	rec := xraytest.New(t)
	address := listen(t, traced(rec, func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("book") }))
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	client := &fasthttp.Client{}
	var req fasthttp.Request
	var resp fasthttp.Response
	req.SetRequestURI("http://" + address + "/sku/9")
	if err := xrayfasthttp.Do(ctx, client, &req, &resp); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	seg.Close(nil)
	call, served := rec.Segment("web").Subsegment(address), rec.Segment("stock")
	if served.ParentID != call.ID || served.TraceID != call.TraceID || call.HTTP.Response.ContentLength != 4 || string(resp.Body()) != "book" {
		t.Errorf("served below %s in trace %s, want %s and %s; length %d, body %q", served.ParentID, served.TraceID, call.ID, call.TraceID,
			call.HTTP.Response.ContentLength, resp.Body())
	}
}

// TestNoGoroutines: in a bubble, a goroutine that is left fails the test.
func TestNoGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := xraytest.New(t)
		h := traced(rec, func(*fasthttp.RequestCtx) {})
		for range 100 {
			var ctx fasthttp.RequestCtx
			ctx.Init(&fasthttp.Request{}, nil, nil)
			h(&ctx)
		}
		synctest.Wait()
		if n := len(rec.Segments()); n != 100 {
			t.Errorf("%d segments, want 100", n)
		}
	})
}
