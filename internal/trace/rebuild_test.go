package trace_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// rebuild puts documents together as BatchGetTraces does, and joins what comes out.
func rebuild(t *testing.T, docs ...doc) string {
	t.Helper()
	tid, err := segment.ParseTraceID(id)
	if err != nil {
		t.Fatal(err)
	}
	a := new(trace.Assembler)
	a.Begin(tid)
	text := map[*segment.Digest][]byte{}
	for _, d := range docs {
		g := new(segment.Digest)
		if err := segment.Parse([]byte(d.text), g); err != nil {
			t.Fatal(err)
		}
		text[g] = []byte(d.text)
		a.AddDigest(g, d.received)
	}
	rebuilt, err := trace.Rebuild(a.Trace(), text)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range rebuilt {
		all = append(all, d.JSON)
	}
	return strings.Join(all, "\n")
}

// A segment that is received after its subsegments has them all, as SDKs send it: the parts of a large segment leave first.
func TestRebuildKeepsEarlySubsegments(t *testing.T) {
	docs := []doc{
		{1, sub(x1, "first", 0, .1, under(s1))},
		{2, sub(x2, "second", .1, .2, under(s1))},
		{3, sub(x3, "inner", .1, .2, under(x2))},
		{4, seg(s1, "web", 0, 1, "")},
	}
	want := `{"end_time":1758654601.000,"id":"` + s1 + `","name":"web","start_time":1758654600.000,"subsegments":[` +
		`{"end_time":1758654600.100,"id":"` + x1 + `","name":"first","start_time":1758654600.000},` +
		`{"end_time":1758654600.200,"id":"` + x2 + `","name":"second","start_time":1758654600.100,"subsegments":[` +
		`{"end_time":1758654600.200,"id":"` + x3 + `","name":"inner","start_time":1758654600.100}]}],` +
		`"trace_id":"` + id + `"}`
	if got := rebuild(t, docs...); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// Whichever comes first, nothing is lost.
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		rnd.Shuffle(len(docs), func(i, j int) { docs[i].received, docs[j].received = docs[j].received, docs[i].received })
		got := rebuild(t, docs...)
		for _, entity := range []string{s1, x1, x2, x3} {
			if n := strings.Count(got, `"id":"`+entity+`"`); n != 1 {
				t.Fatalf("received as %v: %s is there %d times:\n%s", docs, entity, n, got)
			}
		}
	}
}
