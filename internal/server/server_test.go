package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/server"
)

// named answers with its name, so that a test sees who was asked.
func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s", name, r.Method, r.URL.Path)
	})
}

func listen(t *testing.T, address string, ready func() error) (*server.Server, error) {
	t.Helper()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "rayscope_test_total", Help: "Of a test."})
	registry := prometheus.NewRegistry()
	registry.MustRegister(counter)
	return server.Listen(server.Config{
		Address: address,
		API:     named("api"),
		Console: named("console"),
		Owns:    func(path string) bool { return path == "/" || strings.HasPrefix(path, "/assets/") },
		Metrics: registry,
		Ready:   ready,
		Logger:  slog.New(slog.DiscardHandler),
	})
}

func TestServer(t *testing.T) {
	var notReady error
	s, err := listen(t, "127.0.0.1:0", func() error { return notReady })
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()

	for _, c := range []struct {
		method, path, host string
		header             string // name: value
		ready              error
		status             int
		want               string // beginning of the body
	}{
		{"GET", "/healthz", "", "", errors.New("stopping"), 200, "ok\n"},
		{"GET", "/readyz", "", "", nil, 200, "ok\n"},
		{"GET", "/readyz", "", "", errors.New("stopping"), 503, "stopping\n"},
		{"GET", "/metrics", "", "", nil, 200, "# HELP rayscope_test_total Of a test."},
		{"GET", "/", "", "", nil, 200, "console GET /"},
		{"GET", "/assets/x.js", "", "", nil, 200, "console GET /assets/x.js"},
		{"POST", "/", "", "", nil, 200, "api POST /"},
		{"POST", "/TraceSummaries", "", "", nil, 200, "api POST /TraceSummaries"},
		{"GET", "/TraceSummaries", "", "", nil, 200, "api GET /TraceSummaries"},
		{"POST", "/TraceSummaries", "localhost:1895", "", nil, 200, "api"},
		{"POST", "/TraceSummaries", "[::1]:1895", "", nil, 200, "api"},
		{"POST", "/TraceSummaries", "LOCALHOST", "", nil, 200, "api"},
		{"POST", "/TraceSummaries", "host.docker.internal:1895", "", nil, 200, "api"},
		{"POST", "/TraceSummaries", "rebound.example.com:1895", "", nil, 403, `{"Message":"host \"rebound.example.com:1895\" is refused: `},
		{"GET", "/metrics", "localhost.example.com", "", nil, 403, `{"Message":"host `},
		{"GET", "/", "192.168.1.5:1895", "", nil, 403, `{"Message":"host `},
		{"POST", "/TraceSummaries", "", "Origin: https://example.com", nil, 403, `{"Message":"POST /TraceSummaries is refused: `},
		{"POST", "/TraceSummaries", "", "Sec-Fetch-Site: cross-site", nil, 403, `{"Message":"POST /TraceSummaries is refused: `},
		{"POST", "/TraceSummaries", "", "Sec-Fetch-Site: same-origin", nil, 200, "api"},
		{"GET", "/", "", "Sec-Fetch-Site: cross-site", nil, 200, "console"}, // a link to the console
	} {
		notReady = c.ready
		status, body := do(t, "http://"+s.Addr()+c.path, c.method, c.host, c.header)
		if status != c.status || !strings.HasPrefix(body, c.want) {
			t.Errorf("%s %s, host %q, %s: got %d %q, want %d %q", c.method, c.path, c.host, c.header, status, body, c.status, c.want)
		}
	}

	if _, err := listen(t, s.Addr(), nil); !errors.As(err, new(*ports.InUseError)) {
		t.Errorf("listening twice: got error %v, want an InUseError", err)
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-served; err != http.ErrServerClosed {
		t.Errorf("Serve: got error %v, want %v", err, http.ErrServerClosed)
	}
}

func do(t *testing.T, url, method, host, header string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	if name, value, ok := strings.Cut(header, ": "); ok {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestShutdownCutsOff(t *testing.T) {
	entered, cut := make(chan struct{}), make(chan struct{})
	s, err := server.Listen(server.Config{
		Address: "127.0.0.1:0",
		API: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			close(cut)
		}),
		Metrics: prometheus.NewRegistry(),
		Logger:  slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve()
	go http.Post("http://"+s.Addr()+"/Traces", "application/json", nil)
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: got error %v, want %v", err, context.Canceled)
	}
	<-cut
}

// A start that fails behind Listen shuts down what was never served from.
func TestShutdownFreesAnAddressNeverServed(t *testing.T) {
	s, err := listen(t, "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	again, err := listen(t, s.Addr(), nil)
	if err != nil {
		t.Fatalf("listening where a server was shut down: %v", err)
	}
	if err := again.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}
