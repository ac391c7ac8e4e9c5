package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A server is a process of the binary under test with a data directory of its own.
type server struct {
	cmd      *exec.Cmd
	url, udp string
	dir      string
	log      *bytes.Buffer
	stopped  bool
}

func start(binary string) (*server, error) {
	dir, err := os.MkdirTemp("", "rayscope-bench-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, log: new(bytes.Buffer)}
	api, err := freePort()
	if err != nil {
		return nil, err
	}
	daemon, err := freePort()
	if err != nil {
		return nil, err
	}
	s.url, s.udp = "http://"+api, daemon
	s.cmd = exec.Command(binary, "serve", "--listen", api, "--daemon-listen", daemon, "--data-dir", filepath.Join(dir, "data"))
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w (make build makes it)", binary, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		if r, err := http.Get(s.url + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return s, nil
			}
		}
		select {
		case <-ctx.Done():
			s.stop()
			return nil, fmt.Errorf("server was not ready in time; its log:\n%s", s.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freePort is a loopback address that nobody listens on, for TCP and UDP.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// quit ends the server and keeps its data.
func (s *server) quit() {
	if !s.stopped {
		s.stopped = true
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // Wait tells
		_ = s.cmd.Wait()
	}
}

func (s *server) stop() {
	s.quit()
	_ = os.RemoveAll(s.dir) // a directory for temporary files: the system removes what is left
}

func (s *server) tail() string {
	b := s.log.Bytes()
	return string(b[max(0, len(b)-4000):])
}

// cpu is the CPU seconds that the server has used; 0 where the system does not tell.
func (s *server) cpu() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return float64(user+system) / 100 // clock ticks of Linux
}

// memory is a figure of the server's memory in megabytes, for example VmHWM, the largest resident set.
func (s *server) memory(what string) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, what+":"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}

// metric is the sum of all series of a metric.
func (s *server) metric(name string) (sum float64, err error) {
	r, err := http.Get(s.url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:][:]), 64)
		if err != nil {
			return 0, fmt.Errorf("metric line %q: %w", line, err)
		}
		sum += v
	}
	return sum, nil
}

// disk is the bytes in the data directory.
func (s *server) disk() (n int64) {
	_ = filepath.WalkDir(s.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			if i, err := d.Info(); err == nil && i.Mode().IsRegular() {
				n += i.Size()
			}
		}
		return nil // files come and go
	})
	return n
}

// ownCPU is the CPU seconds of this process.
func ownCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
