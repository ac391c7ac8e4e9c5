package xray_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray"
)

// A pair is a traced server and a traced client of it, each with documents of its own.
type pair struct {
	*tracedServer
	client         *http.Client
	ctx            context.Context // of calls: its segments are recorded in called
	called, served *recorder
}

// newPair starts the server, with TLS and HTTP/2 if version is 2.
func newPair(t *testing.T, version int, h http.HandlerFunc) *pair {
	t.Helper()
	ctx, rec := recording(t)
	p := &pair{tracedServer: new(tracedServer), served: rec}
	traced := xray.HandlerWithContext(ctx, xray.NewFixedSegmentNamer("server"), h)
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.handlers.Add(1)
		defer p.handlers.Done()
		if r.ProtoMajor != version {
			t.Errorf("the request came by %s, want HTTP/%d", r.Proto, version)
		}
		traced.ServeHTTP(w, r)
	}))
	p.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that are not needed after all
	if version == 2 {
		p.EnableHTTP2 = true
		p.StartTLS()
	} else {
		p.Start()
	}
	t.Cleanup(p.Close)
	p.client = xray.Client(p.Server.Client())
	p.client.Timeout = 20 * time.Second // rather than to hang
	p.ctx, p.called = recording(t)
	return p
}

// call makes a request within a segment and hands the answer on; then it returns the subsegment of the call.
func (p *pair) call(t *testing.T, method, path string, body io.Reader, headers http.Header, use func(*http.Response)) call {
	t.Helper()
	ctx, segment := xray.BeginSegment(p.ctx, "client")
	req, err := http.NewRequestWithContext(ctx, method, p.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for key, values := range headers {
		req.Header[key] = values
	}
	resp, err := p.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	use(resp)
	resp.Body.Close()
	segment.Close(nil)
	got := only(t, p.called)
	if len(got.Subsegments) != 1 {
		t.Fatalf("%d subsegments, want 1: %+v", len(got.Subsegments), got)
	}
	return got.Subsegments[0]
}

// answer is what the server recorded, which is complete when the server is closed.
func (p *pair) answer(t *testing.T) call {
	t.Helper()
	p.client.CloseIdleConnections()
	p.Close()
	return only(t, p.served)
}

// both runs a test by both versions of HTTP.
func both(t *testing.T, test func(t *testing.T, version int)) {
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP ", version), func(t *testing.T) { test(t, version) })
	}
}

func read(t *testing.T, from io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(from)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// Trailers of request and answer pass, and what is recorded is header and body.
func TestTrailers(t *testing.T) {
	both(t, func(t *testing.T, version int) {
		p := newPair(t, version, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "Sum")
			body, err := io.ReadAll(r.Body)
			if err != nil || r.Trailer.Get("Count") != "3" {
				t.Errorf("body %q, error %v, trailer %v", body, err, r.Trailer)
			}
			fmt.Fprintf(w, "%s!", body)
			w.Header().Set("Sum", "7")
			w.Header().Set(http.TrailerPrefix+"Late", "8")
		})
		ctx, segment := xray.BeginSegment(p.ctx, "client")
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, io.MultiReader(strings.NewReader("abc"))) // of unknown length
		if err != nil {
			t.Fatal(err)
		}
		req.Trailer = http.Header{"Count": {"3"}}
		resp, err := p.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if body := read(t, resp.Body); body != "abc!" || resp.Trailer.Get("Sum") != "7" || resp.Trailer.Get("Late") != "8" {
			t.Errorf("body %q, trailers %v", body, resp.Trailer)
		}
		resp.Body.Close()
		segment.Close(nil)
		if got := only(t, p.called); strings.Contains(got.names(), "…") || got.Subsegments[0].HTTP.Response["status"] != 200.0 {
			t.Errorf("the client recorded %s %v", got.names(), got.Subsegments[0].HTTP)
		}
		if got := p.answer(t); got.HTTP.Response["content_length"] != 4.0 {
			t.Errorf("the server recorded %v, want 4 bytes", got.HTTP)
		}
	})
}

// Client and server talk in turn, which needs every piece to be flushed at once; the call's subsegment ends with the header, while
// the body is still to come.
func TestStreams(t *testing.T) {
	both(t, func(t *testing.T, version int) {
		p := newPair(t, version, func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			if version == 1 {
				if err := c.EnableFullDuplex(); err != nil {
					t.Error(err)
				}
			}
			for _, set := range []func(time.Time) error{c.SetReadDeadline, c.SetWriteDeadline} {
				if err := set(time.Now().Add(time.Minute)); err != nil {
					t.Error(err)
				}
			}
			if _, ok := w.(http.Flusher); !ok {
				t.Error("the writer cannot flush")
			}
			if err := c.Flush(); err != nil { // the header
				t.Error(err)
			}
			lines := bufio.NewScanner(r.Body)
			for lines.Scan() {
				fmt.Fprintf(w, "re: %s\n", lines.Text())
				if err := c.Flush(); err != nil {
					t.Error(err)
				}
			}
		})
		body, talk := io.Pipe()
		got := p.call(t, http.MethodPost, "/", body, nil, func(resp *http.Response) {
			if s := xray.GetSegment(resp.Request.Context()); s == nil || s.InProgress {
				t.Error("the call's subsegment goes on after the header")
			}
			lines := bufio.NewReader(resp.Body)
			for _, line := range []string{"one", "two", "three"} {
				fmt.Fprintln(talk, line)
				if said, err := lines.ReadString('\n'); said != "re: "+line+"\n" || err != nil {
					t.Errorf("said %q, heard %q, error %v", line, said, err)
				}
			}
			talk.Close()
			if rest := read(t, lines); rest != "" {
				t.Errorf("more came: %q", rest)
			}
		})
		if got.names() == "" || strings.Contains(got.names(), "…") {
			t.Errorf("the client recorded %q, want steps that are all closed", got.names())
		}
		if got := p.answer(t); got.HTTP.Response["content_length"] != float64(len("re: one\nre: two\nre: three\n")) || got.Fault {
			t.Errorf("the server recorded %+v", got)
		}
	})
}

// Over HTTP/2 a handler can neither hijack nor, with Go's client, push; it is told so as without the SDK.
func TestHTTP2Writers(t *testing.T) {
	p := newPair(t, 2, func(w http.ResponseWriter, _ *http.Request) {
		if _, ok := w.(http.Hijacker); ok {
			t.Error("the writer says that it can hijack")
		}
		if _, _, err := http.NewResponseController(w).Hijack(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("hijack: error %v, want ErrNotSupported", err)
		}
		if pusher, ok := w.(http.Pusher); !ok {
			t.Error("the writer cannot be asked to push")
		} else if err := pusher.Push("/style.css", nil); err == nil {
			t.Error("it pushed to a client that takes nothing")
		}
		w.WriteHeader(http.StatusNoContent)
	})
	got := p.call(t, http.MethodGet, "/", nil, nil, func(*http.Response) {})
	if got.HTTP.Response["status"] != 204.0 || got.names() != "connect(dial tls) request response" {
		t.Errorf("the client recorded %v with %q", got.HTTP, got.names())
	}
	if got := p.answer(t); got.HTTP.Response["status"] != 204.0 {
		t.Errorf("the server recorded %v", got.HTTP)
	}
}

// Many calls share one HTTP/2 connection, each with steps of its own, all of them closed.
func TestHTTP2AtOnce(t *testing.T) {
	const calls = 40
	p := newPair(t, 2, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	ctx, segment := xray.BeginSegment(p.ctx, "client")
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprint(p.URL, "/", i), nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := p.client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			if body := read(t, resp.Body); body != fmt.Sprint("/", i) {
				t.Errorf("call %d is answered %q", i, body)
			}
			resp.Body.Close()
		})
	}
	all.Wait()
	segment.Close(nil)
	seen := map[string]int{}
	for _, d := range p.called.take(t) {
		count(seen, d)
		if tree := d.tree(); strings.Contains(tree, "…") {
			t.Errorf("not all is closed: %s", tree)
		}
	}
	if len(seen) < 1+3*calls {
		t.Errorf("%d segments, want the root and at least three for each call", len(seen))
	}
	p.client.CloseIdleConnections()
	p.Close()
	if got := len(p.served.take(t)); got != calls {
		t.Errorf("the server recorded %d requests, want %d", got, calls)
	}
}

// A client that waits for 100 Continue waits once more for the answer: both are recorded, also when other interim answers come.
func TestInterimAnswers(t *testing.T) {
	both(t, func(t *testing.T, version int) {
		p := newPair(t, version, func(w http.ResponseWriter, r *http.Request) {
			body := read(t, r.Body) // which asks for it
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			fmt.Fprint(w, len(body))
		})
		p.client.Transport = xray.RoundTripper(slowToContinue(p.Server.Client().Transport))
		hints := 0
		p.ctx = httptrace.WithClientTrace(p.ctx, &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
			if code == http.StatusEarlyHints {
				hints++
			}
			return nil
		}})
		got := p.call(t, http.MethodPut, "/", bytes.NewReader(make([]byte, 5000)), http.Header{"Expect": {"100-continue"}}, func(resp *http.Response) {
			if body := read(t, resp.Body); body != "5000" || hints != 1 {
				t.Errorf("answer %q after %d hints, want 5000 after 1", body, hints)
			}
		})
		steps := "connect(dial) request response"
		if version == 2 {
			steps = "connect(dial tls) request response"
		}
		if got.names() != steps || got.HTTP.Response["status"] != 200.0 || got.Fault {
			t.Errorf("the client recorded %q and %v, want %q", got.names(), got.HTTP, steps)
		}
		if got := p.answer(t); got.HTTP.Response["status"] != 200.0 {
			t.Errorf("the server recorded %v", got.HTTP)
		}
	})
}

// slowToContinue is a transport that does not send a body before it is asked for.
func slowToContinue(rt http.RoundTripper) http.RoundTripper {
	t := rt.(*http.Transport).Clone()
	t.ExpectContinueTimeout = time.Minute
	return t
}

// A server may answer before it has read the request.
func TestEarlyAnswer(t *testing.T) {
	p := newPair(t, 2, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
	})
	body, more := io.Pipe() // never ends
	defer more.Close()
	got := p.call(t, http.MethodPost, "/", body, nil, func(resp *http.Response) {
		if text := read(t, resp.Body); text != "too much\n" {
			t.Errorf("answer %q", text)
		}
	})
	if strings.Contains(got.names(), "…") || got.flags() != "error" || got.HTTP.Response["status"] != 413.0 {
		t.Errorf("the client recorded %q, %q and %v", got.names(), got.flags(), got.HTTP)
	}
	if got := p.answer(t); got.flags() != "error" {
		t.Errorf("the server recorded %q", got.flags())
	}
}

// A connection that changes its protocol belongs to both sides afterwards; the segments end with the answer 101.
func TestUpgrade(t *testing.T) {
	p := newPair(t, 1, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "echo")
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		line, err := rw.ReadString('\n')
		if err != nil {
			t.Error(err)
		}
		if _, err := io.WriteString(conn, line); err != nil {
			t.Error(err)
		}
	})
	p.client.Timeout = 0 // with one the body can only be read
	got := p.call(t, http.MethodGet, "/", nil, http.Header{"Connection": {"Upgrade"}, "Upgrade": {"echo"}}, func(resp *http.Response) {
		conn, ok := resp.Body.(io.ReadWriter)
		if !ok {
			t.Errorf("the body is a %T, want one that can be written to", resp.Body)
			return
		}
		if _, err := io.WriteString(conn, "hello\n"); err != nil {
			t.Error(err)
		}
		if said := read(t, conn); said != "hello\n" {
			t.Errorf("echo %q", said)
		}
	})
	if got.HTTP.Response["status"] != 101.0 || strings.Contains(got.names(), "…") {
		t.Errorf("the client recorded %v with %q", got.HTTP, got.names())
	}
	if got := p.answer(t); got.HTTP.Response["status"] != 101.0 || got.Fault {
		t.Errorf("the server recorded %v", got.HTTP)
	}
}

// TestOvertaken: the transport returns an answer before it tells that the request is written, which the server had asked for.
func TestOvertaken(t *testing.T) {
	ctx, r := recording(t)
	rt := xray.RoundTripper(tripper(func(r *http.Request) (*http.Response, error) {
		hooks := httptrace.ContextClientTrace(r.Context())
		hooks.GetConn("pay.test:80")
		hooks.GotConn(httptrace.GotConnInfo{})
		hooks.GotFirstResponseByte()
		hooks.Got100Continue()
		resp := &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}
		t.Cleanup(func() { hooks.WroteRequest(httptrace.WroteRequestInfo{}) })
		return resp, nil
	}))
	got, err := request(t, ctx, r, &http.Client{Transport: rt}, "http://pay.test/")
	if err != nil || got.names() != "connect request response" {
		t.Errorf("recorded %q, error %v, want connect request response", got.names(), err)
	}
}
