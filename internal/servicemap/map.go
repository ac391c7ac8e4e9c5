package servicemap

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// MaxNodes bounds a map; the service's own stops there too. Traffic of further nodes is left out and Dropped counts it.
const MaxNodes = 10_000

// MaxAliases bounds the names of one edge. Which ones remain does not depend on the order in which they came.
const MaxAliases = 100

// A State tells how a node is known.
type State uint8

// The states, in rising precedence: a node that reports itself in one trace and is inferred in another is active.
const (
	Unknown State = iota // a client, or a resource called through an AWS client
	Passive              // called over the network, never reported
	Active               // sent segments of its own
)

// A Map is the nodes and edges of some traces. The zero Map is empty and ready.
type Map struct {
	Nodes   map[trace.Service]*Node
	Links   Links // that wait to be drawn; they are not part of the picture
	Dropped int64 // observations left out because of MaxNodes
}

// A Node is a service, a resource or a client.
type Node struct {
	Service       trace.Service
	State         State
	Root          bool // had a root segment
	Span          Span
	Stats         Stats
	ResponseTimes Histogram // the segment's own time
	Durations     Histogram // with all its subsegments, so late asynchronous work counts
	Edges         map[trace.Service]*Edge
}

// An Edge is the calls from one node to another, as the caller saw them.
type Edge struct {
	Stats         Stats
	ResponseTimes Histogram
	Ages          Histogram // of link edges: the time from sending to receiving
	Aliases       []string  // names under which the caller called, in order, the first MaxAliases of them
	Link          bool      // events, not calls: the receiver's trace links to the sender's
}

// Stats counts completed entities, each in one class.
type Stats struct {
	OK, Error, Throttle, Fault int64
	Time                       segment.Time // sum of durations
}

// Total is the number of entities.
func (s *Stats) Total() int64 { return s.OK + s.Error + s.Throttle + s.Fault }

func (s *Stats) add(c segment.Class, d segment.Time) {
	switch c {
	case segment.ClassThrottle:
		s.Throttle++
	case segment.ClassFault:
		s.Fault++
	case segment.ClassError:
		s.Error++
	default:
		s.OK++
	}
	s.Time += max(0, d)
}

// Add adds all that o counts.
func (s *Stats) Add(o *Stats) {
	s.OK += o.OK
	s.Error += o.Error
	s.Throttle += o.Throttle
	s.Fault += o.Fault
	s.Time += o.Time
}

// A Span is the epoch seconds in which the traces of a node began, first and last. The zero Span is empty.
type Span struct{ First, Last int64 }

func (s *Span) add(o Span) {
	switch {
	case o == Span{}:
	case *s == Span{}:
		*s = o
	default:
		s.First, s.Last = min(s.First, o.First), max(s.Last, o.Last)
	}
}

// Span is that of all nodes.
func (m *Map) Span() (s Span) {
	for _, n := range m.Nodes {
		s.add(n.Span)
	}
	return s
}

// Add counts the entities of t whose documents were received in [from, to). In-progress entities show their node and
// count nothing. Links to other traces are noted for Draw.
func (m *Map) Add(t *trace.Trace, from, to segment.Time) {
	second := t.Start().Floor()
	span := Span{second, second}
	for i := range t.Entities {
		e := &t.Entities[i]
		if e.Received < from || e.Received >= to {
			continue
		}
		switch {
		case e.IsSegment():
			m.addSegment(e, span)
			m.collect(t, e)
		case e.Infers():
			m.addInferred(e, span)
		}
	}
	for c := range t.Calls {
		if c.Seen.Received >= from && c.Seen.Received < to {
			m.addCall(c, span)
		}
	}
}

func (m *Map) addSegment(e *trace.Entity, span Span) {
	n := m.node(endOf(e, span))
	if n == nil {
		return
	}
	n.Root = n.Root || !e.Is(segment.HasParent)
	if e.Complete() {
		n.Stats.add(e.Class(), e.Duration())
		n.ResponseTimes.Add(e.Duration())
		n.Durations.Add(e.Until - e.From)
	}
}

func (m *Map) addInferred(e *trace.Entity, span Span) {
	n := m.node(endOf(e, span))
	if n == nil {
		return
	}
	n.Stats.add(e.Class(), e.Duration())
	n.ResponseTimes.Add(e.Duration())
	n.Durations.Add(e.Duration())
}

// addCall draws the edge of a call. Its alias is the name that the caller used for a callee that has one of its own.
func (m *Map) addCall(c trace.Call, span Span) {
	source, alias := end{}, ""
	if c.From == nil {
		source = end{c.To.Client(), Unknown, span}
	} else {
		source = endOf(c.From, span)
	}
	if c.Seen != c.To {
		alias = c.Seen.Name
	}
	m.edge(source, endOf(c.To, span), c.Seen, alias)
}

// An end of an edge.
type end struct {
	service trace.Service
	state   State
	span    Span
}

// endOf is the node of a segment, or the one that a call infers.
func endOf(e *trace.Entity, span Span) end {
	state := Passive
	switch {
	case e.IsSegment():
		state = Active
	case e.Is(segment.NamespaceAWS):
		state = Unknown
	}
	return end{e.Service(), state, span}
}

// edge counts e as a call between two nodes.
func (m *Map) edge(source, target end, e *trace.Entity, alias string) {
	d := m.connect(source, target)
	if d == nil {
		return
	}
	if alias != "" {
		d.alias(alias)
	}
	if e.Complete() {
		d.Stats.add(e.Class(), e.Duration())
		d.ResponseTimes.Add(e.Duration())
	}
}

// connect is the edge between two nodes, made if it is new; nil beyond MaxNodes.
func (m *Map) connect(source, target end) *Edge {
	s, t := m.node(source), m.node(target)
	if s == nil || t == nil {
		return nil
	}
	if d := s.Edges[t.Service]; d != nil {
		return d
	}
	if s.Edges == nil {
		s.Edges = make(map[trace.Service]*Edge)
	}
	d := new(Edge)
	s.Edges[t.Service] = d
	return d
}

// node is the node of a service, made if it is new; nil beyond MaxNodes.
func (m *Map) node(e end) *Node {
	n := m.Nodes[e.service]
	if n == nil {
		if len(m.Nodes) >= MaxNodes {
			m.Dropped++
			return nil
		}
		if m.Nodes == nil {
			m.Nodes = make(map[trace.Service]*Node)
		}
		n = &Node{Service: e.service.Clone()}
		m.Nodes[n.Service] = n
	}
	n.State = max(n.State, e.state)
	n.Span.add(e.span)
	return n
}

// alias notes a name, of which it takes a copy.
func (d *Edge) alias(name string) {
	i, known := slices.BinarySearch(d.Aliases, name)
	if known || i == MaxAliases {
		return
	}
	d.Aliases = slices.Insert(d.Aliases, i, strings.Clone(name))
	d.Aliases = d.Aliases[:min(len(d.Aliases), MaxAliases)]
}

// Sorted lists the nodes by name, a client before the services of its name, then by type, account and region.
func (m *Map) Sorted() []*Node {
	list := make([]*Node, 0, len(m.Nodes))
	for _, n := range m.Nodes {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b *Node) int { return compare(a.Service, b.Service) })
	return list
}

func compare(a, b trace.Service) int {
	client := func(s trace.Service) int {
		if s.Type == trace.TypeClient {
			return 0
		}
		return 1
	}
	return cmp.Or(strings.Compare(a.Name, b.Name), client(a)-client(b), strings.Compare(a.Type, b.Type), strings.Compare(a.Account, b.Account),
		strings.Compare(a.Region, b.Region))
}

// Targets lists where the node's edges lead, in the order of Sorted.
func (n *Node) Targets() []trace.Service {
	list := make([]trace.Service, 0, len(n.Edges))
	for s := range n.Edges {
		list = append(list, s)
	}
	slices.SortFunc(list, compare)
	return list
}
