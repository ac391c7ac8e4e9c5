package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rayscope/rayscope/internal/store/pebble"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rayscope": main, "xray": main})
}

// The scripts call the binary. They find in their environment:
//
//	TAKEN_TCP, TAKEN_UDP  addresses on which the test listens
//	LOCKED                a data directory that the test has open
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: setup})
}

func setup(e *testscript.Env) error {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.Defer(func() { tcp.Close() })
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.Defer(func() { udp.Close() })
	locked := filepath.Join(e.WorkDir, "locked")
	db, err := pebble.Open(locked, pebble.Options{})
	if err != nil {
		return err
	}
	e.Defer(func() { db.Close() })
	e.Setenv("TAKEN_TCP", tcp.Addr().String())
	e.Setenv("TAKEN_UDP", udp.LocalAddr().String())
	e.Setenv("LOCKED", locked)
	return nil
}

// An interrupt stops the server with exit code 0, and the same data can be opened again. Environment variables are read,
// and the daemon can be off.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no interrupt that a program could send to another")
	}
	data := t.TempDir()
	for _, c := range []struct {
		args, env []string
		want      string
	}{
		{[]string{"--data-dir", data, "--daemon-listen=127.0.0.1:0"}, nil, "msg=serving"},
		{[]string{"--log-format=json", "--retention=48h"}, []string{"RAYSCOPE_DATA_DIR=" + data, "RAYSCOPE_DAEMON_LISTEN="},
			`"daemon":"","data":"` + data + `","retention":"48h0m0s"`},
	} {
		cmd := exec.Command("rayscope", append([]string{"serve", "--listen=127.0.0.1:0"}, c.args...)...)
		cmd.Env = append(os.Environ(), c.env...)
		stderr, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "serving") {
				if err := cmd.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err != nil || !strings.Contains(log.String(), c.want) || !strings.Contains(log.String(), "stopping") {
			t.Errorf("rayscope serve %q %q: got %v, want exit code 0; the log should have %q and stopping:\n%s", c.args, c.env, err, c.want, &log)
		}
	}
}

// The original's own call: flags, the log's form, and the end by SIGTERM with code 0, though AWS cannot be reached.
func TestDaemonByItsOldName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	cmd := exec.Command("xray", "-o", "-n", "us-west-2", "-b", "127.0.0.1:0", "-t", "127.0.0.1:0", "-l", "debug", "--stop-timeout=1s")
	cmd.Env = append(os.Environ(), "HTTPS_PROXY=http://127.0.0.1:1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "X-Ray Endpoint") {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	for _, want := range []string{
		`(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[Info\] Initializing Rayscope X-Ray daemon .+$`,
		`(?m) \[Info\] Using buffer memory limit of \d+ MB$`,
		`(?m) \[Info\] Using region: us-west-2 `,
		`(?m) \[Info\] HTTP Proxy server using X-Ray Endpoint : https://xray\.us-west-2\.amazonaws\.com$`,
		`(?m) \[Info\] Starting proxy http server on 127\.0\.0\.1:\d+$`,
	} {
		if err != nil || !regexp.MustCompile(want).MatchString(log.String()) {
			t.Errorf("got error %v, want exit code 0 and %s in the log:\n%s", err, want, &log)
		}
	}
}
