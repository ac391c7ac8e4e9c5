package harness

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A Process is a program under way. It is killed with all its children when the test ends.
type Process struct {
	Log string // path of the file with what it printed

	cmd    *exec.Cmd
	exited chan struct{} // closed when it is gone
}

// exitGrace is how long a process may take to obey: a graceful stop flushes and closes, which takes far less than a second.
const exitGrace = 20 * time.Second

// logs numbers the log files, as a test may start one program several times.
var logs atomic.Int64

// Artifacts is where the test may leave what people want to look at afterwards: a directory of its own below $RAYSCOPE_ARTIFACTS, or,
// without that, one that is removed when the test ends.
func Artifacts(t testing.TB) string {
	t.Helper()
	top := os.Getenv("RAYSCOPE_ARTIFACTS")
	if top == "" {
		return t.ArtifactDir()
	}
	dir := filepath.Join(top, filepath.FromSlash(t.Name()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// StartProcess starts a program with the test's environment and the given variables on top.
func StartProcess(t testing.TB, env []string, argv ...string) *Process {
	t.Helper()
	return startProcess(t, nil, env, argv...)
}

// startProcess is StartProcess as another user, unless that is nil.
func startProcess(t testing.TB, as *syscall.Credential, env []string, argv ...string) *Process {
	t.Helper()
	name := fmt.Sprintf("%02d-%s.log", logs.Add(1), filepath.Base(argv[0]))
	log, err := os.Create(filepath.Join(Artifacts(t), name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }() // the child has its own descriptor, and writes there
	p := &Process{Log: log.Name(), cmd: exec.Command(argv[0], argv[1:]...), exited: make(chan struct{})}
	p.cmd.Env = environment(env)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as} // a group, so that its children can be killed with it
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s printed:\n%s", argv[0], p.Tail())
		}
	})
	return p
}

// environment is that of the tests without what configures AWS clients or the server, and with the given variables.
func environment(with []string) []string {
	configures := func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_") || strings.HasPrefix(variable, "RAYSCOPE_")
	}
	return append(slices.DeleteFunc(os.Environ(), configures), with...)
}

// Kill ends the process and its children at once, as a power cut would.
func (p *Process) Kill() {
	// No process of that group left: there is nothing to kill.
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		panic(err)
	}
	<-p.exited
}

// KillAlone ends the process at once, and leaves its children to themselves.
func (p *Process) KillAlone() {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		panic(err)
	}
	<-p.exited
}

// Group are the ids of the processes that run in the group of p: itself and its children. Those that ended and were not waited for are
// none.
func (p *Process) Group(t testing.TB) (pids []string) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range stats {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, rest, _ := strings.Cut(string(b), ") ") // behind the name: state, parent, group
		if f := strings.Fields(rest); len(f) > 2 && f[0] != "Z" && f[2] == strconv.Itoa(p.cmd.Process.Pid) {
			pids = append(pids, filepath.Base(filepath.Dir(file)))
		}
	}
	return pids
}

// Stop asks the process to end, as Ctrl-C does, and returns its exit code.
func (p *Process) Stop(t testing.TB) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stop %s: %v", p.cmd.Path, err)
	}
	return p.Wait(t, exitGrace)
}

// Wait waits for the process to end by itself and returns its exit code.
func (p *Process) Wait(t testing.TB, limit time.Duration) int {
	t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(limit):
		t.Fatalf("%s still runs after %v; it printed:\n%s", p.cmd.Path, limit, p.Tail())
		return -1
	}
}

// Running tells whether the process has not ended yet.
func (p *Process) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// tailBytes is how much of a log a failing test shows: a screen or two.
const tailBytes = 4 << 10

// Tail is the end of what the process printed.
func (p *Process) Tail() string {
	b, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	if len(b) > tailBytes {
		b = b[len(b)-tailBytes:]
	}
	return string(bytes.TrimSpace(b))
}

// Pid is the process's id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }
