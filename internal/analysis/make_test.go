package analysis_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// A request is what the tests know of a trace: a root with a service below it that both may be annotated.
type request struct {
	n            int
	start        segment.Time
	took         segment.Time
	open         bool
	status       int
	method, url  string
	user         string
	web, callee  map[string]any // annotations of the root and of the service that it calls
	service      string         // that it calls; empty for none
	errorMessage string         // of an exception of the callee
}

const epoch = 1758654600 * segment.Second

// trace makes the trace by way of its documents.
func (r *request) trace(t testing.TB) *trace.Trace {
	t.Helper()
	id := fmt.Sprintf("1-%08x-%024x", r.start.Floor(), r.n)
	root := map[string]any{"trace_id": id, "id": fmt.Sprintf("%016x", r.n*4+1), "name": "web", "start_time": r.start.Seconds(), "user": r.user,
		"annotations": r.web, "http": map[string]any{"request": map[string]any{"method": r.method, "url": r.url}, "response": map[string]any{"status": r.status}}}
	if r.open {
		root["in_progress"] = true
	} else {
		root["end_time"] = (r.start + r.took).Seconds()
	}
	docs := []any{root}
	if r.service != "" {
		s := map[string]any{"trace_id": id, "id": fmt.Sprintf("%016x", r.n*4+2), "parent_id": root["id"], "name": r.service, "annotations": r.callee,
			"start_time": r.start.Seconds(), "end_time": r.start.Seconds(), "user": r.user}
		if r.errorMessage != "" {
			s["fault"] = true
			s["cause"] = map[string]any{"exceptions": []any{map[string]any{"id": "1122334455667788", "type": "Boom", "message": r.errorMessage}}}
		}
		docs = append(docs, s)
	}
	return assemble(t, id, docs...)
}

func assemble(t testing.TB, id string, docs ...any) *trace.Trace {
	t.Helper()
	tid, err := segment.ParseTraceID(id)
	if err != nil {
		t.Fatal(err)
	}
	var a trace.Assembler
	a.Begin(tid)
	for _, d := range docs {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		g := new(segment.Digest)
		if err := segment.Parse(text, g); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		a.AddDigest(g, epoch)
	}
	return a.Trace()
}

// random makes a request of a shop whose parts depend on chance alone.
func random(rnd *rand.Rand, n int) *request {
	r := &request{n: n + 1, start: epoch + segment.Time(rnd.IntN(3_600_000_000)), took: segment.Time(rnd.ExpFloat64() * 300_000), status: 200,
		method: []string{"GET", "POST"}[rnd.IntN(2)], web: map[string]any{}, callee: map[string]any{}}
	r.url = fmt.Sprintf("https://shop.example.com/%s/%d", []string{"orders", "cart", "search"}[rnd.IntN(3)], rnd.IntN(50))
	if rnd.IntN(4) > 0 {
		r.user = fmt.Sprintf("u-%d", rnd.IntN(200))
	}
	r.open = rnd.IntN(50) == 0
	switch rnd.IntN(10) {
	case 0:
		r.status = 503
	case 1:
		r.status = 404
	case 2:
		r.status = 429
	}
	if rnd.IntN(3) > 0 {
		r.service = []string{"payments", "stock"}[rnd.IntN(2)]
		r.callee["plan"] = []string{"free", "gold", "team"}[rnd.IntN(3)]
		r.callee["items"] = rnd.IntN(5)
	}
	if rnd.IntN(2) == 0 {
		r.web["plan"] = []string{"free", "gold"}[rnd.IntN(2)]
	}
	r.web["express"] = rnd.IntN(2) == 0
	if r.service != "" && rnd.IntN(8) == 0 {
		r.errorMessage = fmt.Sprintf("order %d timed out after %d ms", rnd.IntN(100000), rnd.IntN(999))
	}
	return r
}

// prepare makes the traces of requests.
func prepare(t testing.TB, list []*request) []*trace.Trace {
	t.Helper()
	traces := make([]*trace.Trace, len(list))
	for i, r := range list {
		traces[i] = r.trace(t)
	}
	return traces
}
