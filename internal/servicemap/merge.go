package servicemap

import "github.com/rayscope/rayscope/internal/trace"

// A Want chooses parts of a map: nodes, for what they themselves count, and edges. Both ends of a wanted edge come with
// it, whether or not they are wanted.
type Want interface {
	Node(trace.Service) bool
	Edge(from, to trace.Service) bool
}

// Merge adds all that o counts, or what is wanted of it; o stays as it is. Links that wait come in any case.
func (m *Map) Merge(o *Map, want Want) {
	m.Dropped += o.Dropped
	for _, from := range o.Sorted() {
		if want == nil || want.Node(from.Service) {
			m.mergeNode(from)
		}
		for target, e := range from.Edges {
			if want != nil && !want.Edge(from.Service, target) {
				continue
			}
			if d := m.connect(from.end(), o.Nodes[target].end()); d != nil {
				d.merge(e)
			}
		}
	}
	for id, list := range o.Links {
		for _, l := range list {
			m.wait(id, l)
		}
	}
}

func (n *Node) end() end { return end{n.Service, n.State, n.Span} }

func (m *Map) mergeNode(from *Node) {
	n := m.node(from.end())
	if n == nil {
		return
	}
	n.Root = n.Root || from.Root
	n.Stats.Add(&from.Stats)
	n.ResponseTimes.Merge(&from.ResponseTimes)
	n.Durations.Merge(&from.Durations)
}

func (d *Edge) merge(o *Edge) {
	d.Stats.Add(&o.Stats)
	d.ResponseTimes.Merge(&o.ResponseTimes)
	d.Ages.Merge(&o.Ages)
	d.Link = d.Link || o.Link
	for _, a := range o.Aliases {
		d.alias(a)
	}
}
