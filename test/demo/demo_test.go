package demo

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// patience bounds what takes a few seconds: services that start, and their first traces.
const patience = 60 * time.Second

// wantMap is the map that docs/demo.md shows.
var wantMap = []string{
	"api  > inventory ", "api  > orders ", "api  > users ",
	"http://sqs.shop.internal/111122223333/order-placed AWS::SQS::Queue > order-worker  (link)",
	"inventory  > shop.db Database::SQL",
	"notifications  > shop.db Database::SQL",
	"order-worker  > notifications ", "order-worker  > shop.db Database::SQL",
	"order-worker client > order-worker ",
	"orders  > http://sqs.shop.internal/111122223333/order-placed AWS::SQS::Queue",
	"orders  > inventory ", "orders  > payments ", "orders  > shop.db Database::SQL",
	"payments  > api.cardworks.example remote",
	"users  > shop.db Database::SQL",
	"web  > api ", "web client > web ",
}

// checkMap waits until the map is complete, and demands that there is nothing else on it.
func checkMap(t *testing.T, server *harness.Server) {
	t.Helper()
	harness.Eventually(t, patience, func() error {
		now := time.Now()
		g, err := harness.Get[harness.Graph](server, "GetServiceGraph", harness.Args{"StartTime": harness.At(now.Add(-5 * time.Minute)), "EndTime": harness.At(now)})
		if err != nil {
			return err
		}
		if got := edges(g); !slices.Equal(got, wantMap) {
			return fmt.Errorf("the map is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wantMap, "\n"))
		}
		return nil
	})
}

func edges(g harness.Graph) (list []string) {
	names := map[int]string{}
	for _, n := range g.Services {
		names[n.ReferenceId] = n.Name + " " + n.Type
	}
	for _, n := range g.Services {
		for _, e := range n.Edges {
			line := names[n.ReferenceId] + " > " + names[e.ReferenceId]
			if e.EdgeType != "" {
				line += " (" + e.EdgeType + ")"
			}
			list = append(list, line)
		}
	}
	slices.Sort(list)
	return list
}

// mustEnd stops the server and demands that it ends well.
func mustEnd(t *testing.T, server *harness.Server) {
	t.Helper()
	if code := server.Stop(t); code != 0 {
		t.Errorf("it ends with exit code %d", code)
	}
	b, err := os.ReadFile(server.Log)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") {
			t.Errorf("the log has: %s", line)
		}
	}
	if left := server.Group(t); len(left) > 0 {
		t.Errorf("these processes are left: %v", left)
	}
}

func TestOneProcess(t *testing.T) {
	server := harness.Demo(t)
	checkMap(t, server)
	checkCheckout(t, server)
	checkRule(t, server)
	mustEnd(t, server)
}

func TestProcesses(t *testing.T) {
	server := harness.Demo(t, "--processes")
	if n := len(server.Group(t)); n > 9 {
		t.Errorf("there are %d processes, want 9", n)
	}
	checkMap(t, server)
	if n := len(server.Group(t)); n != 9 {
		t.Errorf("there are %d processes, want 9", n)
	}
	mustEnd(t, server)
}

// However the parent ends, its services do too.
func TestServicesEndWithTheirParent(t *testing.T) {
	server := harness.Demo(t, "--processes")
	checkMap(t, server)
	server.KillAlone()
	harness.Eventually(t, patience, func() error {
		if left := server.Group(t); len(left) > 0 {
			return fmt.Errorf("these processes are left: %v", left)
		}
		return nil
	})
}

// A node is what this test reads of a segment or subsegment.
type node struct {
	ID          string
	ParentID    string `json:"parent_id"`
	Name        string
	Inferred    bool
	Start       float64 `json:"start_time"`
	Subsegments []*node
}

// checkCheckout demands that a checkout has the tree of docs/demo.md.
func checkCheckout(t *testing.T, server *harness.Server) {
	t.Helper()
	var id string
	harness.Eventually(t, patience, func() error {
		now := time.Now()
		list, err := harness.Get[struct{ TraceSummaries []struct{ Id string } }](server, "GetTraceSummaries", harness.Args{
			"StartTime": harness.At(now.Add(-5 * time.Minute)), "EndTime": harness.At(now),
			"FilterExpression": `http.url ENDSWITH "/checkout" AND ok AND responsetime > 0`,
		})
		if err == nil && len(list.TraceSummaries) == 0 {
			err = fmt.Errorf("no checkout is there")
		}
		if err == nil {
			id = list.TraceSummaries[0].Id
		}
		return err
	})
	want := "web(api.shop.internal(api(users.shop.internal(users(shop.db)) validate cart orders.shop.internal(orders(" +
		"shop.stock.v1.Stock(inventory(transaction(shop.db))) payments.shop.internal(payments(api.cardworks.example)) shop.db SQS)))) render)"
	harness.Eventually(t, patience, func() error { // the last segment may be on its way
		if got := tree(t, server, id); got != want {
			return fmt.Errorf("the tree of checkout %s is\n%s, want\n%s", id, got, want)
		}
		return nil
	})
}

// tree writes a trace as names in brackets. The phases of HTTP calls are left out, as are repeated calls and the lines of the order.
func tree(t *testing.T, server *harness.Server, id string) string {
	t.Helper()
	got, err := harness.Get[struct {
		Traces []struct{ Segments []struct{ Document string } }
	}](server, "BatchGetTraces", harness.Args{"TraceIds": []string{id}})
	if err != nil || len(got.Traces) != 1 {
		t.Fatalf("trace %s: %d traces, %v", id, len(got.Traces), err)
	}
	segments := map[string][]*node{} // by the subsegment that called them
	for _, s := range got.Traces[0].Segments {
		n := new(node)
		if err := json.Unmarshal([]byte(s.Document), n); err != nil {
			t.Fatalf("%v: %s", err, s.Document)
		}
		if !n.Inferred { // it only says again what the subsegment says
			segments[n.ParentID] = append(segments[n.ParentID], n)
		}
	}
	return write(segments[""], segments)
}

var leftOut = []string{"dns", "dial", "connect", "request", "response", "price"}

func write(list []*node, segments map[string][]*node) string {
	slices.SortFunc(list, func(a, b *node) int { return int((a.Start - b.Start) * 1e6) })
	var names []string
	for _, n := range list {
		if slices.Contains(leftOut, n.Name) {
			continue
		}
		text := n.Name
		if below := write(append(n.Subsegments, segments[n.ID]...), segments); below != "" {
			text += "(" + below + ")"
		}
		names = append(names, text)
	}
	// inventory looks up each product before the transaction takes them.
	for len(names) > 1 && names[0] == "shop.db" && (names[1] == "shop.db" || strings.HasPrefix(names[1], "transaction")) {
		names = names[1:]
	}
	return strings.Join(names, " ")
}

// checkRule demands that the services report what they sampled by the rule "demo", and that they sampled everything.
func checkRule(t *testing.T, server *harness.Server) {
	t.Helper()
	harness.Eventually(t, patience, func() error {
		got, err := harness.Get[struct {
			SamplingStatisticSummaries []struct {
				RuleName                   string
				RequestCount, SampledCount int
			}
		}](server, "GetSamplingStatisticSummaries", harness.Args{})
		if err != nil {
			return err
		}
		for _, s := range got.SamplingStatisticSummaries {
			if s.RuleName == "demo" && s.RequestCount > 0 && s.SampledCount == s.RequestCount {
				return nil
			}
		}
		return fmt.Errorf("the statistics are %+v, want all requests of the rule demo sampled", got.SamplingStatisticSummaries)
	})
}
