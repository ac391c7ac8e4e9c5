package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

// How long a process has to get ready, and to end when it is asked to.
const (
	startTimeout = 20 * time.Second
	quitTimeout  = 20 * time.Second
)

// A process is one of the binaries under test, with a directory of its own for its files and its log.
type process struct {
	cmd   *exec.Cmd
	dir   string
	ended chan struct{}
}

// launch starts cmd and waits until ready says yes. What cmd prints goes to a file, so that nobody's CPU is spent on it.
func launch(cmd *exec.Cmd, dir string, ready func() bool) (*process, error) {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has its own handle
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w (make build makes bin/rayscope)", cmd.Path, err)
	}
	p := &process{cmd: cmd, dir: dir, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // cmd.ProcessState says how it ended
		close(p.ended)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for !ready() {
		select {
		case <-p.ended:
			return nil, fmt.Errorf("%s ended at once (%s); its log:\n%s", cmd.Path, cmd.ProcessState, p.tail())
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("%s was not ready in time; its log:\n%s", cmd.Path, p.tail()), p.quit())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return p, nil
}

// quit asks the process to end, and kills it when it does not. A second call does nothing.
func (p *process) quit() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.ended:
		return nil
	case <-time.After(quitTimeout):
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
	return fmt.Errorf("%s did not end within %s of SIGTERM and was killed; its log:\n%s", p.cmd.Path, quitTimeout, p.tail())
}

// alive tells whether the process has not ended.
func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// tail is the end of the log.
func (p *process) tail() string {
	b, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}

// cpu is the CPU seconds that the process has used; 0 where the system does not tell.
func (p *process) cpu() float64 {
	user, system := p.times()
	return user + system
}

// times is the CPU seconds that the process has used, its own and those of the kernel for it.
func (p *process) times() (user, system float64) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	u, _ := strconv.Atoi(f[11])
	s, _ := strconv.Atoi(f[12])
	return float64(u) / 100, float64(s) / 100 // clock ticks of Linux
}

// memory is a figure of the process's memory in megabytes, for example VmHWM, the largest resident set.
func (p *process) memory(what string) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
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

// metric is the sum of all series of a metric that the process at url tells.
func metric(url, name string) (sum float64, err error) {
	r, err := http.Get(url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err
	}
	return sumOf(string(b), name)
}

// sumOf is the sum of all series of a metric in the text format of Prometheus.
func sumOf(text, name string) (sum float64, err error) {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:]), 64)
		if err != nil {
			return 0, fmt.Errorf("metric line %q: %w", line, err)
		}
		sum += v
	}
	return sum, nil
}

// answers tells whether url answers 200.
func answers(url string) bool {
	r, err := http.Get(url)
	if err != nil {
		return false
	}
	r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// freePort is a loopback address that nobody listens on, neither for TCP nor for UDP.
func freePort() (string, error) {
	for range 10 { // a port that is free for one may be taken for the other
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		u, err := net.ListenPacket("udp", l.Addr().String())
		l.Close()
		if err == nil {
			u.Close()
			return l.Addr().String(), nil
		}
	}
	return "", errors.New("no port is free for both TCP and UDP")
}
