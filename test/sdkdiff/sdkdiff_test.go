// Package sdkdiff holds our SDK for Go to the behaviour of AWS'. It runs programs that were written for AWS' SDK, and the same
// programs with nothing changed but the import paths, and compares the documents that they send and the lines that they print, ids and
// times aside. Each difference that is meant stands in a list with its reason: one that is not listed fails the test, and so does one
// that is listed but does not occur.
package sdkdiff

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

func TestSameTraces(t *testing.T) {
	for _, tt := range []struct {
		program string
		ports   []string // what the addresses it takes are called in what is compared
		listed  []difference
	}{
		{"webshop", []string{"FRONT", "STOCK", "NOBODY"}, webshopDifferences},
		{"jobs", nil, jobsDifferences},
		{"probes", []string{"STOCK", "NOBODY", "PROXY"}, probesDifferences},
	} {
		t.Run(tt.program, func(t *testing.T) {
			t.Parallel()
			aws := run(t, harness.GoProgram(t, tt.program), tt.ports, nil)
			ours := run(t, harness.MigratedProgram(t, tt.program), tt.ports, nil)
			compare(t, aws, ours, slices.Concat(everywhere, failing, tt.listed))
		})
	}
}

// run runs a program against a recorder and tells what it sent and printed. In ports and variables RECORDER stands for its
// address; variables are of the environment, each NAME=value.
func run(t *testing.T, program string, ports, variables []string) facts {
	t.Helper()
	f, _, _ := observe(t, program, ports, variables)
	return f
}

// documents are what a program sends, and what its addresses are called.
func documents(t *testing.T, program string, ports []string) ([]document, *strings.Replacer) {
	t.Helper()
	_, docs, words := observe(t, program, ports, nil)
	return docs, words
}

func observe(t *testing.T, program string, ports, variables []string) (facts, []document, *strings.Replacer) {
	t.Helper()
	r := record(t)
	var arguments, words []string
	for _, port := range ports {
		address := r.address
		if port != "RECORDER" {
			address = harness.FreeAddress(t)
		}
		arguments = append(arguments, address)
		words = append(words, address, port)
	}
	words = append(words, r.address, "DAEMON")
	cmd := exec.Command(program, arguments...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	cmd.Env = append(cmd.Env, "AWS_XRAY_DAEMON_ADDRESS="+r.address)
	for _, v := range variables {
		cmd.Env = append(cmd.Env, strings.ReplaceAll(v, "RECORDER", r.address))
	}
	output, err := os.Create(filepath.Join(harness.Artifacts(t), filepath.Base(program)+".log"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	cmd.Stdout, cmd.Stderr = output, output
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	docs, bad := r.await(t)
	f := told(docs, strings.NewReplacer(words...))
	for i, err := range bad {
		f[fmt.Sprintf("bad#%d", i+1)] = err.Error()
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	printed(t, f, output, strings.NewReplacer(words...))
	return f, docs, strings.NewReplacer(words...)
}

// logged is a line of the SDK's own log, which is no part of its contract.
var logged = regexp.MustCompile(`^\d{4}-\d\d-\d\dT.* \[(ERROR|WARN|INFO|DEBUG)\]`)

// printed adds the lines that the program printed.
func printed(t *testing.T, f facts, output *os.File, words *strings.Replacer) {
	t.Helper()
	text, err := os.ReadFile(output.Name())
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for line := range strings.Lines(words.Replace(string(text))) {
		line = strings.TrimSuffix(line, "\n")
		if logged.MatchString(line) {
			continue
		}
		about, said, _ := strings.Cut(line, ": ")
		count[about]++
		f[fmt.Sprintf("printed %s#%d", about, count[about])] = said
	}
}
