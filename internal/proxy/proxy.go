// Package proxy answers what programs ask a daemon over TCP: the two sampling calls of X-Ray's SDKs, which an endpoint
// answers, and documents that do not fit into a datagram, which go the relay's way.
//
// Callers show no credentials, so nothing else is passed on: a proxy that signed any call would lend its role to whoever
// reaches the port. While the endpoint is away programs still get the sampling rules that it gave last.
package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/hush"
	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/uplink"
	"github.com/rayscope/rayscope/internal/wire"
)

// Limits of what callers may ask for.
const (
	// samplingTime bounds a sampling call, the wait for its turn included. SDKs ask every ten seconds.
	samplingTime = 5 * time.Second

	// uploadTime bounds a call with documents: an endpoint may take its uplink.DefaultTimeout, then a spool stands in. The
	// listener gives up after daemon.AnswerTime.
	uploadTime = 2 * uplink.DefaultTimeout

	// maxSampling bounds the body of a sampling call. A report on 25 rules is 6 KB; 256 KB is the reports of 40 processes
	// that a proxy bundles.
	maxSampling = 256 << 10

	// maxTraces bounds an OTLP request, unpacked: 10,000 spans, when exporters send 512 at once.
	maxTraces = 4 << 20

	// maxCalls is how many sampling calls are under way at once: as many processes as share a machine, asking together.
	maxCalls = 64

	// maxUploads is how many bodies with documents are held at once. A body takes twice its size: 64 MiB at worst.
	maxUploads = 4

	// retryAfter is told to callers whose documents nobody takes now, if the endpoint does not say better.
	retryAfter = 5 * time.Second
)

// A Deliverer takes documents, and returns when they are safe: with every endpoint, or on the disk. It must not hold on to
// their bytes. An error other than relay.ErrRefused means: not now.
type Deliverer interface {
	Deliver(ctx context.Context, docs [][]byte) ([]relay.Refusal, error)
	DeliverOTLP(ctx context.Context, request []byte) error
}

// Config of a Proxy. None may be left out.
type Config struct {
	Uplink     relay.Poster // answers the sampling calls
	Relay      Deliverer
	Now        func() time.Time
	Registerer prometheus.Registerer
	Log        *slog.Logger
}

// A Proxy is safe for concurrent use.
type Proxy struct {
	uplink  relay.Poster
	relay   Deliverer
	now     func() time.Time
	quiet   *hush.Log
	metrics *metrics

	operations map[string]operation // by path: POST
	pages      pages
	calls      turns // of sampling calls
	uploads    turns // of bodies with documents
	bodies     sync.Pool
	lists      sync.Pool
	documents  atomic.Uint64
}

// An operation answers a request, or fails with an error that nothing has been written of.
type operation struct {
	name   string
	time   time.Duration // that it may take
	answer func(context.Context, http.ResponseWriter, *http.Request) error
}

// New is a proxy to the endpoint and the relay.
func New(c Config) *Proxy {
	p := &Proxy{
		uplink:  c.Uplink,
		relay:   c.Relay,
		now:     c.Now,
		quiet:   hush.New(c.Log, c.Now),
		metrics: newMetrics(c.Registerer),
		calls:   make(turns, maxCalls),
		uploads: make(turns, maxUploads),
		bodies:  sync.Pool{New: func() any { return new([]byte) }},
		lists:   sync.Pool{New: func() any { return new(wire.Documents) }},
	}
	p.operations = map[string]operation{
		rulesPath:        {"GetSamplingRules", samplingTime, p.getSamplingRules},
		targetsPath:      {"GetSamplingTargets", samplingTime, p.getSamplingTargets},
		"/TraceSegments": {"PutTraceSegments", uploadTime, p.putTraceSegments},
	}
	return p
}

// API answers POST /GetSamplingRules, /SamplingTargets and /TraceSegments, and nothing else.
func (p *Proxy) API() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op, ok := p.operations[r.URL.Path]
		if !ok || r.Method != http.MethodPost {
			wire.WriteError(w, wire.UnknownOperation(
				"%s %.100s is not served by the daemon. It serves POST /GetSamplingRules, POST /SamplingTargets and POST /TraceSegments; send other calls to the endpoint itself.",
				r.Method, r.URL.Path))
			return
		}
		if err := p.run(op, w, r); err != nil {
			wire.WriteError(w, err)
		}
	})
}

// run answers a request in its time, and counts it. What it returns is still to be written.
func (p *Proxy) run(op operation, w http.ResponseWriter, r *http.Request) *wire.Error {
	ctx, cancel := context.WithTimeout(r.Context(), op.time)
	defer cancel()
	err := op.answer(ctx, w, r)
	if err == nil {
		p.metrics.calls.WithLabelValues(op.name, resultOK).Inc()
		return nil
	}
	e := p.toError(w.Header(), op.name, err)
	p.metrics.calls.WithLabelValues(op.name, resultOf(e.Status)).Inc()
	if e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests {
		p.quiet.Warn(op.name, "a call of a program to the daemon failed", func() []slog.Attr {
			return append([]slog.Attr{slog.String("operation", op.name)}, why(err)...)
		})
	}
	return e
}

// toError is the one table from errors to those of the wire. It sets the header Retry-After where that helps.
//
// What the endpoint refuses for good is passed on as it came. When it is away, or takes the daemon for somebody who may
// not ask, the caller is not to blame: a 4xx would send people to look for a mistake in their program.
func (p *Proxy) toError(h http.Header, name string, err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	e, ofEndpoint := errors.AsType[*uplink.Error](err)
	if ofEndpoint && e.RetryAfter > 0 {
		setRetryAfter(h, e.RetryAfter)
	}
	switch {
	case ofEndpoint && e.Kind == uplink.Throttled:
		return &wire.Error{Name: cmp.Or(e.Code, "ThrottledException"), Status: http.StatusTooManyRequests, Message: e.Message}
	case ofEndpoint && !e.Temporary():
		return &wire.Error{Name: cmp.Or(e.Code, "InvalidRequestException"), Status: e.Status, Message: e.Message}
	case errors.Is(err, errNotNow):
		if h.Get("Retry-After") == "" {
			setRetryAfter(h, retryAfter)
		}
		return wire.Throttled("The daemon cannot take this now: %s. Nothing is lost if you send it again.", sentence(err))
	}
	return wire.Unavailable("The daemon could not ask its endpoint: %s.", sentence(err))
}

func setRetryAfter(h http.Header, d time.Duration) {
	h.Set("Retry-After", strconv.Itoa(int((d+time.Second-1)/time.Second)))
}

// errNotNow marks errors after which the same request may be sent again.
var errNotNow = errors.New("not now")

type notNow struct{ error }

func (notNow) Is(target error) bool { return target == errNotNow }
func (e notNow) Unwrap() error      { return e.error }

// sentence is the error with what to do about it.
func sentence(err error) string {
	if e, ok := errors.AsType[*uplink.Error](err); ok && e.Hint() != "" {
		return fmt.Sprintf("%v; %s", err, e.Hint())
	}
	return err.Error()
}

// why is an error as attributes of a log line.
func why(err error) []slog.Attr {
	attrs := []slog.Attr{slog.String("error", err.Error())}
	if e, ok := errors.AsType[*uplink.Error](err); ok {
		attrs = append(attrs, slog.String("endpoint", e.Endpoint), slog.String("hint", e.Hint()))
	}
	return attrs
}

// turns bounds how many do something at once.
type turns chan struct{}

// take waits for a turn. Give it back by give.
func (t turns) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return notNow{fmt.Errorf("%d others are served already", cap(t))}
	}
}

func (t turns) give() { <-t }
