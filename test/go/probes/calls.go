package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
)

// failures is how often the stock room has yet to fail.
var failures atomic.Int32

// stockRoom is the service that is called.
func stockRoom(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(xray.TraceIDHeaderKey) == "" && r.URL.Path != "/untraced" {
		http.Error(w, "no trace header", http.StatusBadRequest)
		return
	}
	switch r.URL.Path {
	case "/moved":
		http.Redirect(w, r, "/moved/again?token=secret", http.StatusFound)
	case "/moved/again":
		http.Redirect(w, r, "/found", http.StatusMovedPermanently)
	case "/kept":
		http.Redirect(w, r, "/found", http.StatusTemporaryRedirect)
	case "/unsteady":
		if failures.Add(-1) >= 0 {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		fallthrough
	case "/found":
		body, err := io.ReadAll(r.Body)
		must(err)
		w.Header().Set("Content-Length", "5")
		_, err = fmt.Fprintf(w, "%05d", len(body))
		must(err)
	case "/compressed":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, err := io.WriteString(z, strings.Repeat("stock ", 1000))
		must(err)
		must(z.Close())
	case "/slow":
		<-r.Context().Done()
	case "/half":
		w.Header().Set("Content-Length", "100")
		_, err := io.WriteString(w, "half")
		must(err)
		panic(http.ErrAbortHandler)
	}
}

// pass is a proxy that answers by itself, for a host that does not exist.
func pass(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "5")
	_, err := io.WriteString(w, r.URL.Host[:5])
	must(err)
}

// apart is a traced client whose connections nobody else uses.
func apart(t *http.Transport) *http.Client {
	if t == nil {
		t = &http.Transport{}
	}
	return xray.Client(&http.Client{Transport: t})
}

func get(ctx context.Context, c *http.Client, url string) string {
	return send(ctx, c, http.MethodGet, url, nil)
}

func send(ctx context.Context, c *http.Client, method, url string, body io.Reader) string {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	must(err)
	return do(c, req)
}

func do(c *http.Client, req *http.Request) string {
	resp, err := c.Do(req)
	if err != nil {
		return "fails"
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "breaks"
	}
	must(resp.Body.Close())
	return fmt.Sprint(resp.StatusCode, " ", len(text))
}

func redirected(ctx context.Context, tell func(...any)) {
	tell(get(ctx, apart(nil), "http://"+stock+"/moved"))
}

// redirectedBody sends its body twice, as 307 asks for.
func redirectedBody(ctx context.Context, tell func(...any)) {
	tell(send(ctx, apart(nil), http.MethodPost, "http://"+stock+"/kept", strings.NewReader("twenty bytes of body")))
}

// repeated tries until it goes well, each try in a subsegment.
func repeated(ctx context.Context, tell func(...any)) {
	failures.Store(2)
	c := apart(nil)
	for try := range 3 {
		err := xray.Capture(ctx, fmt.Sprint("try ", try), func(ctx context.Context) error {
			if said := get(ctx, c, "http://"+stock+"/unsteady"); said != "200 5" {
				return errors.New(said)
			}
			return nil
		})
		tell(err)
	}
}

func usedAgain(ctx context.Context, tell func(...any)) {
	c := apart(nil)
	for range 3 {
		tell(get(ctx, c, "http://"+stock+"/found"))
	}
}

func compressed(ctx context.Context, tell func(...any)) {
	tell(get(ctx, apart(nil), "http://"+stock+"/compressed"))
}

func expected(ctx context.Context, tell func(...any)) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+stock+"/found", strings.NewReader(strings.Repeat("x", 10_000)))
	must(err)
	req.Header.Set("Expect", "100-continue")
	tell(do(apart(&http.Transport{ExpectContinueTimeout: time.Minute}), req))
}

func proxied(ctx context.Context, tell func(...any)) {
	c := apart(&http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})})
	tell(get(ctx, c, "http://user:secret@stock.invalid/found?token=secret"))
}

func cancelled(ctx context.Context, tell func(...any)) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	tell(get(ctx, apart(nil), "http://"+stock+"/found"))
}

// givenUp ends while it waits for the answer.
func givenUp(ctx context.Context, tell func(...any)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }})
	tell(get(ctx, apart(nil), "http://"+stock+"/slow"))
	tell(get(xray.DetachContext(ctx), apart(nil), "http://"+stock+"/half"))
}

func toNobody(ctx context.Context, tell func(...any)) {
	tell(get(ctx, apart(nil), "http://"+nobody+"/"))
}

func wrongRequest(ctx context.Context, tell func(...any)) {
	for _, u := range []*url.URL{{Scheme: "gopher", Host: "example.com"}, {Scheme: "http"}} {
		req := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}).WithContext(ctx)
		tell(do(apart(nil), req))
	}
}

type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ownTransport answers without a network, and shows what it was given.
func ownTransport(ctx context.Context, tell func(...any)) {
	c := &http.Client{Transport: xray.RoundTripper(answering(func(r *http.Request) (*http.Response, error) {
		h := header.FromString(r.Header.Get(xray.TraceIDHeaderKey))
		tell("same trace:", h.TraceID == xray.TraceID(ctx), "below the call:", h.ParentID == xray.GetSegment(r.Context()).ID, h.SamplingDecision)
		return &http.Response{StatusCode: http.StatusTeapot, ContentLength: 3, Body: io.NopCloser(strings.NewReader("tea")), Request: r}, nil
	}))}
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, "https://tea.example.com:8443/pot", nil)
	must(err)
	req.Header.Set(xray.TraceIDHeaderKey, "Root=1-5759e988-bd862e3fe1be46a994272793")
	tell(do(c, req), "the request keeps:", req.Header.Get(xray.TraceIDHeaderKey))
	bad := &http.Client{Transport: xray.RoundTripper(answering(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }))}
	tell(get(ctx, bad, "https://tea.example.com/"))
}

// hooks are called by the program itself.
func hooks(ctx context.Context, tell func(...any)) {
	//lint:ignore SA1012 what the SDK says to a program that does so
	_, err := xray.NewClientTrace(nil)
	tell("without context:", err != nil)
	_, err = xray.NewClientTrace(ctx)
	must(err)
	must(xray.Capture(ctx, "by hand", func(ctx context.Context) error {
		s := xray.NewHTTPSubsegments(ctx)
		s.GetConn("example.com:80")
		s.DNSStart(httptrace.DNSStartInfo{Host: "example.com"})
		s.DNSDone(httptrace.DNSDoneInfo{Coalesced: true})
		s.ConnectStart("tcp", "203.0.113.7:80")
		s.ConnectDone("tcp", "203.0.113.7:80", nil)
		s.GotConn(&httptrace.GotConnInfo{WasIdle: true}, nil)
		s.WroteRequest(httptrace.WroteRequestInfo{})
		s.GotFirstResponseByte()
		return nil
	}))
}
