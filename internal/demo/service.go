package demo

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rayscope/rayscope/xray"
)

// A service is one of the shop's programs. Serve runs it until the context is done, then lets it finish what it has begun.
type service struct {
	name, version string
	serve         func(ctx context.Context, e *env, l net.Listener) error
}

// services are all of them, in the order in which they are stopped: who calls before who is called.
var services = []service{
	{"web", "3.9.0", serveWeb},
	{"api", "12.1.3", serveAPI},
	{"orders", "7.3.0", serveOrders},
	{"order-worker", "7.3.0", serveWorker},
	{"notifications", "0.9.14", serveNotifications},
	{"payments", "4.0.7", servePayments},
	{"inventory", goodRelease, serveInventory},
	{"users", "1.22.0", serveUsers},
}

// An env is what a service finds where it runs.
type env struct {
	service
	net  network
	http *http.Client // traced
	db   *sql.DB      // traced
	story
	log *slog.Logger
}

// drainTime is how long a service may take to finish what it has begun. Cards that hang are given up after cardTimeout.
const drainTime = 4 * time.Second

// serveHTTP serves handler, traced, as the service of e.
func serveHTTP(ctx context.Context, e *env, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           xray.Handler(xray.NewFixedSegmentNamer(e.name), e.identify(handler)),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(e.log.Handler(), slog.LevelWarn),
	}
	drained := make(chan error, 1)
	defer context.AfterFunc(ctx, func() { drained <- drain(server) })()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}

func drain(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		return server.Close() // who still waits for an answer waits too long
	}
	return nil
}

// identify notes on whose behalf requests are made.
func (e *env) identify(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(onBehalf(r.Context(), parseBaggage(r.Header.Get(baggageKey)), e.version)))
	})
}

// An endpoint answers a request with what becomes JSON.
type endpoint func(r *http.Request) (any, error)

func (f endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := f(r)
	code := http.StatusOK
	if err != nil {
		code = statusOf(err)
		answer = map[string]string{"error": err.Error()}
		if code >= 500 {
			_ = xray.AddError(r.Context(), err) // there is a segment, or nobody who wants to know
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

// statusClosed is what servers note when the client did not wait for the answer.
const statusClosed = 499

// badRequest says that a request makes no sense.
type badRequest struct{ error }

// statusOf is the HTTP status that tells of an error. What other services say of the request passes; their failures are 502.
func statusOf(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		if e.status >= 500 {
			return http.StatusBadGateway
		}
		return e.status
	}
	if _, ok := errors.AsType[badRequest](err); ok {
		return http.StatusBadRequest
	}
	switch {
	case errors.Is(err, context.Canceled):
		return statusClosed
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.Is(err, sql.ErrNoRows):
		return http.StatusNotFound
	}
	return statusOfCode(err)
}

// statusOfCode is statusOf for the errors of gRPC calls; what is none is this service's own failure.
func statusOfCode(err error) int {
	switch status.Code(err) {
	case codes.Unknown:
		return http.StatusInternalServerError
	case codes.NotFound:
		return http.StatusNotFound
	case codes.FailedPrecondition:
		return http.StatusConflict
	case codes.Canceled:
		return statusClosed
	}
	return http.StatusBadGateway
}

// decode reads the JSON body of a request.
func decode(r *http.Request, v any) error {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxAnswer)).Decode(v); err != nil {
		return badRequest{fmt.Errorf("the body is not the JSON that is needed: %w", err)}
	}
	return nil
}

// annotate adds what traces are searched by to ctx's segment.
func annotate(ctx context.Context, key string, value any) {
	_ = xray.AddAnnotation(ctx, key, value) // values are strings, numbers and booleans
}

// note adds what is worth keeping and not searching to ctx's segment.
func note(ctx context.Context, key string, value any) {
	_ = xray.AddMetadata(ctx, key, value) // never fails where there is a segment
}
