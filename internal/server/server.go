// Package server is the main listener: API and console on one address, with health, readiness and metrics beside them.
//
// It asks for no credentials. So it listens on loopback only, and keeps web pages of others from using the browser of
// somebody on this machine to get in: see Guard.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rayscope/rayscope/internal/ports"
)

// Config of a Server. Only the console and Denied may be left out.
type Config struct {
	Address string // host:port

	API     http.Handler
	Console http.Handler           // nil: the API alone is served
	Owns    func(path string) bool // paths that GET and HEAD ask the console for

	Metrics prometheus.Gatherer
	Ready   func() error // why the process cannot serve; nil when it can

	// Denied hears of a request that the guard turned away, and of the sentence that it was answered with. Nil: nobody does.
	Denied func(r *http.Request, message string)

	Logger *slog.Logger
}

// Limits of a connection. Bodies are bounded by the handlers.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 60 * time.Second  // a body of 4 MB at 70 KB a second
	writeTimeout  = 120 * time.Second // a long query and its answer
	idleTimeout   = 120 * time.Second
	maxHeader     = 64 << 10 // a session token in a signed request takes up to 12 KB
)

// A Server listens since Listen returned it.
type Server struct {
	listener net.Listener
	http     *http.Server
}

// Listen binds the address. Connections wait until Serve is called.
func Listen(c Config) (*Server, error) {
	l, err := net.Listen("tcp", c.Address)
	if err != nil {
		return nil, ports.Explain("tcp", c.Address, err)
	}
	return &Server{l, &http.Server{
		Handler:           Guard(routes(c), c.Denied),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelWarn),
	}}, nil
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Serve answers requests until Shutdown; then it returns http.ErrServerClosed at once.
func (s *Server) Serve() error { return s.http.Serve(s.listener) }

// Shutdown takes no more requests and waits for those under way. When the context ends first it cuts them off and
// returns the context's error. The address is free again, whether Serve was called or not.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	_ = s.listener.Close() // closed already if it was served from
	if err != nil {
		s.http.Close() // what is open is cut off; its errors say nothing more
		return fmt.Errorf("stop the listener on %s: %w", s.Addr(), err)
	}
	return nil
}

func routes(c Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := c.Ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(c.Logger.Handler(), slog.LevelError)}))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if c.Console != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) && c.Owns(r.URL.Path) {
			c.Console.ServeHTTP(w, r)
			return
		}
		c.API.ServeHTTP(w, r)
	})
	return mux
}
