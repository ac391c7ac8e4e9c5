package harness

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A Daemon is `rayscope daemon` on its own ports.
type Daemon struct {
	*Process
	Address string // host:port, UDP and TCP
	Admin   string // URL of health and metrics

	env, args []string
}

// StartDaemon starts a daemon and waits until it listens. It asks no cloud where it is, and has the environment of AWS
// clients. The flags come after the usual ones and so override them.
func StartDaemon(t testing.TB, flags ...string) *Daemon {
	t.Helper()
	return StartDaemonAs(t, ClientEnv(), flags...)
}

// StartDaemonAs is StartDaemon with an environment of AWS' variables and Rayscope's.
func StartDaemonAs(t testing.TB, env []string, flags ...string) *Daemon {
	t.Helper()
	address, admin := FreeAddress(t), FreeAddress(t)
	d := &Daemon{Address: address, Admin: "http://" + admin, env: env}
	d.args = slices.Concat([]string{
		Binary(t), "daemon", "--bind", address, "--bind-tcp", address, "--admin-listen", admin, "--region", Region, "--local-mode",
	}, flags)
	d.Restart(t)
	return d
}

// Restart starts the daemon again, after Kill or Stop, with the same settings, and waits until it listens.
func (d *Daemon) Restart(t testing.TB) {
	t.Helper()
	d.Process = StartProcess(t, d.env, d.args...)
	Eventually(t, Ready, func() error {
		if !d.Running() {
			t.Fatalf("the daemon ended by itself; it printed:\n%s", d.Tail())
		}
		_, err := get(d.Admin, "/healthz")
		return err
	})
}

// Reload sends SIGHUP.
func (d *Daemon) Reload(t testing.TB) {
	t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// Metric is the sum of the values of all series of a metric that have all the given labels, each written key="value". It is 0
// when there is none.
func (d *Daemon) Metric(t testing.TB, name string, labels ...string) float64 {
	t.Helper()
	return metric(t, d.Admin, name, labels)
}

// Health is what the daemon answers when it is asked for its health.
func (d *Daemon) Health() (string, error) { return get(d.Admin, "/healthz") }

// Send sends documents as SDKs do, each in a datagram.
func (d *Daemon) Send(t testing.TB, documents ...string) {
	t.Helper()
	conn, err := net.Dial("udp", d.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, doc := range documents {
		if _, err := io.WriteString(conn, DaemonHeader+doc); err != nil {
			t.Fatal(err)
		}
	}
}

// Says is an error unless the daemon's log has all the texts.
func (d *Daemon) Says(texts ...string) error {
	log, err := os.ReadFile(d.Log)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if !strings.Contains(string(log), text) {
			return fmt.Errorf("the daemon's log does not say %q; its end is:\n%s", text, d.Tail())
		}
	}
	return nil
}

// LogSize is how many bytes the daemon has logged.
func (d *Daemon) LogSize(t testing.TB) int64 {
	t.Helper()
	info, err := os.Stat(d.Log)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
