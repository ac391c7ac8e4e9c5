package sdkdiff

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// TestSameSettings runs one program under each environment variable that the SDKs know.
func TestSameSettings(t *testing.T) {
	for _, tt := range []struct {
		name      string
		variables []string
		listed    []difference
	}{
		{"none", nil, everywhere},
		{"name", []string{"AWS_XRAY_TRACING_NAME=renamed"}, everywhere},
		{"no name", []string{"AWS_XRAY_TRACING_NAME="}, everywhere},
		{"log", []string{"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR"}, everywhere},
		{"ignore", []string{"AWS_XRAY_CONTEXT_MISSING=IGNORE_ERROR"}, everywhere},
		{"panic", []string{"AWS_XRAY_CONTEXT_MISSING=RUNTIME_ERROR"}, everywhere},
		{"lower case", []string{"AWS_XRAY_CONTEXT_MISSING=log_error"}, slices.Concat(everywhere, strategyDifferences, []difference{lowerCase})},
		{"unknown strategy", []string{"AWS_XRAY_CONTEXT_MISSING=SHRUG"}, slices.Concat(everywhere, strategyDifferences)},
		{"disabled", []string{"AWS_XRAY_SDK_DISABLED=TRUE"}, disabledDifferences},
		{"not disabled", []string{"AWS_XRAY_SDK_DISABLED=1"}, everywhere},
		{"ids", []string{"AWS_XRAY_NOOP_ID=False"}, everywhere},
		{"no ids", []string{"AWS_XRAY_NOOP_ID=true"}, everywhere},
		{"two addresses", []string{"AWS_XRAY_DAEMON_ADDRESS=tcp:RECORDER udp:RECORDER"}, everywhere},
		{"two addresses, turned", []string{"AWS_XRAY_DAEMON_ADDRESS=udp:RECORDER tcp:RECORDER"}, everywhere},
		{"Lambda", []string{"LAMBDA_TASK_ROOT=/var/task"}, everywhere},
		{"Lambda with a request", []string{"LAMBDA_TASK_ROOT=/var/task", "_X_AMZN_TRACE_ID=Root=1-5759e988-bd862e3fe1be46a994272799;Parent=53995c3f42cd8ad9;Sampled=1"}, slices.Concat(everywhere, lambdaDifferences)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			aws := run(t, harness.GoProgram(t, "settings"), []string{"RECORDER"}, tt.variables)
			ours := run(t, harness.MigratedProgram(t, "settings"), []string{"RECORDER"}, tt.variables)
			compare(t, aws, ours, tt.listed)
		})
	}
}

// TestBadAddress holds what a daemon's address that is none does, before the program has done anything: AWS' SDK ends it.
func TestBadAddress(t *testing.T) {
	for _, address := range []string{"nowhere", "127.0.0.1:x", "tcp:127.0.0.1:2000", "tcp:127.0.0.1:2000,udp:127.0.0.1:2000", "udp:127.0.0.1:2000 udp:127.0.0.1:2000"} {
		for program, ends := range map[string]bool{harness.GoProgram(t, "settings"): true, harness.MigratedProgram(t, "settings"): false} {
			cmd := exec.Command(program, "-")
			cmd.Env = append(harness.ClientEnv(), "AWS_XRAY_DAEMON_ADDRESS="+address)
			out, err := cmd.CombinedOutput()
			if ended := err != nil; ended != ends || strings.Contains(string(out), "panic") != ends {
				t.Errorf("%s with address %q: error %v, want it to end with a panic: %v\n%s", program, address, err, ends, out)
			}
		}
	}
}
