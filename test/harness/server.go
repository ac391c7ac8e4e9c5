package harness

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Account and Region are what every Server runs as; both go into ARNs.
const (
	Account = "111122223333"
	Region  = "eu-central-1"
)

// Ready is how long a server may take until it serves. It takes well under a second; a laden machine takes longer.
const Ready = 20 * time.Second

// A Server is `rayscope serve` on its own ports and in its own directory, with a default rule that samples everything.
type Server struct {
	*Process
	URL     string // of the API
	Daemon  string // host:port of the daemon's listener
	DataDir string

	args []string
}

// Binary is the path of the program under test: $RAYSCOPE_BIN, or what `make build` made.
func Binary(t testing.TB) string {
	t.Helper()
	bin := os.Getenv("RAYSCOPE_BIN")
	if bin == "" {
		bin = filepath.Join(Root(t), "bin", "rayscope")
	}
	if _, err := os.Stat(bin); err != nil {
		t.Fatalf("no binary to test: %v; run `make build` first", err)
	}
	return bin
}

// Root is the repository's top directory.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "LICENSE")); err == nil {
			return dir
		}
	}
	t.Fatal("the tests do not run inside the repository")
	return ""
}

// Start starts a server and waits until it is ready. The flags come after the usual ones and so override them.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	return start(t, "serve", flags...)
}

// Demo starts `rayscope demo`, a server with a sample shop that makes traffic, and waits until it is ready.
func Demo(t testing.TB, flags ...string) *Server {
	t.Helper()
	return start(t, "demo", flags...)
}

func start(t testing.TB, command string, flags ...string) *Server {
	t.Helper()
	address, daemon, dir := FreeAddress(t), FreeAddress(t), t.TempDir()
	s := &Server{URL: "http://" + address, Daemon: daemon, DataDir: dir}
	s.args = append([]string{
		Binary(t), command, "--listen", address, "--daemon-listen", daemon, "--data-dir", dir, "--account", Account, "--region", Region,
		"--default-sampling-rate", "1", "--default-sampling-reservoir", "1000",
	}, flags...)
	s.Restart(t)
	return s
}

// Restart starts the server again, after Kill or Stop, with the same ports and data, and waits until it is ready.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Process = StartProcess(t, nil, s.args...)
	Eventually(t, Ready, func() error {
		if !s.Running() {
			t.Fatalf("the server ended by itself; it printed:\n%s", s.Tail())
		}
		return s.ready()
	})
}

func (s *Server) ready() error {
	_, err := get(s.URL, "/readyz")
	return err
}

func get(url, path string) (string, error) {
	resp, err := client.Get(url + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s answers %s: %s", path, resp.Status, body)
	}
	return string(body), err
}

// MustServe fails the test if the server is gone or not ready.
func (s *Server) MustServe(t testing.TB) {
	t.Helper()
	if err := s.ready(); err != nil {
		t.Fatalf("the server does not serve any more: %v", err)
	}
}

// Metric is the sum of the values of all series of a metric that have all the given labels, each written key="value". It is 0
// when there is none: some counters come into being with their first event.
func (s *Server) Metric(t testing.TB, name string, labels ...string) float64 {
	t.Helper()
	return metric(t, s.URL, name, labels)
}

func metric(t testing.TB, url, name string, labels []string) float64 {
	t.Helper()
	body, err := get(url, "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for line := range strings.Lines(body) {
		if !isSeries(line, name, labels) {
			continue
		}
		fields := strings.Fields(line)
		v, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		if err != nil {
			t.Fatalf("metric line %q: %v", line, err)
		}
		sum += v
	}
	return sum
}

func isSeries(line, name string, labels []string) bool {
	rest, ok := strings.CutPrefix(line, name)
	if !ok || rest == "" || (rest[0] != '{' && rest[0] != ' ') {
		return false
	}
	for _, l := range labels {
		if !strings.Contains(rest, l) {
			return false
		}
	}
	return true
}

// DaemonHeader is the first line of every datagram to the daemon.
const DaemonHeader = `{"format": "json", "version": 1}` + "\n"

// Datagram sends bytes to the daemon's UDP port as they are.
func (s *Server) Datagram(payload string) error { return datagram(s.Daemon, payload) }

func datagram(address, payload string) error {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = io.WriteString(conn, payload)
	return err
}

// Own is the answer to GET of one of Rayscope's own paths.
func (s *Server) Own(path string) (string, error) { return get(s.URL, path) }
