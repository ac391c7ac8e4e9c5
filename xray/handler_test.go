package xray_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
)

// A call is what tests of HTTP and SQL look at.
type call struct {
	TraceID  string `json:"trace_id"`
	ID       string `json:"id"`
	ParentID string `json:"parent_id"`
	Name     string
	// Times of a document that is not complete have no end.
	EndTime   float64 `json:"end_time"`
	Namespace string
	Fault     bool
	Error     bool
	Throttle  bool
	HTTP      struct {
		Request  map[string]any
		Response map[string]any
	}
	SQL      map[string]any
	Metadata map[string]map[string]map[string]any
	Cause    struct {
		Exceptions []struct{ Type, Message string }
	}
	Subsegments []call
}

// calls returns the documents so far and forgets them.
func calls(t testing.TB, r *recorder) []call {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]call, len(r.docs))
	for i, text := range r.docs {
		if err := json.Unmarshal([]byte(text), &list[i]); err != nil {
			t.Fatalf("document %s: %v", text, err)
		}
	}
	r.docs = nil
	return list
}

// only returns the one document that there is.
func only(t testing.TB, r *recorder) call {
	t.Helper()
	list := calls(t, r)
	if len(list) != 1 {
		t.Fatalf("there are %d documents, want 1: %+v", len(list), list)
	}
	return list[0]
}

func (c call) flags() string {
	var list []string
	for name, set := range map[string]bool{"error": c.Error, "fault": c.Fault, "throttle": c.Throttle} {
		if set {
			list = append(list, name)
		}
	}
	// A map has no order; the longest list is error and throttle.
	if len(list) == 2 && list[0] > list[1] {
		list[0], list[1] = list[1], list[0]
	}
	return strings.Join(list, "+")
}

// A tracedServer waits in Close for its handlers too, also for those that took their connection.
type tracedServer struct {
	*httptest.Server
	handlers sync.WaitGroup
}

func (s *tracedServer) Close() {
	s.Server.Close()
	s.handlers.Wait()
}

// served starts a server with h, traced. Its documents are complete when Close returns.
func served(t testing.TB, h http.HandlerFunc) (*tracedServer, *recorder) {
	t.Helper()
	ctx, r := recording(t)
	traced := xray.HandlerWithContext(ctx, xray.NewFixedSegmentNamer("shop"), h)
	s := new(tracedServer)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handlers.Add(1)
		defer s.handlers.Done()
		traced.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of panics that are meant
	s.Start()
	t.Cleanup(s.Close)
	return s, r
}

func get(t testing.TB, url string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Errorf("body: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Errorf("close body: %v", err)
	}
	return resp
}

func TestHandlerRecordsAnswers(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		status  any // in the document, as JSON reads numbers
		length  any
		flags   string
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 200., nil, ""},
		{"body", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, 200., 5., ""},
		{"string", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }, 200., 5., ""},
		{"copied", func(w http.ResponseWriter, _ *http.Request) { io.Copy(w, io.LimitReader(zeros{}, 70000)) }, 200., 70000., ""},
		{"flushed first", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush(); w.WriteHeader(500) }, 200., nil, ""},
		{"controller", func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).Flush(); err != nil {
				panic(err)
			}
		}, 200., nil, ""},
		{"two headers", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.WriteHeader(500) }, 404., nil, "error"},
		{"early hints", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(204) }, 204., nil, ""},
		{"client error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }, 400., nil, "error"},
		{"throttled", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, 429., nil, "error+throttle"},
		{"server error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, 503., nil, "fault"},
		{"panic", func(http.ResponseWriter, *http.Request) { panic("no stock") }, nil, nil, "fault"},
		{"panic after the header", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); panic("late") }, 201., nil, "fault"},
		{"abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, nil, ""},
		{"hijacked", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			conn.Close()
		}, nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server, r := served(t, tt.handler)
			get(t, server.URL+"/cart/1?card=4000")
			server.Close()
			got := only(t, r)
			if got.HTTP.Response["status"] != tt.status || got.HTTP.Response["content_length"] != tt.length || got.flags() != tt.flags {
				t.Errorf("response %v, flags %q; want status %v, length %v, flags %q", got.HTTP.Response, got.flags(), tt.status, tt.length, tt.flags)
			}
			if got.Name != "shop" || got.HTTP.Request["method"] != "GET" || got.HTTP.Request["url"] != server.URL+"/cart/1" ||
				got.HTTP.Request["client_ip"] != "127.0.0.1" || got.HTTP.Request["x_forwarded_for"] != nil {
				t.Errorf("name %q, request %v", got.Name, got.HTTP.Request)
			}
			if panicked := strings.HasPrefix(tt.name, "panic"); panicked != (len(got.Cause.Exceptions) == 1) {
				t.Errorf("exceptions %v of a handler that panicked: %v", got.Cause.Exceptions, panicked)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestHandlerContinuesTraces(t *testing.T) {
	const trace, parent = "1-66f1c0de-0123456789abcdef01234567", "0a1b2c3d4e5f6071"
	tests := []struct {
		name, key, value string
		parent, answer   string // answer is what follows the trace id
		documents        int
	}{
		{"none", "X-Other", "", "", "", 1},
		{"sampled", "X-Amzn-Trace-Id", "Root=" + trace + ";Parent=" + parent + ";Sampled=1;Lineage=a:1", parent, ";Parent=" + parent + ";Sampled=1", 1},
		{"key in small letters", "x-amzn-trace-id", "Root=" + trace + ";Parent=" + parent, parent, ";Parent=" + parent, 1},
		{"asked", "X-AMZN-TRACE-ID", "Root=" + trace + ";Sampled=?", "", ";Sampled=1", 1},
		{"not sampled", "X-Amzn-Trace-Id", "Root=" + trace + ";Sampled=0", "", ";Sampled=0", 0},
		{"w3c", "Traceparent", "00-66f1c0de0123456789abcdef01234567-" + parent + "-01", parent, ";Parent=" + parent + ";Sampled=1", 1},
		{"bad w3c", "Traceparent", "00-0-0-01", "", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inside := ""
			server, r := served(t, func(w http.ResponseWriter, r *http.Request) {
				inside = w.Header().Get("x-amzn-trace-id")
			})
			resp := get(t, server.URL, tt.key, tt.value)
			server.Close()
			answer := resp.Header.Get("X-Amzn-Trace-Id")
			if answer != inside {
				t.Errorf("the handler saw %q, the caller %q", inside, answer)
			}
			docs := calls(t, r)
			if len(docs) != tt.documents {
				t.Fatalf("%d documents, want %d", len(docs), tt.documents)
			}
			root := trace
			if tt.parent == "" && tt.documents == 1 && !strings.Contains(tt.value, "Root") {
				root = docs[0].TraceID
			}
			if want := "Root=" + root + tt.answer; answer != want {
				t.Errorf("answered %q, want %q", answer, want)
			}
			if tt.documents == 1 && (docs[0].TraceID != root || docs[0].ParentID != tt.parent) {
				t.Errorf("trace %q below %q, want %q below %q", docs[0].TraceID, docs[0].ParentID, root, tt.parent)
			}
		})
	}
}

func TestHandlerBelievesTheFirstProxy(t *testing.T) {
	server, r := served(t, func(http.ResponseWriter, *http.Request) {})
	get(t, server.URL, "X-Forwarded-For", "203.0.113.7 , 10.0.0.1", "User-Agent", "test/1")
	server.Close()
	got := only(t, r).HTTP.Request
	if got["client_ip"] != "203.0.113.7" || got["x_forwarded_for"] != true || got["user_agent"] != "test/1" {
		t.Errorf("request %v", got)
	}
}

func TestHandlerWhenDisabled(t *testing.T) {
	t.Setenv("AWS_XRAY_SDK_DISABLED", "TRUE")
	server, r := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	resp := get(t, server.URL)
	server.Close()
	if resp.StatusCode != 204 || resp.Header.Get("X-Amzn-Trace-Id") != "" || len(calls(t, r)) != 0 {
		t.Errorf("answer %v with %v", resp.Status, resp.Header)
	}
}

// A writer can do what its bits say, in the order of capabilities.
type bare struct{ http.ResponseWriter }

func (bare) Flush()                                       {}
func (bare) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, errors.New("not here") }
func (bare) ReadFrom(io.Reader) (int64, error)            { return 7, nil }
func (bare) Push(string, *http.PushOptions) error         { return nil }
func (bare) CloseNotify() <-chan bool                     { return nil }

type notifier interface{ CloseNotify() <-chan bool }

func capabilities(w http.ResponseWriter) (list [5]bool) {
	_, list[0] = w.(http.Flusher)
	_, list[1] = w.(http.Hijacker)
	_, list[2] = w.(io.ReaderFrom)
	_, list[3] = w.(http.Pusher)
	_, list[4] = w.(notifier)
	return list
}

func TestHandlerKeepsWhatWritersCan(t *testing.T) {
	type w = http.ResponseWriter
	b := bare{httptest.NewRecorder()}
	plain := struct{ w }{b}
	tests := []w{
		plain,
		struct {
			w
			http.Flusher
		}{plain, b},
		struct {
			w
			http.Hijacker
		}{plain, b},
		struct {
			w
			io.ReaderFrom
		}{plain, b},
		struct {
			w
			http.Pusher
		}{plain, b},
		struct {
			w
			notifier
		}{plain, b},
		struct {
			w
			http.Flusher
			http.Pusher
			notifier
		}{plain, b, b, b},
		struct {
			w
			http.Hijacker
			io.ReaderFrom
		}{plain, b, b},
		b,
	}
	ctx, _ := recording(t)
	for i, writer := range tests {
		want := capabilities(writer)
		var got [5]bool
		xray.HandlerWithContext(ctx, xray.NewFixedSegmentNamer("shop"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			got = capabilities(w)
			if unwrapped := w.(interface{ Unwrap() http.ResponseWriter }).Unwrap(); unwrapped != writer {
				t.Errorf("writer %d unwraps to another", i)
			}
		})).ServeHTTP(writer, httptest.NewRequest(http.MethodGet, "/", nil))
		if got != want {
			t.Errorf("writer %d can %v, the handler's %v", i, want, got)
		}
	}
}

func TestHTTPFunctionsTakeNothing(t *testing.T) {
	w := httptest.NewRecorder()
	ran := false
	xray.HttpTrace(nil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ran = true }), w, httptest.NewRequest(http.MethodGet, "/", nil), nil)
	xray.HttpTrace(&xray.Segment{}, http.NotFoundHandler(), w, httptest.NewRequest(http.MethodGet, "/", nil), &header.Header{})
	xray.HttpCaptureResponse(nil, 500)
	xray.HttpCaptureResponse(&xray.Segment{}, 500)
	if !ran {
		t.Error("the handler did not run")
	}
}

func TestHttpCaptureResponse(t *testing.T) {
	ctx, r := recording(t)
	_, seg := xray.BeginSegment(ctx, "shop")
	xray.HttpCaptureResponse(seg, 429)
	seg.Close(nil)
	xray.HttpCaptureResponse(seg, 500)
	if got := only(t, r); got.HTTP.Response["status"] != 429. || got.flags() != "error+throttle" || seg.Fault {
		t.Errorf("response %v, flags %q, fault after close %v", got.HTTP.Response, got.flags(), seg.Fault)
	}
}

func TestDynamicSegmentNamer(t *testing.T) {
	n := xray.NewDynamicSegmentNamer("shop", "*.example.com")
	for host, want := range map[string]string{"a.EXAMPLE.com": "a.EXAMPLE.com", "evil.org": "shop", "": "shop"} {
		if got := n.Name(host); got != want {
			t.Errorf("Name(%q) = %q, want %q", host, got, want)
		}
	}
}

func BenchmarkHandler(b *testing.B) {
	ctx := configured(b, xray.Config{Emitter: discard{}, SamplingStrategy: decided(true)})
	unsampled := configured(b, xray.Config{Emitter: discard{}, SamplingStrategy: decided(false)})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	name := xray.NewFixedSegmentNamer("shop")
	for _, bb := range []struct {
		name string
		h    http.Handler
	}{
		{"bare", h},
		{"unsampled", xray.HandlerWithContext(unsampled, name, h)},
		{"sampled", xray.HandlerWithContext(ctx, name, h)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, "/cart", nil)
			b.ReportAllocs()
			for b.Loop() {
				bb.h.ServeHTTP(&nowhere{h: http.Header{}}, r)
			}
		})
	}
}

// discard is an emitter that costs nothing.
type discard struct{}

func (discard) Emit(*xray.Segment)                     {}
func (discard) RefreshEmitterWithAddress(*net.UDPAddr) {}

type nowhere struct{ h http.Header }

func (w *nowhere) Header() http.Header         { return w.h }
func (w *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (w *nowhere) WriteHeader(int)             {}

func TestHandlerTakesTheContextOfTheRequest(t *testing.T) {
	ctx, r := recording(t)
	h := xray.Handler(xray.NewFixedSegmentNamer("shop"), http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		_, sub := xray.BeginSubsegment(req.Context(), "price")
		sub.Close(nil)
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodHead, "/", nil).WithContext(ctx))
	if got := only(t, r); got.Name != "shop" || got.names() != "price" || got.HTTP.Request["method"] != "HEAD" {
		t.Errorf("recorded %+v", got)
	}
}
