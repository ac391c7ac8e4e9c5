package agent

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/server"
)

// Health is the answer of GET /healthz. Its status code is 200 while the daemon receives, also with every endpoint away: a
// supervisor that restarted it then would only lose what waits in memory. What goes wrong stands in the body.
type Health struct {
	Status    string // "ok"; "degraded" while an endpoint is away; "starting"; "failed" when nothing can be received
	Version   string
	Received  uint64 // datagrams since the start
	Rejected  uint64
	Spilled   uint64
	Dropped   uint64 // by the kernel
	Endpoints []relay.State
}

// An admin is the small listener for those who look after the daemon.
type admin struct {
	listener net.Listener
	http     *http.Server
}

// listenAdmin binds the address. On loopback only this machine's names are answered to; on other addresses, which somebody must
// have asked for, callers use names that nobody here can know.
func listenAdmin(address string, health func() Health, metrics func() prometheus.Gatherers, log *slog.Logger) (*admin, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, ports.Explain("tcp", address, err)
	}
	errors := slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		h := health()
		w.Header().Set("Content-Type", "application/json")
		if h.Status == statusFailed {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(h) // fails when the caller is gone
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if h := health(); h.Status == statusFailed {
			http.Error(w, "the daemon does not receive", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n")) // as above
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		promhttp.HandlerFor(metrics(), promhttp.HandlerOpts{ErrorLog: errors}).ServeHTTP(w, r)
	})
	var handler http.Handler = mux
	if host, _, err := net.SplitHostPort(address); err == nil && ports.IsLoopback(host) {
		handler = server.Guard(mux, nil)
	}
	return &admin{l, &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      30 * time.Second, // metrics to a slow reader
		IdleTimeout:       2 * time.Minute,  // scrapers come once a minute
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          errors,
	}}, nil
}

func (a *admin) serve() error { return a.http.Serve(a.listener) }

// stop lets calls under way finish, until the context is done.
func (a *admin) stop(ctx context.Context) error {
	err := a.http.Shutdown(ctx)
	_ = a.listener.Close() // closed already if it was served from
	if err != nil {
		_ = a.http.Close() // the first error says it
	}
	return err
}

// Values of Health.Status.
const (
	statusStarting = "starting"
	statusOK       = "ok"
	statusDegraded = "degraded"
	statusFailed   = "failed"
)
