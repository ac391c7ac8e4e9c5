package clients

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

const (
	callsQueue = "https://sqs.eu-west-1.amazonaws.com/123456789012/work"
	callsTopic = "arn:aws:sns:eu-west-1:123456789012:news"
)

// resource is a node of the map that the program's calls make, with how often it was called and what came of it.
type resource struct {
	name, kind                           string
	calls, ok, errors, throttles, faults int
}

// TestCallsOfAWSServices lets a program call AWS services, recorded by our SDK for Go, and looks at the map and, with the AWS CLI, at
// what is recorded of a call.
func TestCallsOfAWSServices(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	begin := time.Now()
	cmd := exec.Command(harness.MigratedProgram(t, "awscalls"), harness.FreeAddress(t))
	cmd.Env = append(harness.ClientEnv(), "AWS_XRAY_DAEMON_ADDRESS="+server.Daemon)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("awscalls: %v\n%s", err, out)
	}
	window := harness.Args{"StartTime": harness.At(begin.Add(-time.Minute)), "EndTime": harness.At(time.Now().Add(time.Minute))}
	want := []resource{
		{"broken", "AWS::DynamoDB::Table", 1, 0, 0, 0, 1},
		{"busy", "AWS::DynamoDB::Table", 1, 1, 0, 0, 0},
		{"exhausted", "AWS::DynamoDB::Table", 1, 0, 1, 1, 0},
		{"missing", "AWS::DynamoDB::Table", 1, 0, 1, 0, 0},
		{"orders", "AWS::DynamoDB::Table", 2, 1, 0, 0, 1}, // once cancelled
		{"shaky", "AWS::DynamoDB::Table", 1, 1, 0, 0, 0},
		{"price", "AWS::Lambda", 1, 1, 0, 0, 0},
		{"pictures", "AWS::S3::Bucket", 2, 1, 1, 0, 0},
		{callsTopic, "AWS::SNS", 1, 1, 0, 0, 0},
		{callsQueue, "AWS::SQS::Queue", 2, 2, 0, 0, 0},
	}
	harness.Eventually(t, visible, func() error {
		graph, err := harness.Get[harness.Graph](server, "GetServiceGraph", window)
		if err != nil {
			t.Fatal(err)
		}
		if got := resources(graph); !slices.Equal(got, want) {
			return fmt.Errorf("the map has resources\n%+v, want\n%+v", got, want)
		}
		return nil
	})
	checkSentMessage(t, harness.CLI(t, server), window)
}

// resources are the nodes of a map that belong to AWS, by type and name.
func resources(g harness.Graph) (list []resource) {
	for _, n := range g.Services {
		if s := n.SummaryStatistics; s != nil && strings.HasPrefix(n.Type, "AWS::") {
			list = append(list, resource{n.Name, n.Type, s.TotalCount, s.OkCount, s.ErrorStatistics.TotalCount, s.ErrorStatistics.ThrottleCount,
				s.FaultStatistics.TotalCount})
		}
	}
	slices.SortFunc(list, func(a, b resource) int { return strings.Compare(a.kind+a.name, b.kind+b.name) })
	return list
}

// checkSentMessage looks for the trace in which a message was sent, by the type of the queue, and at what it says of the call.
func checkSentMessage(t *testing.T, c harness.Caller, window harness.Args) {
	t.Helper()
	search := harness.Args{"FilterExpression": `service("send") AND service(id(type: "AWS::SQS::Queue"))`, "StartTime": window["StartTime"], "EndTime": window["EndTime"]}
	found, err := harness.Get[harness.Summaries](c, "GetTraceSummaries", search)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.TraceSummaries) != 1 {
		t.Fatalf("%d traces sent a message, want 1", len(found.TraceSummaries))
	}
	got, err := harness.Get[harness.Traces](c, "BatchGetTraces", harness.Args{"TraceIds": []string{found.TraceSummaries[0].Id}})
	if err != nil || len(got.Traces) != 1 {
		t.Fatalf("BatchGetTraces: %+v, %v", got, err)
	}
	blocks := 0
	for _, s := range got.Traces[0].Segments {
		var doc struct {
			AWS         json.RawMessage
			Inferred    bool
			Origin      string
			Subsegments []struct{ AWS json.RawMessage }
		}
		if err := json.Unmarshal([]byte(s.Document), &doc); err != nil {
			t.Fatal(err)
		}
		block := doc.AWS
		if !doc.Inferred {
			block = doc.Subsegments[0].AWS
		} else if doc.Origin != "AWS::SQS::Queue" {
			t.Errorf("the inferred segment has origin %q, want AWS::SQS::Queue", doc.Origin)
		}
		checkBlock(t, block)
		blocks++
	}
	if blocks != 2 {
		t.Errorf("the trace has %d documents, want the program's and an inferred one of the queue", blocks)
	}
}

// checkBlock demands what the SDK records of a message that was sent; the server may add to it.
func checkBlock(t *testing.T, block json.RawMessage) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(block, &got); err != nil {
		t.Fatalf("aws block %s: %v", block, err)
	}
	for key, want := range map[string]any{
		"operation": "SendMessage", "region": "eu-west-1", "queue_url": callsQueue, "account_id": "123456789012", "message_id": "m-1",
		"request_id": "REQUEST", "retries": 0.0,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v, in %s", key, got[key], want, block)
		}
	}
}
