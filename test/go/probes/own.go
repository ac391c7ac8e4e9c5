package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/ctxmissing"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/exception"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
)

const traced = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

// ask serves one request without a network.
func ask(h http.Handler, method, url string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func handlers(ctx context.Context, tell func(...any)) {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tell("traced:", xray.RequestWasTraced(r.Context()), "config:", xray.GetRecorder(r.Context()) != nil)
		w.WriteHeader(http.StatusConflict)
		w.WriteHeader(http.StatusOK) // too late
	})
	own, err := xray.ContextWithConfig(ctx, xray.Config{ServiceVersion: "9.9"})
	must(err)
	ask(xray.HandlerWithContext(own, xray.NewFixedSegmentNamer("with context"), inner), http.MethodPatch, "http://example.com/a?b=c",
		xray.TraceIDHeaderKey, traced, "X-Forwarded-For", "203.0.113.9", "User-Agent", "")
	ask(xray.Handler(xray.NewFixedSegmentNamer("plain"), inner), http.MethodHead, "https://example.com:8443/%2Fescaped/ä", xray.TraceIDHeaderKey, "nonsense")
	http.StripPrefix("/api", xray.Handler(xray.NewFixedSegmentNamer("stripped"), inner)).ServeHTTP(httptest.NewRecorder(),
		httptest.NewRequest(http.MethodGet, "/api/orders", nil))

	_, s := xray.BeginSegment(ctx, "traced by hand")
	w := httptest.NewRecorder()
	xray.HttpTrace(s, inner, w, httptest.NewRequest(http.MethodGet, "http://example.com/by/hand", nil), header.FromString("Sampled=?"))
	tell("asked:", header.FromString(w.Header().Get(xray.TraceIDHeaderKey)).SamplingDecision)
	s.Close(nil)
}

func namers(_ context.Context, tell func(...any)) {
	for _, n := range []xray.SegmentNamer{
		xray.NewFixedSegmentNamer("fixed"), xray.NewDynamicSegmentNamer("fallback", "*.example.com"), xray.NewDynamicSegmentNamer("fallback", "sh?p"),
		xray.NewDynamicSegmentNamer("fallback", ""), xray.NewDynamicSegmentNamer("fallback", "*"), &xray.FixedSegmentNamer{FixedName: "literal"},
		&xray.DynamicSegmentNamer{FallbackName: "literal", RecognizedHosts: "a.*"},
	} {
		tell(n.Name("shop.example.com"), n.Name("SHOP"), n.Name(""), n.Name("a.b:80"))
	}
}

func answers(ctx context.Context, _ func(...any)) {
	for _, status := range []int{100, 200, 302, 400, 418, 429, 499, 500, 503, 599, 600, 0} {
		_, s := xray.BeginSubsegment(ctx, fmt.Sprint("status ", status))
		xray.HttpCaptureResponse(s, status)
		s.Close(nil)
	}
}

// shelves is a database behind a connector.
type shelves struct{}

func (shelves) Connect(context.Context) (driver.Conn, error) { return shelf{}, nil }
func (shelves) Driver() driver.Driver                        { return shelves{} }
func (shelves) Open(string) (driver.Conn, error)             { return shelf{}, nil }

type shelf struct{}

func (shelf) Prepare(string) (driver.Stmt, error) { return nil, errors.New("nothing can be prepared") }
func (shelf) Close() error                        { return nil }
func (shelf) Begin() (driver.Tx, error)           { return nil, errors.New("no transactions") }
func (shelf) Ping(context.Context) error          { return nil }

func (shelf) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if query == "FAIL" {
		return nil, errors.New("out of shelves")
	}
	return driver.RowsAffected(len(args)), nil
}

func (shelf) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	return nil, errors.New("no rows of " + query[:6])
}

func connector(ctx context.Context, tell func(...any)) {
	db := sql.OpenDB(xray.SQLConnector("clerk:hunter2@tcp(db.example.com:3306)/shelves", shelves{}))
	db.SetMaxOpenConns(1)
	tell("ping:", db.PingContext(ctx))
	result, err := db.ExecContext(ctx, "UPDATE shelves SET room = ?, floor = ?", 1, 2)
	must(err)
	rows, err := result.RowsAffected()
	tell("rows:", rows, err)
	_, err = db.ExecContext(ctx, "FAIL")
	tell("fails:", err)
	_, err = db.QueryContext(ctx, "SELECT room FROM shelves")
	tell("fails:", err)
	must(db.Close())
}

// picky samples by what it is asked, and says so.
type picky struct{ tell func(...any) }

func (p picky) ShouldTrace(r *sampling.Request) *sampling.Decision {
	p.tell("asked:", r.ServiceName, r.Method, r.Host, r.URL, r.ServiceType)
	rule := "picky"
	return &sampling.Decision{Sample: r.URL != "/quiet", Rule: &rule}
}

func ownSampling(ctx context.Context, tell func(...any)) {
	ctx, err := xray.ContextWithConfig(ctx, xray.Config{SamplingStrategy: picky{tell}})
	must(err)
	h := xray.HandlerWithContext(ctx, xray.NewFixedSegmentNamer("picky"), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, sampled := range []string{"", "Sampled=?", "Sampled=0", "Sampled=1"} {
		for _, path := range []string{"/quiet", "/loud?a=b"} {
			resp := ask(h, http.MethodGet, "http://example.com"+path, xray.TraceIDHeaderKey, sampled)
			tell("answer:", header.FromString(resp.Header.Get(xray.TraceIDHeaderKey)).SamplingDecision)
		}
	}
	_, s := xray.BeginSegment(ctx, "by name")
	s.Close(nil)
}

// never sends subsegments inside of their segment only.
type never struct{}

func (never) RequiresStreaming(*xray.Segment) bool                     { return false }
func (never) StreamCompletedSubsegments(*xray.Segment) (docs [][]byte) { return nil }

func ownStreaming(ctx context.Context, _ func(...any)) {
	ctx, err := xray.ContextWithConfig(ctx, xray.Config{StreamingStrategy: never{}})
	must(err)
	ctx, s := xray.BeginSegment(ctx, "never streams")
	for range 30 {
		_, sub := xray.BeginSubsegment(ctx, "part")
		sub.Close(nil)
	}
	s.Close(nil)
}

// keeper is an emitter that prints documents instead of sending them.
type keeper struct {
	tell func(...any)
	once *sync.Once // AWS' SDK may give a segment twice
}

func (k keeper) Emit(s *xray.Segment) {
	k.once.Do(func() {
		text, err := json.Marshal(s)
		must(err)
		var d struct {
			Name        string
			Annotations map[string]any
			Metadata    map[string]any
			Service     map[string]any
			AWS         map[string]map[string]any
		}
		must(json.Unmarshal(text, &d))
		k.tell("document:", d.Name, d.Annotations, d.Metadata, d.Service["version"], d.AWS["xray"]["sdk"])
	})
}

func (keeper) RefreshEmitterWithAddress(*net.UDPAddr) {}

func ownEmitter(ctx context.Context, tell func(...any)) {
	ctx, err := xray.ContextWithConfig(ctx, xray.Config{Emitter: keeper{tell, new(sync.Once)}, ServiceVersion: "4.4"})
	must(err)
	ctx, s := xray.BeginSegment(ctx, "kept")
	must(xray.AddAnnotation(ctx, "a", "b"))
	must(xray.AddMetadata(ctx, "c", []int{1}))
	s.Close(nil)
}

func ownConfig(ctx context.Context, tell func(...any)) {
	tell("before:", xray.GetRecorder(ctx) == nil)
	ctx, err := xray.ContextWithConfig(ctx, xray.Config{ServiceVersion: "7.7", ContextMissingStrategy: ctxmissing.NewDefaultIgnoreErrorStrategy()})
	must(err)
	tell("after:", xray.GetRecorder(ctx).ServiceVersion)
	ctx, s := xray.BeginSegment(ctx, "configured")
	tell("in the segment:", s.Configuration.ServiceVersion)
	_, sub := xray.BeginSubsegment(ctx, "inside")
	sub.Close(nil)
	s.Close(nil)
	_, err = xray.ContextWithConfig(ctx, xray.Config{DaemonAddr: "nowhere"})
	tell("wrong address:", err != nil)
}

// ownDecision takes back what was decided.
func ownDecision(ctx context.Context, _ func(...any)) {
	sctx, s := xray.BeginSegment(ctx, "taken back")
	_, sub := xray.BeginSubsegment(sctx, "inside")
	s.Lock()
	s.Sampled = false
	s.Unlock()
	sub.Close(nil)
	s.Close(nil)
}

func manyAtOnce(ctx context.Context, _ func(...any)) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			must(xray.Capture(ctx, fmt.Sprint("worker ", i), func(ctx context.Context) error {
				return xray.AddAnnotation(ctx, "worker", i)
			}))
		})
	}
	all.Wait()
}

func deep(ctx context.Context, _ func(...any)) {
	for i := range 15 {
		var s *xray.Segment
		ctx, s = xray.BeginSubsegment(ctx, fmt.Sprint("level ", i))
		defer s.Close(nil)
	}
}

func noError(ctx context.Context, tell func(...any)) {
	_, s := xray.BeginSubsegment(ctx, "no error")
	tell("nil error:", s.AddError(nil))
	s.Close(nil)
}

func flags(ctx context.Context, tell func(...any)) {
	_, s := xray.BeginSubsegment(ctx, "closed with an error")
	s.Close(io.EOF)
	_, s = xray.BeginSubsegment(ctx, "error with a type of its own")
	s.Close(&exception.XRayError{Type: "Stock", Message: "empty"})
	_, s = xray.BeginSubsegment(ctx, "")
	tell("annotation without key:", s.AddAnnotation("", 1))
	s.Close(nil)
	_, s = xray.BeginSubsegment(ctx, "joined")
	s.Close(errors.Join(io.EOF, io.ErrNoProgress))
	_, s = xray.BeginSubsegment(ctx, "wrapped twice")
	s.Close(fmt.Errorf("outer: %w", fmt.Errorf("inner: %w", io.ErrClosedPipe)))
}
