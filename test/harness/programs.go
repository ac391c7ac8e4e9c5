package harness

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// programs remembers what GoProgram has built in this run.
var programs = struct {
	sync.Mutex
	built map[string]bool
}{built: map[string]bool{}}

// GoProgram builds the program in test/go/NAME, a module of its own, and returns its path. Go's build cache makes that
// cheap from the second time on.
func GoProgram(t testing.TB, name string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	source := filepath.Join(Root(t), "test", "go", name)
	path := filepath.Join(Root(t), "bin", "test", name)
	if programs.built[name] {
		return path
	}
	build := exec.Command("go", "build", "-o", path, ".")
	build.Dir = source
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", source, err, out)
	}
	programs.built[name] = true
	return path
}

// Installed is the full path of a file of the repository, when what it needs is there; test/setup installs that.
func Installed(t testing.TB, file, needs string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(Root(t), needs)); err != nil {
		t.Fatalf("%s cannot run: %v; run test/setup", file, err)
	}
	return filepath.Join(Root(t), file)
}
