package clients

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// TestStartFails starts servers that cannot run. Each says why in a sentence that names the object, and ends with exit code 1, or
// with 2 when it was called wrongly.
func TestStartFails(t *testing.T) {
	t.Parallel()
	running := harness.Start(t)
	inUse := strings.TrimPrefix(running.URL, "http://")
	udp := busyUDP(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newer := newerDirectory(t)
	tests := []struct {
		what  string
		flags []string
		code  int
		says  []string
	}{
		{"the API's port is in use", []string{"--listen", inUse}, 1, []string{inUse, "in use"}},
		{"the daemon's TCP port is in use", []string{"--daemon-listen", running.Daemon}, 1, []string{running.Daemon, "in use"}},
		{"the daemon's UDP port is in use", []string{"--daemon-listen", udp}, 1, []string{udp, "in use"}},
		{"the directory is in use", []string{"--data-dir", running.DataDir}, 1, []string{running.DataDir, "another rayscope"}},
		{"the directory is a file", []string{"--data-dir", file}, 1, []string{file}},
		{"the directory is below a file", []string{"--data-dir", filepath.Join(file, "data")}, 1, []string{file}},
		{"the directory is somebody else's", []string{"--data-dir", filepath.Dir(file)}, 1, []string{filepath.Dir(file), "not empty"}},
		{"the directory is of a newer version", []string{"--data-dir", newer}, 1, []string{newer, "newer"}},
		{"the address is not loopback", []string{"--listen", "0.0.0.0:0"}, 2, []string{"0.0.0.0", "no authentication"}},
		{"the daemon's address is not loopback", []string{"--daemon-listen", "0.0.0.0:0"}, 2, []string{"0.0.0.0", "no authentication"}},
		{"a flag that is none", []string{"--no-such-flag"}, 2, []string{"no-such-flag"}},
		{"an account that is none", []string{"--account", "12"}, 2, []string{"12 digits"}},
		{"a rate that is none", []string{"--default-sampling-rate", "1.5"}, 2, []string{"1.5"}},
	}
	for _, tt := range tests {
		argv := append([]string{
			harness.Binary(t), "serve", "--listen", harness.FreeAddress(t), "--daemon-listen", harness.FreeAddress(t), "--data-dir", t.TempDir(),
		}, tt.flags...)
		p := harness.StartProcess(t, nil, argv...)
		if code := p.Wait(t, harness.Ready); code != tt.code {
			t.Errorf("%s: exit code %d, want %d; it printed:\n%s", tt.what, code, tt.code, p.Tail())
		}
		for _, want := range tt.says {
			if !strings.Contains(p.Tail(), want) {
				t.Errorf("%s: it does not say %q:\n%s", tt.what, want, p.Tail())
			}
		}
	}
	running.MustServe(t)
}

// busyUDP is an address whose UDP port, and only that, is taken.
func busyUDP(t *testing.T) string {
	t.Helper()
	address := harness.FreeAddress(t)
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return address
}

// newerDirectory is a data directory as a later version of Rayscope would leave it.
func newerDirectory(t *testing.T) string {
	t.Helper()
	s := harness.Start(t)
	if code := s.Stop(t); code != 0 {
		t.Fatalf("a stopped server ends with exit code %d, want 0; it printed:\n%s", code, s.Tail())
	}
	format := filepath.Join(s.DataDir, "RAYSCOPE") // see docs/storage.md
	if err := os.WriteFile(format, []byte("format 9999\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.DataDir
}

// TestStop stops a server that has clients: it ends by itself with exit code 0, and what was acknowledged is there again.
func TestStop(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	at := time.Now()
	trace := harness.NewTraceID(at)
	if err := harness.Put(server, harness.Segment(trace, at, time.Millisecond, nil)); err != nil {
		t.Fatal(err)
	}
	datagram := harness.NewTraceID(at)
	if err := server.Datagram(harness.DaemonHeader + harness.Segment(datagram, at, time.Millisecond, nil)); err != nil {
		t.Fatal(err)
	}
	awaitTraces(t, server, []string{datagram}, 1)
	if code := server.Stop(t); code != 0 {
		t.Errorf("exit code %d, want 0; it printed:\n%s", code, server.Tail())
	}
	server.Restart(t)
	awaitTraces(t, server, []string{trace, datagram}, 1)
}
