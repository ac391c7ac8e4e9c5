package xray_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/ctxmissing"
)

// names returns the names of what is below c, as in "connect(dial tls) request response".
func (c call) names() string {
	var list []string
	for _, s := range c.Subsegments {
		name := s.Name
		if s.EndTime == 0 {
			name += "…"
		}
		if below := s.names(); below != "" {
			name += "(" + below + ")"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

// request makes a request within a segment and returns the answer's error and the subsegment of the request.
func request(t *testing.T, ctx context.Context, r *recorder, c *http.Client, url string) (call, error) {
	t.Helper()
	ctx, seg := xray.BeginSegment(ctx, "shop")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err == nil {
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Errorf("body: %v", err)
		}
		resp.Body.Close()
	}
	if len(req.Header) != 0 {
		t.Errorf("the caller's request got headers: %v", req.Header)
	}
	seg.Close(nil)
	got := only(t, r)
	if len(got.Subsegments) != 1 {
		t.Fatalf("%d subsegments, want 1: %+v", len(got.Subsegments), got)
	}
	return got.Subsegments[0], err
}

func TestClientRecordsSteps(t *testing.T) {
	var sent http.Header
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Clone()
		w.Header().Set("Content-Length", "5")
		io.WriteString(w, "hello")
	}))
	defer server.Close()
	ctx, r := recording(t)
	client := xray.Client(server.Client())
	url := strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // so that a name is looked up
	client.Transport = xray.RoundTripper(&http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: false})
	defer client.CloseIdleConnections()

	first, err := request(t, ctx, r, client, strings.Replace(url, "https://", "https://me:secret@", 1)+"/a?card=1#x")
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(url, "https://")
	if first.Name != host || first.Namespace != "remote" {
		t.Errorf("name %q, namespace %q; want %q, remote", first.Name, first.Namespace, host)
	}
	if got, want := first.HTTP.Request["url"], "https://me:***@"+host+"/a"; got != want {
		t.Errorf("url %q, want %q", got, want)
	}
	if first.HTTP.Request["method"] != "GET" || first.HTTP.Response["status"] != 200. || first.HTTP.Response["content_length"] != 5. {
		t.Errorf("request %v, response %v", first.HTTP.Request, first.HTTP.Response)
	}
	// A name may have more addresses than one, and then there are several dials.
	steps := strings.ReplaceAll(first.names(), "dial dial", "dial")
	if steps != "connect(dns dial tls) request response" {
		t.Errorf("steps %q", first.names())
	}
	h := header.FromString(sent.Get("X-Amzn-Trace-Id"))
	if h.ParentID != first.ID || h.SamplingDecision != header.Sampled || sent.Get("Traceparent") != h.TraceParent() || h.TraceParent() == "" {
		t.Errorf("sent %q and %q from %q", sent.Get("X-Amzn-Trace-Id"), sent.Get("Traceparent"), first.ID)
	}
	checkConnectMetadata(t, first.Subsegments[0])

	second, err := request(t, ctx, r, client, url)
	if err != nil {
		t.Fatal(err)
	}
	if got := second.names(); got != "request response" {
		t.Errorf("steps with a connection that was there: %q", got)
	}
}

func checkConnectMetadata(t *testing.T, connect call) {
	t.Helper()
	if m := connect.Metadata["http"]["connection"]; m["reused"] != false || m["was_idle"] != false {
		t.Errorf("connect has %v", connect.Metadata)
	}
	for _, step := range connect.Subsegments {
		m := step.Metadata["http"]
		switch step.Name {
		case "dns":
			if m["dns"]["coalesced"] != false || len(m["dns"]["addresses"].([]any)) == 0 {
				t.Errorf("dns has %v", m)
			}
		case "dial":
			if !step.Fault && m["connect"]["network"] != "tcp" {
				t.Errorf("dial has %v", m)
			}
		case "tls":
			if m["tls"]["did_resume"] != false || m["tls"]["negotiated_protocol_is_mutual"] != true || m["tls"]["cipher_suite"].(float64) == 0 {
				t.Errorf("tls has %v", m)
			}
		}
	}
}

func TestClientRecordsAnswers(t *testing.T) {
	for status, want := range map[int]string{200: "", 302: "", 404: "error", 429: "error+throttle", 500: "fault"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		ctx, r := recording(t)
		got, err := request(t, ctx, r, xray.Client(server.Client()), server.URL)
		server.Close()
		if err != nil || got.flags() != want || got.HTTP.Response["status"] != float64(status) {
			t.Errorf("%d: flags %q, response %v, error %v; want %q", status, got.flags(), got.HTTP.Response, err, want)
		}
	}
}

func TestClientRecordsErrors(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() { // closes whatever comes
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	ctx, r := recording(t)
	got, err := request(t, ctx, r, xray.Client(&http.Client{Transport: &http.Transport{}}), "http://"+listener.Addr().String())
	if err == nil || got.flags() != "fault" || len(got.Cause.Exceptions) == 0 || strings.Contains(got.names(), "…") {
		t.Errorf("error %v, flags %q, causes %v, steps %q", err, got.flags(), got.Cause.Exceptions, got.names())
	}

	failing := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route") }}
	got, err = request(t, ctx, r, xray.Client(&http.Client{Transport: failing}), "http://nowhere.test/")
	if err == nil || got.flags() != "fault" || got.names() != "connect" || !got.Subsegments[0].Fault {
		t.Errorf("error %v, flags %q, steps %q: %+v", err, got.flags(), got.names(), got)
	}
}

// tripper is a round tripper that is a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestClientWithoutSegment(t *testing.T) {
	var missing []any
	ctx := configured(t, xray.Config{ContextMissingStrategy: missed(func(v any) { missing = append(missing, v) })})
	var sent *http.Request
	rt := xray.RoundTripper(tripper(func(r *http.Request) (*http.Response, error) {
		sent = r
		return &http.Response{StatusCode: 204}, nil
	}))
	req := httptest.NewRequest(http.MethodGet, "http://pay.test/", nil).WithContext(ctx)
	resp, err := rt.RoundTrip(req)
	if err != nil || resp.StatusCode != 204 || sent != req || len(req.Header) != 0 || len(missing) != 1 {
		t.Errorf("answer %v, error %v, same request %v, headers %v, context-missing strategy called with %v", resp, err, sent == req, req.Header, missing)
	}
}

type missed func(any)

func (f missed) ContextMissing(v any) { f(v) }

var _ ctxmissing.Strategy = missed(nil)

func TestClientUnsampled(t *testing.T) {
	t.Setenv("AWS_XRAY_NOOP_ID", "false")
	ctx := configured(t, xray.Config{SamplingStrategy: decided(false)})
	ctx, seg := xray.BeginSegment(ctx, "shop")
	rt := xray.RoundTripper(tripper(func(r *http.Request) (*http.Response, error) {
		h := header.FromString(r.Header.Get("X-Amzn-Trace-Id"))
		if h.TraceID != seg.TraceID || h.SamplingDecision != header.NotSampled || !strings.HasSuffix(r.Header.Get("Traceparent"), "-00") {
			t.Errorf("sent %v", r.Header)
		}
		if httptrace.ContextClientTrace(r.Context()) != nil {
			t.Error("steps of a request that is not recorded are watched")
		}
		return &http.Response{StatusCode: 204}, nil
	}))
	if _, err := rt.RoundTrip((&http.Request{URL: httptest.NewRequest(http.MethodGet, "http://pay.test/", nil).URL}).WithContext(ctx)); err != nil {
		t.Error(err)
	}
}

func TestClientToNowhere(t *testing.T) {
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	rt := xray.RoundTripper(tripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no host") }))
	_, err := rt.RoundTrip((&http.Request{}).WithContext(ctx))
	seg.Close(nil)
	got := only(t, r).Subsegments[0]
	if err == nil || got.Name != "empty_host_error" || got.Namespace != "" || !got.Fault {
		t.Errorf("error %v, recorded %+v", err, got)
	}
}

func TestClientPanic(t *testing.T) {
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	rt := xray.RoundTripper(tripper(func(*http.Request) (*http.Response, error) { panic("broken transport") }))
	func() {
		defer func() {
			if v := recover(); v != "broken transport" {
				t.Errorf("panic %v", v)
			}
		}()
		_, _ = rt.RoundTrip(httptest.NewRequest(http.MethodGet, "http://pay.test/", nil).WithContext(ctx))
	}()
	seg.Close(nil)
	if got := only(t, r).Subsegments[0]; !got.Fault || got.Cause.Exceptions[0].Message != "broken transport" {
		t.Errorf("recorded %+v", got)
	}
}

func TestClientKeepsItsSettings(t *testing.T) {
	idle := 0
	base := &http.Client{Timeout: 7, Transport: closer{&idle}}
	c := xray.Client(base)
	c.CloseIdleConnections()
	if c == base || c.Timeout != 7 || idle != 1 || base.Transport != (closer{&idle}) {
		t.Errorf("client %+v, idle connections closed %d times", c, idle)
	}
	if xray.Client(nil).Transport == nil {
		t.Error("a client from nothing has no transport")
	}
}

type closer struct{ times *int }

func (c closer) CloseIdleConnections()                         { *c.times++ }
func (closer) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("not here") }

// TestHTTPSubsegmentsHooks plays hooks as the transport calls them, in orders that are hard to bring about with sockets.
func TestHTTPSubsegmentsHooks(t *testing.T) {
	type x = *xray.HTTPSubsegments
	reused := &httptrace.GotConnInfo{Reused: true, WasIdle: true}
	fresh := &httptrace.GotConnInfo{}
	hooks := map[string]func(x){
		"get":    func(h x) { h.GetConn("a:1") },
		"dns":    func(h x) { h.DNSStart(httptrace.DNSStartInfo{}) },
		"/dns":   func(h x) { h.DNSDone(httptrace.DNSDoneInfo{}) },
		"dial4":  func(h x) { h.ConnectStart("tcp", "1.1.1.1:1") },
		"/dial4": func(h x) { h.ConnectDone("tcp", "1.1.1.1:1", nil) },
		"dial6":  func(h x) { h.ConnectStart("tcp", "[::1]:1") },
		"/dial6": func(h x) { h.ConnectDone("tcp", "[::1]:1", errors.New("refused")) },
		"tls":    func(h x) { h.TLSHandshakeStart() },
		"/tls":   func(h x) { h.TLSHandshakeDone(tls.ConnectionState{}, nil) },
		"got":    func(h x) { h.GotConn(fresh, nil) },
		"reused": func(h x) { h.GotConn(reused, nil) },
		"failed": func(h x) { h.GotConn(nil, errors.New("refused")) },
		"wrote":  func(h x) { h.WroteRequest(httptrace.WroteRequestInfo{}) },
		"byte":   func(h x) { h.GotFirstResponseByte() },
	}
	tests := []struct{ hooks, want string }{
		{"get dns /dns dial4 /dial4 tls /tls got wrote byte", "connect(dns dial tls) request response"},
		{"get reused wrote byte", "request response"},
		{"get dial6 dial4 /dial4 got /dial6 wrote byte", "connect(dial dial) request response"},
		{"get dial4 dial6 /dial6 /dial4 got wrote byte", "connect(dial dial) request response"},
		{"get dial4 reused /dial4 wrote byte", "request response"},
		{"get dial4 /dial4 tls got wrote byte", "connect(dial tls) request response"},
		{"get got byte wrote", "connect request response"},
		{"get reused wrote get got wrote byte", "request response connect request response"},
		{"get failed wrote byte", "connect"},
		{"got wrote byte /dns /dial4 /tls dial4 dns tls", ""},
		{"get wrote", "connect"},
	}
	for _, tt := range tests {
		ctx, r := recording(t)
		ctx, seg := xray.BeginSegment(ctx, "shop")
		call, sub := xray.BeginSubsegment(ctx, "pay")
		h := xray.NewHTTPSubsegments(call)
		for _, hook := range strings.Fields(tt.hooks) {
			hooks[hook](h)
		}
		sub.Close(nil)
		hooks["dial4"](h) // comes too late
		seg.Close(nil)
		docs := calls(t, r)
		if len(docs) != 1 || len(docs[0].Subsegments) != 1 || docs[0].Subsegments[0].names() != tt.want {
			t.Errorf("%s: got %+v, want %s", tt.hooks, docs, tt.want)
		}
	}
	for _, hook := range hooks {
		hook(xray.NewHTTPSubsegments(t.Context()))
	}
}

func TestHTTPSubsegmentsFromManyGoroutines(t *testing.T) {
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	call, sub := xray.BeginSubsegment(ctx, "pay")
	h := xray.NewHTTPSubsegments(call)
	h.GetConn("a:1")
	var wg sync.WaitGroup
	for _, addr := range []string{"1.1.1.1:1", "1.1.1.2:1", "1.1.1.3:1", "1.1.1.4:1"} {
		wg.Go(func() {
			h.ConnectStart("tcp", addr)
			h.ConnectDone("tcp", addr, nil)
		})
	}
	wg.Wait()
	h.GotConn(&httptrace.GotConnInfo{}, nil)
	h.WroteRequest(httptrace.WroteRequestInfo{})
	h.GotFirstResponseByte()
	sub.Close(nil)
	seg.Close(nil)
	if got := only(t, r).Subsegments[0].names(); got != "connect(dial dial dial dial) request response" {
		t.Errorf("steps %q", got)
	}
}

func TestNewClientTrace(t *testing.T) {
	//lint:ignore SA1012 that is what is tested
	if _, err := xray.NewClientTrace(nil); err == nil {
		t.Error("no error without context")
	}
	if ct, err := xray.NewClientTrace(t.Context()); err != nil || ct == nil {
		t.Errorf("got %v, %v", ct, err)
	}
}

func TestRoundTripThroughHandler(t *testing.T) {
	server, r := served(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	ctx, mine := recording(t)
	sub, err := request(t, ctx, mine, xray.Client(server.Client()), server.URL)
	server.Close()
	if err != nil {
		t.Fatal(err)
	}
	if got := only(t, r); got.ParentID != sub.ID {
		t.Errorf("the server's segment hangs below %q, the call was %q", got.ParentID, sub.ID)
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	answer := tripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 204, Body: http.NoBody, Request: r}, nil
	})
	for _, bb := range []struct {
		name    string
		sampled bool
		rt      http.RoundTripper
	}{
		{"bare", true, answer},
		{"unsampled", false, xray.RoundTripper(answer)},
		{"sampled", true, xray.RoundTripper(answer)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			root := configured(b, xray.Config{Emitter: discard{}, SamplingStrategy: decided(bb.sampled)})
			r := httptest.NewRequest(http.MethodGet, "http://pay.test/charge", nil)
			b.ReportAllocs()
			for b.Loop() {
				ctx, seg := xray.BeginSegment(root, "shop")
				if _, err := bb.rt.RoundTrip(r.WithContext(ctx)); err != nil {
					b.Fatal(err)
				}
				seg.Close(nil)
			}
		})
	}
}

func BenchmarkLoopback(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	defer server.Close()
	root := configured(b, xray.Config{Emitter: discard{}, SamplingStrategy: decided(true)})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for name, rt := range map[string]http.RoundTripper{"bare": transport, "traced": xray.RoundTripper(transport)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ctx, seg := xray.BeginSegment(root, "shop")
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
				if err != nil {
					b.Fatal(err)
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				resp.Body.Close()
				seg.Close(nil)
			}
		})
	}
}
