package insight

import (
	"slices"

	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/trace"
)

// Affected are the nodes of the map that the insight is about, in the map's order: the anomalous services, and all from
// which traffic reaches them, up to the clients.
func (in *Insight) Affected(m *servicemap.Map) []*servicemap.Node {
	callers := make(map[trace.Service][]trace.Service)
	for s, n := range m.Nodes {
		for to := range n.Edges {
			callers[to] = append(callers[to], s)
		}
	}
	affected := make(map[trace.Service]bool)
	next := append(slices.Clone(in.Anomalous), in.RootCause)
	for len(next) > 0 {
		s := next[len(next)-1]
		next = next[:len(next)-1]
		if m.Nodes[s] != nil && !affected[s] {
			affected[s] = true
			next = append(next, callers[s]...)
		}
	}
	return slices.DeleteFunc(m.Sorted(), func(n *servicemap.Node) bool { return !affected[n.Service] })
}
