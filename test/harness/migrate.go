package harness

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// requirement makes a module take our SDK as it is in this checkout, with the modules below it, and nothing that it no longer needs.
const requirement = `
	go mod edit -require github.com/rayscope/rayscope/xray@v0.0.0
	for m in $(cd "$SDK" && find . -name go.mod -printf '%P ')
	do m="/$m" m="${m%/go.mod}"; go mod edit -replace "github.com/rayscope/rayscope/xray$m=$SDK$m"
	done
	go mod tidy`

// migration is the command that moves a program from AWS' X-Ray SDK for Go to ours, as users are told: the first one of the guide, but
// for its last line, which would fetch a release.
func migration(t testing.TB) string {
	t.Helper()
	const guide = "docs/migrate-from-aws-xray-sdk-go.md"
	text, err := os.ReadFile(filepath.Join(Root(t), guide))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n```sh\n")
	command, _, found := strings.Cut(rest, "\ngo get ")
	if !found {
		t.Fatalf("%s has no command that ends with go get", guide)
	}
	return command
}

// MigratedProgram builds the program in test/go/NAME, which is traced by AWS' X-Ray SDK for Go, with ours instead: in a copy, nothing
// is changed but the import paths. It returns the path of what was built.
func MigratedProgram(t testing.TB, name string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	path := filepath.Join(Root(t), "bin", "test", name+"-rayscope")
	if programs.built[path] {
		return path
	}
	source := filepath.Join(t.TempDir(), name) // the name shows in stacks
	if err := os.CopyFS(source, os.DirFS(filepath.Join(Root(t), "test", "go", name))); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{migration(t), requirement, `go build -o "$PROGRAM" .`} {
		cmd := exec.Command("bash", "-e", "-c", command)
		cmd.Dir = source
		cmd.Env = append(os.Environ(), "GOWORK=off", "SDK="+filepath.Join(Root(t), "xray"), "PROGRAM="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s with our SDK: %s: %v\n%s", name, command, err, out)
		}
	}
	programs.built[path] = true
	return path
}
