package servicemap_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/synthetic"
	"github.com/rayscope/rayscope/internal/trace"
)

// shopMap is the map of n traces of the synthetic shop, with links that wait.
func shopMap(t testing.TB, seed uint64, n int) *servicemap.Map {
	t.Helper()
	shop := synthetic.New(seed, 200)
	const start = 1758654600 * segment.Second
	m := new(servicemap.Map)
	var a trace.Assembler
	for k := range n {
		byTrace := make(map[segment.TraceID][]*segment.Digest) // the request's, and that of the worker that it leads to
		for _, doc := range shop.Trace(uint64(k), start+segment.Time(k)*5000) {
			d := new(segment.Digest)
			if err := segment.Parse(bytes.Clone(doc.Body), d); err != nil {
				t.Fatal(err)
			}
			byTrace[d.Trace] = append(byTrace[d.Trace], d)
		}
		for id, digests := range byTrace {
			a.Begin(id)
			for _, d := range digests {
				a.AddDigest(d, d.Own().End)
			}
			m.Add(a.Trace(), 0, math.MaxInt64)
		}
	}
	return m
}

// randomMap has everything that a map can have, in odd amounts.
func randomMap(rnd *rand.Rand) *servicemap.Map {
	m := &servicemap.Map{Nodes: map[trace.Service]*servicemap.Node{}, Dropped: int64(rnd.IntN(3))}
	stats := func() servicemap.Stats {
		return servicemap.Stats{OK: rnd.Int64N(1000), Error: rnd.Int64N(3), Throttle: rnd.Int64N(2), Fault: rnd.Int64(), Time: segment.Time(rnd.Int64() - rnd.Int64())}
	}
	histogram := func() (h servicemap.Histogram) {
		for range rnd.IntN(3) * rnd.IntN(300) {
			h.Add(segment.Time(rnd.Int64() >> rnd.IntN(64)))
		}
		return h
	}
	for i := range 1 + rnd.IntN(5) {
		s := trace.Service{Name: fmt.Sprint("s", i), Type: strings.Repeat("t", rnd.IntN(2)), Account: strings.Repeat("1", 12*rnd.IntN(2)), Region: strings.Repeat("r", rnd.IntN(2))}
		m.Nodes[s] = &servicemap.Node{Service: s, State: servicemap.State(rnd.IntN(3)), Root: rnd.IntN(2) == 0, Stats: stats(), ResponseTimes: histogram(), Durations: histogram()}
		m.Nodes[s].Span.First = 1 + rnd.Int64N(1<<32)
		m.Nodes[s].Span.Last = m.Nodes[s].Span.First + rnd.Int64N(100)
	}
	for _, n := range m.Nodes {
		for s := range m.Nodes {
			if rnd.IntN(2) == 0 {
				continue
			}
			if n.Edges == nil {
				n.Edges = map[trace.Service]*servicemap.Edge{}
			}
			n.Edges[s] = &servicemap.Edge{Stats: stats(), ResponseTimes: histogram(), Ages: histogram(), Link: rnd.IntN(2) == 0}
			for a := range rnd.IntN(3) {
				n.Edges[s].Aliases = append(n.Edges[s].Aliases, fmt.Sprint("alias", a))
			}
		}
	}
	for i := range rnd.IntN(3) {
		if m.Links == nil {
			m.Links = servicemap.Links{}
		}
		m.Links[segment.TraceID{byte(i)}] = []servicemap.Link{
			{Sender: segment.ID{1}, Receiver: trace.Service{Name: "worker"}, Start: segment.Time(rnd.Int64()), Complete: true, Class: segment.ClassFault, Duration: 7},
			{Receiver: trace.Service{Type: "AWS::Lambda"}, Class: segment.Class(rnd.IntN(4))},
		}
	}
	return m
}

func TestMapSurvivesItsBinaryForm(t *testing.T) {
	maps := []*servicemap.Map{new(servicemap.Map), shopMap(t, 1, 1), shopMap(t, 2, 1000)}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 30 {
		maps = append(maps, randomMap(rnd))
	}
	for i, m := range maps {
		b := m.Append(nil)
		got, err := servicemap.Decode(b)
		if err != nil {
			t.Fatalf("map %d: %v", i, err)
		}
		if !reflect.DeepEqual(got, m) {
			t.Errorf("map %d: got %+v, want %+v", i, got, m)
		}
		if again := got.Append(nil); !bytes.Equal(again, b) {
			t.Errorf("map %d: its form has %d bytes, that of what was read %d, or they differ", i, len(b), len(again))
		}
	}
	if n := len(maps[2].Append(nil)); n > 32<<10 || len(maps[2].Nodes) < 10 {
		t.Errorf("1,000 traces of the shop: %d nodes in %d bytes, want at least 10 in at most 32 KiB", len(maps[2].Nodes), n)
	}
}

// Adding encoded maps to one gives what adding the maps does, in any order.
func TestMergeEncodedEqualsMerge(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	var maps []*servicemap.Map
	for i := range 8 {
		maps = append(maps, randomMap(rnd), shopMap(t, uint64(i), rnd.IntN(300)))
	}
	var want, got servicemap.Map
	for _, m := range maps {
		m.Links = nil // their order is that of merging
		want.Merge(m, nil)
	}
	for _, i := range rnd.Perm(len(maps)) {
		if err := got.MergeEncoded(maps[i].Append(nil), nil); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("merged from encoded maps:\n got %+v\nwant %+v", got, want)
	}
}

// a wish is for the edges from clients and the nodes of one name.
type wish struct{}

func (wish) Node(s trace.Service) bool       { return s.Name == "api" }
func (wish) Edge(from, _ trace.Service) bool { return from.Type == trace.TypeClient }

func TestWant(t *testing.T) {
	whole := shopMap(t, 1, 500)
	var a, b servicemap.Map
	a.Merge(whole, wish{})
	if err := b.MergeEncoded(whole.Append(nil), wish{}); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("what is wanted of a map: %+v; of the encoded map: %+v", a, b)
	}
	nodes, edges := 0, 0
	for s, n := range whole.Nodes {
		got := a.Nodes[s]
		if (wish{}).Node(s) {
			nodes++
			if got == nil || got.Stats != n.Stats {
				t.Errorf("node %v: got %+v, want what it counts in the whole", s, got)
			}
		} else if got != nil && got.Stats.Total() != 0 {
			t.Errorf("node %v counts %d, it is not wanted", s, got.Stats.Total())
		}
		for to, e := range n.Edges {
			if !(wish{}).Edge(s, to) {
				continue
			}
			edges++
			if got == nil || !reflect.DeepEqual(got.Edges[to], e) {
				t.Errorf("edge from %v to %v is not that of the whole", s, to)
			}
		}
	}
	if nodes == 0 || edges == 0 {
		t.Errorf("the shop has %d nodes and %d edges that are wanted, the test needs some", nodes, edges)
	}
}

func TestCorruptMap(t *testing.T) {
	b := shopMap(t, 1, 12).Append(nil)
	for n := range b {
		if _, err := servicemap.Decode(b[:n]); !errors.Is(err, servicemap.ErrCorrupt) {
			t.Fatalf("%d bytes of %d: error %v, want ErrCorrupt", n, len(b), err)
		}
	}
	if _, err := servicemap.Decode(append(b, 0)); !errors.Is(err, servicemap.ErrCorrupt) {
		t.Errorf("a byte too many: error %v, want ErrCorrupt", err)
	}
	b[0]++
	if _, err := servicemap.Decode(b); !errors.Is(err, servicemap.ErrCorrupt) || !strings.Contains(err.Error(), "version") {
		t.Errorf("another version: error %v, want ErrCorrupt that names the version", err)
	}
}

// FuzzDecode: whatever comes is refused as corrupt, or is a map that survives its binary form.
func FuzzDecode(f *testing.F) {
	f.Add(new(servicemap.Map).Append(nil))
	f.Add(shopMap(f, 1, 20).Append(nil))
	rnd := rand.New(rand.NewPCG(3, 3))
	for range 5 {
		f.Add(randomMap(rnd).Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := servicemap.Decode(b)
		if errors.Is(err, servicemap.ErrCorrupt) {
			return
		}
		if err != nil {
			t.Fatalf("%x: %v does not wrap ErrCorrupt", b, err)
		}
		back, err := servicemap.Decode(m.Append(nil))
		if err != nil || !bytes.Equal(back.Append(nil), m.Append(nil)) {
			t.Fatalf("%x: got %+v, %v; want %+v", b, back, err, m)
		}
	})
}

func TestAliasesAreBounded(t *testing.T) {
	edge := func(m *servicemap.Map) *servicemap.Edge {
		for _, n := range m.Nodes {
			for _, e := range n.Edges {
				return e
			}
		}
		t.Fatal("the map has no edge")
		return nil
	}
	rnd := rand.New(rand.NewPCG(4, 4))
	var m servicemap.Map
	for _, i := range rnd.Perm(3 * servicemap.MaxAliases) {
		s := trace.Service{Name: "a"}
		m.Merge(&servicemap.Map{Nodes: map[trace.Service]*servicemap.Node{s: {Service: s,
			Edges: map[trace.Service]*servicemap.Edge{s: {Aliases: []string{fmt.Sprintf("%05d", i)}}}}}}, nil)
	}
	got := edge(&m).Aliases
	if len(got) != servicemap.MaxAliases || got[0] != "00000" || got[servicemap.MaxAliases-1] != "00099" {
		t.Errorf("got %d aliases from %s to %s, want the first %d", len(got), got[0], got[len(got)-1], servicemap.MaxAliases)
	}
}

// The parts of an hour: each minute has one for its own minute and one for the next, which is small.
func BenchmarkMergeEncoded(b *testing.B) {
	const minutes = 60
	var parts [][]byte
	size := 0
	for i := range minutes {
		for _, traces := range [...]int{480, 30} {
			m := shopMap(b, uint64(i), traces)
			m.Links = nil // they are drawn before a map is kept
			parts = append(parts, m.Append(nil))
			size += len(parts[len(parts)-1])
		}
	}
	for _, hours := range []int{1, 6} {
		b.Run(fmt.Sprintf("minutes=%d", minutes*hours), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var m servicemap.Map
				for range hours {
					for _, p := range parts {
						if err := m.MergeEncoded(p, nil); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			b.ReportMetric(float64(size/minutes), "bytes/minute")
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	m := shopMap(b, 1, 480)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = m.Append(buf[:0])
	}
}
