package clients

import (
	"slices"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

// checkGraph demands a graph of exactly the chain: the client, every service, the calls between them in one line and nothing
// else, each with the exact counts of the orders.
func checkGraph(t *testing.T, g harness.Graph, chain []*shop.Service, orders []shop.Order) {
	t.Helper()
	var got []string
	nodes := map[string]harness.Node{}
	for _, n := range g.Services {
		got = append(got, n.Name+"/"+n.Type)
		nodes[n.Name+"/"+n.Type] = n
	}
	slices.Sort(got)
	if want := wantNodes(chain); !slices.Equal(got, want) {
		t.Fatalf("the graph has nodes %v, want %v", got, want)
	}
	client := nodes[chain[0].Name+"/client"]
	if client.SummaryStatistics != nil || client.State != "unknown" {
		t.Errorf("the client has statistics %+v and state %q, want none and unknown", client.SummaryStatistics, client.State)
	}
	checkEdge(t, client, nodes[chain[0].Name+"/"], orders, "")
	for i, s := range chain {
		node := nodes[s.Name+"/"]
		if node.State != "active" {
			t.Errorf("node %s is %q, want active", s.Name, node.State)
		}
		if isRoot := node.Root != nil && *node.Root; isRoot != (i == 0) {
			t.Errorf("node %s is root: %v", s.Name, isRoot)
		}
		checkStatistics(t, "node "+s.Name, node.SummaryStatistics, node.ResponseTimeHistogram, orders)
		checkStatistics(t, "durations of node "+s.Name, node.SummaryStatistics, node.DurationHistogram, orders)
		if i+1 == len(chain) {
			if len(node.Edges) != 0 {
				t.Errorf("the last node, %s, has edges %+v", s.Name, node.Edges)
			}
			break
		}
		checkEdge(t, node, nodes[chain[i+1].Name+"/"], orders, callName(t, s, chain[i+1]))
	}
}

// checkEdge demands one edge from a node to the other. Alias is what the caller called the other by.
func checkEdge(t *testing.T, from, to harness.Node, orders []shop.Order, alias string) {
	t.Helper()
	if len(from.Edges) != 1 || from.Edges[0].ReferenceId != to.ReferenceId {
		t.Errorf("%s/%s has edges %+v, want one to node %d, %s", from.Name, from.Type, from.Edges, to.ReferenceId, to.Name)
		return
	}
	edge := from.Edges[0]
	checkStatistics(t, "edge "+from.Name+" to "+to.Name, edge.SummaryStatistics, edge.ResponseTimeHistogram, orders)
	if alias == "" && len(edge.Aliases) == 0 {
		return
	}
	if len(edge.Aliases) != 1 || edge.Aliases[0].Name != alias || edge.Aliases[0].Type != "remote" {
		t.Errorf("edge %s to %s has aliases %+v, want %q", from.Name, to.Name, edge.Aliases, alias)
	}
}

func checkStatistics(t *testing.T, what string, got *harness.Statistics, histogram []harness.Bin, orders []shop.Order) {
	t.Helper()
	var want harness.Statistics
	for _, o := range orders {
		want.TotalCount++
		switch o.Status {
		case 429:
			want.ErrorStatistics.ThrottleCount++
			want.ErrorStatistics.TotalCount++
		case 404:
			want.ErrorStatistics.OtherCount++
			want.ErrorStatistics.TotalCount++
		case 500:
			want.FaultStatistics.OtherCount++
			want.FaultStatistics.TotalCount++
		default:
			want.OkCount++
		}
	}
	if got == nil {
		t.Errorf("%s has no statistics", what)
		return
	}
	want.TotalResponseTime = got.TotalResponseTime // measured, so not known
	if *got != want {
		t.Errorf("%s counts %+v, want %+v", what, *got, want)
	}
	n := 0
	for _, b := range histogram {
		n += b.Count
	}
	if n != want.TotalCount {
		t.Errorf("the histogram of %s holds %d, want %d", what, n, want.TotalCount)
	}
}
