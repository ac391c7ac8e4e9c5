package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// seeded is how many insights a server has, and events of the newest: more than one page of either.
const (
	seeded       = 130
	seededEvents = 70
)

// clients are AWS' own clients of the API.
var clients = map[string]func(testing.TB, *harness.Server) harness.Caller{"boto3": harness.Boto3, "go": harness.GoAPI, "cli": harness.CLI}

// startWithEverything is a server that can encrypt, and has insights.
func startWithEverything(t *testing.T) *harness.Server {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := harness.Start(t, "--encryption-key-file", key)
	if code := s.Stop(t); code != 0 {
		t.Fatalf("the server ends with exit code %d; it printed:\n%s", code, s.Tail())
	}
	seed := exec.Command(harness.GoProgram(t, "insights"), s.DataDir, harness.Account, harness.Region, strconv.Itoa(seeded), strconv.Itoa(seededEvents))
	if out, err := seed.CombinedOutput(); err != nil {
		t.Fatalf("insights: %v\n%s", err, out)
	}
	s.Restart(t)
	return s
}

// TestOperations calls every operation of the model with success through every client, and holds the answers to the model.
func TestOperations(t *testing.T) {
	m := theModel(t)
	for _, op := range m.operations() {
		if !slices.ContainsFunc(everything, func(s step) bool { return s.op == op }) {
			t.Errorf("%s is not answered: the model has it, this test does not call it", op)
		}
	}
	for name, open := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startWithEverything(t)
			through, r := record(t, server)
			c := newChecker(m)
			walk(t, newWorld(), stepsFor(name), open(t, through), r, c)
			if name == "boto3" {
				checkSeen(t, c)
			}
			server.MustServe(t)
		})
	}
}

// stepsFor leaves the CLI, which takes a second a call, one call of each operation.
func stepsFor(client string) (steps []step) {
	for _, s := range everything {
		if client != "cli" || !s.more {
			steps = append(steps, s)
		}
	}
	return steps
}

// neverSet are members of answers that are always null, as docs/api.md tells: the tokens of operations that answer everything at
// once, and what the service was seen to leave empty in summaries.
var neverSet = []string{
	"BatchGetTracesResult.NextToken", "GetTraceGraphResult.NextToken", "GetServiceGraphResult.NextToken", "GetGroupsResult.NextToken",
	"GetSamplingRulesResult.NextToken", "GetSamplingStatisticSummariesResult.NextToken", "ListResourcePoliciesResult.NextToken",
	"ListTagsForResourceResponse.NextToken", "GetIndexingRulesResult.NextToken", "GetInsightImpactGraphResult.NextToken",
	"TraceUser.ServiceIds", "ValueWithServiceIds.ServiceIds",
}

// setElsewhere are members that have a value in other tests, those of pages.
var setElsewhere = []string{
	"GetTraceSummariesResult.NextToken", "GetTimeSeriesServiceStatisticsResult.NextToken", "ListRetrievedTracesResult.NextToken",
	"GetRetrievedTracesGraphResult.NextToken",
}

// checkSeen finds the members of the model's outputs that no answer had a value in.
func checkSeen(t *testing.T, c *checker) {
	t.Helper()
	all := map[string]bool{}
	for _, op := range c.Operations {
		c.reachable(op.Output.Shape, all)
	}
	for member := range all {
		switch {
		case slices.Contains(neverSet, member):
			if c.seen[member] {
				t.Errorf("%s has a value: it is no longer one that never has", member)
			}
		case !c.seen[member] && !slices.Contains(setElsewhere, member) && !slices.Contains(leftOut, member):
			t.Errorf("%s has no value in any answer", member)
		}
	}
}
