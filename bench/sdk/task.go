package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// An SDK can be set up to send to a sink.
type sdk struct {
	name  string
	start func(s *sink, sampled bool) (*work, error)
	spans bool // sends spans, not segment documents with subsegments in them
}

// sdks are measured in this order.
var sdks = []sdk{
	{name: "Rayscope", start: startRayscope},
	{name: "AWS", start: startAWS},
	{name: "OpenTelemetry", start: startOTel, spans: true},
}

// work is what an SDK does, once it is set up. All of it may run in many goroutines at a time.
type work struct {
	segment func(subsegments int)                    // begin and close a segment, with subsegments one after another
	facts   func()                                   // a segment with the seven facts below
	handler func(http.Handler) http.Handler          // traced server
	call    func(url string) (status int, err error) // a segment, and in it a traced request
	flush   func() error                             // waits until all is sent
	catchUp func() error                             // the same, for an SDK that drops what it cannot send as fast; nil for others
	stop    func() error
}

// The facts of a segment: five annotations and two pieces of metadata.
const (
	user, tenant, order = "u-001234", "tenant-07", "o-00ff00ff00"
	items, first        = 7, true
	route, value        = "/products/{id}", 12.5
)

// A task is one that every SDK does.
type task struct {
	name             string
	sampled          bool
	documents, spans int // that one operation sends
	do               func(w *work) (op func() error, done func())
	parallel         bool
}

var tasks = []task{
	{name: "begin and close", sampled: true, documents: 1, spans: 1, do: segments(0)},
	{name: "with 1 subsegment", sampled: true, documents: 1, spans: 2, do: segments(1)},
	{name: "with 10 subsegments", sampled: true, documents: 1, spans: 11, do: segments(10)},
	{name: "with 7 facts", sampled: true, documents: 1, spans: 1, do: facts},
	{name: "unsampled", do: segments(0)},
	{name: "unsampled, 10 subsegments", do: segments(10)},
	{name: "unsampled, 7 facts", do: facts},
	{name: "HTTP server", sampled: true, documents: 1, spans: 1, do: serve},
	{name: "HTTP server, unsampled", do: serve},
	{name: "HTTP round trip", sampled: true, documents: 2, spans: 3, do: roundTrip},
	{name: "HTTP round trip, unsampled", do: roundTrip},
	{name: "parallel, 1 subsegment", sampled: true, documents: 1, spans: 2, do: segments(1), parallel: true},
}

// sent is how much of what the sink counts one operation sends.
func (t task) sent(k sdk) int {
	if k.spans {
		return t.spans
	}
	return t.documents
}

func nothing() {}

func segments(subsegments int) func(*work) (func() error, func()) {
	return func(w *work) (func() error, func()) {
		return func() error { w.segment(subsegments); return nil }, nothing
	}
}

func facts(w *work) (func() error, func()) {
	return func() error { w.facts(); return nil }, nothing
}

// hello is the handler that is traced.
var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "5")
	_, _ = io.WriteString(w, "hello") // its client may be gone
})

// An unread response is one that nobody reads.
type unread struct{ header http.Header }

func (u unread) Header() http.Header         { return u.header }
func (u unread) Write(b []byte) (int, error) { return len(b), nil }
func (u unread) WriteHeader(int)             {}

// serve calls a traced handler without a network.
func serve(w *work) (func() error, func()) {
	h := w.handler(hello)
	r := httptest.NewRequest(http.MethodGet, "http://shop.example/products/17?x=1", nil)
	r.Header.Set("User-Agent", "shopper/1")
	return func() error { h.ServeHTTP(unread{http.Header{}}, r); return nil }, nothing
}

// roundTrip asks a traced server on loopback, with a traced client.
func roundTrip(w *work) (func() error, func()) {
	server := httptest.NewServer(w.handler(hello))
	url := server.URL + "/products/17"
	return func() error {
		status, err := w.call(url)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%s answers %d", url, status)
		}
		return err
	}, server.Close
}

// flush waits until an emitter has sent everything, if it works in the background.
func flush(emitter any) error {
	if e, ok := emitter.(interface{ Flush(context.Context) error }); ok {
		return e.Flush(context.Background())
	}
	return nil
}

// stop ends what an emitter does in the background, if it does.
func stop(emitter any) error {
	if e, ok := emitter.(interface{ Close(context.Context) error }); ok {
		return e.Close(context.Background())
	}
	return nil
}

// get is a request that reads the answer, as clients do.
func get(c *http.Client, req *http.Request) (status int, err error) {
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

const (
	cpuUnit     = "cpu-ns/op"
	arrivedUnit = "arrived/sent"
	warmUp      = 100 // operations before the clock starts: pools are full then, connections open
)

// bench measures one task of one SDK.
func bench(b *testing.B, s *sink, k sdk, t task) error {
	w, err := k.start(s, t.sampled)
	if err != nil {
		return err
	}
	op, done := t.do(w)
	defer done()
	for range warmUp {
		if err := op(); err != nil {
			return err
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	before, err := s.rest()
	if err != nil {
		return err
	}
	b.ReportAllocs()
	spent := cpu()
	b.ResetTimer()
	err = repeat(b, t.parallel, op, w.catchUp)
	b.StopTimer()
	if err := errors.Join(err, w.flush()); err != nil { // what is held back counts too
		return err
	}
	b.ReportMetric(float64(cpu()-spent)/float64(b.N), cpuUnit)
	after, err := s.rest()
	if err != nil {
		return err
	}
	if n := t.sent(k); n > 0 {
		b.ReportMetric(float64(after-before)/float64(n*b.N), arrivedUnit)
	}
	return w.stop()
}

// breather is after how many operations an SDK that works in the background, and drops what is too much, may catch up: the documents of as
// many fit into a megabyte or two. A program has pauses of its own.
const breather = 500

// repeat does the operation b.N times.
func repeat(b *testing.B, parallel bool, op, catchUp func() error) error {
	if catchUp == nil {
		catchUp = func() error { return nil }
	}
	var failed atomic.Pointer[error]
	loop := func(next func() bool) {
		for i := 1; next(); i++ {
			err := op()
			if i%breather == 0 {
				err = errors.Join(err, catchUp())
			}
			if err != nil {
				first := err // err itself would be on the heap, with each operation
				failed.CompareAndSwap(nil, &first)
			}
		}
	}
	if parallel {
		b.RunParallel(func(pb *testing.PB) { loop(pb.Next) })
	} else {
		left := b.N
		loop(func() bool { left--; return left >= 0 })
	}
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// cpu is the CPU time that this process has taken; its child, the sink, is not in it.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no reason to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
