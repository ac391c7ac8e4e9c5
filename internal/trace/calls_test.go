package trace_test

import (
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/trace"
)

func TestCalls(t *testing.T) {
	const remote = `"namespace":"remote"`
	parent := func(id string) string { return `"parent_id":"` + id + `"` }
	for _, c := range []struct {
		name string
		docs []string
		want []string // caller, callee, what was seen
	}{
		{"root", []string{seg(s1, "web", 0, 1, "")}, []string{"client web web"}},
		{"two roots", []string{seg(s1, "web", 0, 1, ""), seg(s2, "job", 0, 1, "")}, []string{"client web web", "client job job"}},
		{"callee that did not report", []string{seg(s1, "web", 0, 1, `"subsegments":[`+sub(x1, "call", 0, 1, remote)+`]`)},
			[]string{"client web web", "web call call"}},
		{"call without end", []string{seg(s1, "web", 0, 1, `"subsegments":[{"id":"`+x1+`","name":"call","start_time":1758654600,"in_progress":true,`+remote+`}]`)},
			[]string{"client web web"}},
		{"callee that reported", []string{seg(s1, "web", 0, 1, `"subsegments":[`+sub(x1, "call", 0, 1, remote)+`]`), seg(s2, "api", 0, 1, parent(x1))},
			[]string{"client web web", "web api call"}},
		{"two callees of one call", []string{seg(s1, "web", 0, 1, `"subsegments":[`+sub(x1, "call", 0, 1, "")+`]`), seg(s2, "api", 0, 1, parent(x1)), seg(x2, "api", 0.5, 1, parent(x1))},
			[]string{"client web web", "web api call", "web api call"}},
		{"call from deep within", []string{seg(s1, "web", 0, 1, `"subsegments":[`+sub(x2, "step", 0, 1, `"subsegments":[`+sub(x1, "call", 0, 1, remote)+`]`)+`]`), seg(s2, "api", 0, 1, parent(x1))},
			[]string{"client web web", "web api call"}},
		{"segment by segment", []string{seg(s1, "web", 0, 1, ""), seg(s2, "api", 0, 1, parent(s1))}, []string{"client web web", "web api api"}},
		{"orphans", []string{seg(s1, "api", 0, 1, parent(x3)), seg(x1, "call", 0, 1, under(x3)+","+remote), seg(s2, "db", 0, 1, parent(x1))}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var docs []doc
			for _, text := range c.docs {
				docs = append(docs, doc{0, text})
			}
			var got []string
			for k := range assemble(t, docs...).Calls {
				from := "client"
				if k.From != nil {
					from = k.From.Name
				}
				got = append(got, from+" "+k.To.Name+" "+k.Seen.Name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCallsStop(t *testing.T) {
	tr := assemble(t, doc{0, seg(s1, "web", 0, 1, `"subsegments":[`+sub(x1, "call", 0, 1, "")+`,`+sub(x2, "other", 0, 1, `"namespace":"remote"`)+`]`)},
		doc{0, seg(s2, "api", 0, 1, `"parent_id":"`+x1+`"`)})
	for limit := 1; limit <= 3; limit++ {
		var seen []trace.Call
		for k := range tr.Calls {
			if seen = append(seen, k); len(seen) == limit {
				break
			}
		}
		if len(seen) != limit {
			t.Errorf("got %d calls, want %d", len(seen), limit)
		}
	}
}
