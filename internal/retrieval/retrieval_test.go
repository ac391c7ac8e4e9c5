package retrieval_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/cursor"
	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/retrieval"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

const (
	account = store.Account(111122223333)
	other   = store.Account(999999999999)
	start   = 1758654600 // when the traces begin
)

// A bench is a room over a store of its own, with a clock that the test sets.
type bench struct {
	*testing.T
	room   *retrieval.Room
	ingest *ingest.Ingester
	gate   *gate

	mu  sync.Mutex
	now time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// A gate is a store whose digests can be held back, and can fail.
type gate struct {
	query.Store
	open chan struct{} // nil: always
	err  error
}

func (g *gate) Digests(ctx context.Context, a store.Account, ids ...segment.TraceID) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		if g.open != nil {
			select {
			case <-g.open:
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			}
		}
		if g.err != nil {
			yield(nil, g.err)
			return
		}
		g.Store.Digests(ctx, a, ids...)(yield)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s, err := pebble.Open(t.TempDir(), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{T: t, now: time.Unix(start+30, 0), gate: &gate{Store: s}}
	b.room = retrieval.New(query.New(b.gate, b.clock), b.clock, slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(b.room.Close)
	b.ingest = ingest.New(s, ingest.Options{Clock: b.clock, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	return b
}

// put takes documents in, each of which must be accepted. Later ones have a later receipt than jobs started before.
func (b *bench) put(docs ...string) {
	b.Helper()
	b.pass(time.Millisecond)
	for len(docs) > 0 {
		n := min(50, len(docs))
		var list [][]byte
		for _, d := range docs[:n] {
			list = append(list, []byte(d))
		}
		if refused, err := b.ingest.Put(b.Context(), account, list); err != nil || len(refused) > 0 {
			b.Fatalf("put: refused %v, error %v", refused, err)
		}
		docs = docs[n:]
	}
}

// id is the trace number i; it begins i seconds after start.
func id(i int) segment.TraceID {
	t, err := segment.ParseTraceID(fmt.Sprintf("1-%08x-%024x", start+i, i))
	if err != nil {
		panic(err)
	}
	return t
}

// document is the segment n of trace i, which lasts half a second.
func document(i, n int, more string) string {
	return fmt.Sprintf(`{"trace_id":%q,"id":"%016x","name":"orders","start_time":%d.25,"end_time":%d.75%s}`, id(i), n, start+i, start+i, more)
}

func (b *bench) start(from, to float64, ids ...segment.TraceID) string {
	b.Helper()
	token, err := b.room.Start(account, segment.Time(from*1e6), segment.Time(to*1e6), ids...)
	if err != nil {
		b.Fatal(err)
	}
	return token
}

// wait is the first page when the job has left the given statuses.
func (b *bench) wait(token string, not ...retrieval.Status) *retrieval.Page {
	b.Helper()
	for b.Context().Err() == nil {
		p := b.page(token, "")
		left := true
		for _, s := range not {
			left = left && p.Status != s
		}
		if left {
			return p
		}
		runtime.Gosched()
	}
	b.Fatal("the job does not move on")
	return nil
}

func (b *bench) complete(token string) *retrieval.Page {
	b.Helper()
	p := b.wait(token, retrieval.Scheduled, retrieval.Running)
	if p.Status != retrieval.Complete {
		b.Fatalf("got status %s, want COMPLETE", p.Status)
	}
	return p
}

func (b *bench) page(token, next string) *retrieval.Page {
	b.Helper()
	p, err := b.room.Traces(b.Context(), account, token, next)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// summary writes the pages of a job as "trace:spans", with a slash between pages.
func (b *bench) summary(token string) string {
	b.Helper()
	var pages []string
	for p := b.complete(token); ; p = b.page(token, p.Next) {
		var traces []string
		for _, w := range p.Traces {
			traces = append(traces, fmt.Sprintf("%d:%d", w.ID.Epoch()-start, len(w.Documents)))
		}
		pages = append(pages, strings.Join(traces, " "))
		if p.Next == "" {
			return strings.Join(pages, " / ")
		}
	}
}

func TestRangeIsInclusive(t *testing.T) {
	b := newBench(t)
	b.put(document(0, 1, ""), document(1, 1, ""), document(2, 1, ""))
	all := []segment.TraceID{id(2), id(0), id(1), id(77)}
	for _, c := range []struct {
		from, to float64
		want     string
	}{
		{start, start + 10, "2:1 0:1 1:1"}, // in the order asked; the unknown one is left out
		{start + 0.75, start + 1.25, "0:1 1:1"},
		{start + 0.750001, start + 1.249999, ""},
		{start + 1.5, start + 1.5, "1:1"}, // under way
		{start + 2.75, start + 9, "2:1"},
		{start + 3, start + 9, ""},
	} {
		if got := b.summary(b.start(c.from, c.to, all...)); got != c.want {
			t.Errorf("from %.6f to %.6f: got %q, want %q", c.from-start, c.to-start, got, c.want)
		}
	}
}

// Six traces, one of 230 spans: five traces a page, a hundred spans of one, which goes on on the next page.
func TestPages(t *testing.T) {
	b := newBench(t)
	var ids []segment.TraceID
	for i := range 6 {
		n := 1
		if i == 1 {
			n = 230
		}
		var docs []string
		for k := range n {
			docs = append(docs, document(i, k+1, ""))
		}
		b.put(docs...)
		ids = append(ids, id(i))
	}
	token := b.start(start, start+60, ids...)
	const want = "0:1 1:100 / 1:100 / 1:30 2:1 3:1 4:1 5:1"
	if got := b.summary(token); got != want {
		t.Errorf("got pages %q, want %q", got, want)
	}

	// What comes in later is not part of the job.
	b.put(document(0, 2, ""), document(1, 500, ""))
	if got := b.summary(token); got != want {
		t.Errorf("after later documents: got pages %q, want %q", got, want)
	}
	if got, want := b.summary(b.start(start, start+60, id(0))), "0:2"; got != want {
		t.Errorf("a later job: got %q, want %q", got, want)
	}

	seen := map[segment.ID]bool{}
	for p := b.page(token, ""); ; p = b.page(token, p.Next) {
		for _, w := range p.Traces {
			for _, d := range w.Documents {
				if w.ID == id(1) && seen[d.ID] {
					t.Errorf("segment %s comes twice", d.ID)
				}
				if w.ID == id(1) {
					seen[d.ID] = true
				}
			}
		}
		if p.Next == "" {
			break
		}
	}
	if len(seen) != 230 {
		t.Errorf("%d segments of the long trace were handed out, want 230", len(seen))
	}
}

// Documents that are long together end a page before its time, and a segment of more than 200 KB comes apart.
func TestPageBytes(t *testing.T) {
	b := newBench(t)
	long := `,"metadata":{"default":{"text":"` + strings.Repeat("x", 60_000) + `"}}`
	var docs []string
	for k := range 80 {
		docs = append(docs, document(0, k+1, long))
	}
	docs = append(docs, document(1, 1, ""))
	for k := range 4 {
		docs = append(docs, document(1, k+2, `,"type":"subsegment","parent_id":"0000000000000001"`+long))
	}
	b.put(docs...)
	token := b.start(start, start+60, id(0), id(1))
	if got, want := b.summary(token), "0:70 / 0:10 1:5"; got != want {
		t.Errorf("got pages %q, want %q", got, want)
	}
	last := b.page(token, b.page(token, "").Next).Traces[1].Documents
	for i, d := range last {
		if len(d.JSON) > 200<<10 {
			t.Errorf("span %s has %d bytes, want at most 200 KB", d.ID, len(d.JSON))
		}
		if i > 0 && !strings.Contains(d.JSON, `"parent_id":"0000000000000001"`) {
			t.Errorf("span %s does not say where it belongs: %.200s", d.ID, d.JSON)
		}
	}
}

func TestStatuses(t *testing.T) {
	b := newBench(t)
	b.put(document(0, 1, ""))
	b.gate.open = make(chan struct{})
	jobs := make([]string, 4)
	for i := range 2 {
		jobs[i] = b.start(start, start+9, id(0))
		b.wait(jobs[i], retrieval.Scheduled)
	}
	for i := 2; i < 4; i++ { // two run at a time
		jobs[i] = b.start(start, start+9, id(0))
	}
	for i, want := range []retrieval.Status{retrieval.Running, retrieval.Running, retrieval.Scheduled, retrieval.Scheduled} {
		p := b.page(jobs[i], "")
		if p.Status != want || len(p.Traces) != 0 || p.Next != "" {
			t.Errorf("job %d: got %+v, want %s and nothing else", i, *p, want)
		}
	}
	for _, i := range []int{0, 2} {
		if err := b.room.Cancel(account, jobs[i]); err != nil {
			t.Fatal(err)
		}
	}
	close(b.gate.open)
	for i, want := range []retrieval.Status{retrieval.Cancelled, retrieval.Complete, retrieval.Cancelled, retrieval.Complete} {
		if p := b.wait(jobs[i], retrieval.Scheduled, retrieval.Running); p.Status != want || (len(p.Traces) == 1) != (want == retrieval.Complete) {
			t.Errorf("job %d: got %+v, want %s", i, *p, want)
		}
	}
	if err := b.room.Cancel(account, jobs[3]); err != nil || b.page(jobs[3], "").Status != retrieval.Cancelled {
		t.Errorf("cancel of a complete job: got %v and %s, want CANCELLED", err, b.page(jobs[3], "").Status)
	}

	b.pass(retrieval.Lifetime)
	if p := b.page(jobs[1], ""); p.Status != retrieval.TimedOut || len(p.Traces) != 0 {
		t.Errorf("an hour later: got %+v, want TIMEOUT and nothing else", *p)
	}
	if err := b.room.Cancel(account, jobs[1]); err != nil || b.page(jobs[1], "").Status != retrieval.TimedOut {
		t.Errorf("cancel after the time: got %v and %s, want TIMEOUT", err, b.page(jobs[1], "").Status)
	}
	b.pass(retrieval.Lifetime)
	if _, err := b.room.Traces(t.Context(), account, jobs[1], ""); !errors.Is(err, retrieval.ErrUnknown) {
		t.Errorf("two hours later: got %v, want ErrUnknown", err)
	}
}

func TestFailure(t *testing.T) {
	b := newBench(t)
	b.gate.err = errors.New("disk on fire")
	token := b.start(start, start+9, id(0))
	if p := b.wait(token, retrieval.Scheduled, retrieval.Running); p.Status != retrieval.Failed {
		t.Errorf("got status %s, want FAILED", p.Status)
	}
}

func TestForeignTokens(t *testing.T) {
	b := newBench(t)
	var docs []string
	for k := range 101 {
		docs = append(docs, document(0, k+1, ""))
	}
	b.put(docs...)
	one, two := b.start(start, start+9, id(0)), b.start(start, start+9, id(0))
	if one == two || len(one) < 32 {
		t.Errorf("tokens %q and %q, want two long ones", one, two)
	}
	next := b.complete(one).Next
	if _, err := b.room.Traces(t.Context(), account, two, next); !errors.Is(err, cursor.ErrToken) {
		t.Errorf("the page of another job: got %v, want ErrToken", err)
	}
	if _, err := b.room.Graph(t.Context(), account, one, next); !errors.Is(err, cursor.ErrToken) {
		t.Errorf("the page of another list: got %v, want ErrToken", err)
	}
	for _, f := range []func() error{
		func() error { _, err := b.room.Traces(t.Context(), other, one, ""); return err },
		func() error { _, err := b.room.Graph(t.Context(), other, one, ""); return err },
		func() error { return b.room.Cancel(other, one) },
		func() error { return b.room.Cancel(account, "") },
	} {
		if err := f(); !errors.Is(err, retrieval.ErrUnknown) {
			t.Errorf("somebody else's job: got %v, want ErrUnknown", err)
		}
	}
}

// An account has a bounded number of jobs; those that have nothing to hand out give way.
func TestBusy(t *testing.T) {
	b := newBench(t)
	b.gate.open = make(chan struct{})
	defer close(b.gate.open)
	var last string
	for range retrieval.MaxJobs {
		last = b.start(start, start+9, id(0))
	}
	if _, err := b.room.Start(account, 0, 1, id(0)); !errors.Is(err, retrieval.ErrBusy) {
		t.Errorf("job %d: got %v, want ErrBusy", retrieval.MaxJobs+1, err)
	}
	if _, err := b.room.Start(other, 0, 1, id(0)); err != nil {
		t.Errorf("job of another account: got %v, want none", err)
	}
	if err := b.room.Cancel(account, last); err != nil {
		t.Fatal(err)
	}
	b.start(start, start+9, id(0))
	if _, err := b.room.Traces(t.Context(), account, last, ""); !errors.Is(err, retrieval.ErrUnknown) {
		t.Errorf("the cancelled job: got %v, want ErrUnknown: it gave way", err)
	}
}

// A consumer's trace links to the producer's: an edge between their nodes if both were retrieved, and a link in any case.
func TestGraph(t *testing.T) {
	b := newBench(t)
	b.put(fmt.Sprintf(`{"trace_id":%q,"id":"00000000000000a1","name":"shop","start_time":%d,"end_time":%d}`, id(0), start, start+1),
		fmt.Sprintf(`{"trace_id":%q,"id":"00000000000000b1","name":"mailer","start_time":%d,"end_time":%d,"links":[{"trace_id":%q,"id":"00000000000000a1"},{"trace_id":%q,"attributes":{"reference_type":"child"}}]}`,
			id(5), start+5, start+6, id(0), id(9)))
	for _, c := range []struct {
		ids  []segment.TraceID
		want string
	}{
		{[]segment.TraceID{id(0), id(5)}, "mailer/client>mailer mailer shop/client>shop shop>mailer*"},
		{[]segment.TraceID{id(5), id(0)}, "mailer/client>mailer mailer shop/client>shop shop>mailer*"},
		{[]segment.TraceID{id(5)}, "mailer/client>mailer mailer"},
	} {
		token := b.start(start, start+60, c.ids...)
		b.complete(token)
		g, err := b.room.Graph(t.Context(), account, token, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := draw(g); got != c.want || g.Next != "" {
			t.Errorf("map of %v: got %q, next %q; want %q", c.ids, got, g.Next, c.want)
		}
		if got, want := fmt.Sprint(g.Links), fmt.Sprint(query.ServiceLinks{g.Map.Sorted()[1].Service: {
			{Source: id(5), Destinations: []segment.TraceID{id(0)}}, {Child: true, Source: id(5), Destinations: []segment.TraceID{id(9)}},
		}}); got != want {
			t.Errorf("links: got %s, want %s", got, want)
		}
	}
}

// draw writes nodes with their edges; an asterisk marks those of links.
func draw(g *retrieval.Graph) string {
	var nodes []string
	for _, n := range g.Map.Sorted()[g.From:g.To] {
		s := n.Service.Name
		if n.Service.Type != "" {
			s += "/" + n.Service.Type
		}
		for _, to := range n.Targets() {
			s += ">" + to.Name
			if n.Edges[to].Link {
				s += "*"
			}
		}
		nodes = append(nodes, s)
	}
	return strings.Join(nodes, " ")
}

// A map of more than a thousand nodes has two pages.
func TestGraphPages(t *testing.T) {
	b := newBench(t)
	var docs []string
	for k := range 1200 {
		docs = append(docs, strings.Replace(document(0, k+1, `,"parent_id":"ffffffffffffffff"`), "orders", fmt.Sprintf("service %04d", k), 1))
	}
	b.put(docs...)
	token := b.start(start, start+60, id(0))
	b.complete(token)
	first, err := b.room.Graph(t.Context(), account, token, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.room.Graph(t.Context(), account, token, first.Next)
	if err != nil {
		t.Fatal(err)
	}
	if first.From != 0 || first.To != 1000 || second.From != 1000 || second.To != 1200 || second.Next != "" {
		t.Errorf("got pages [%d, %d) and [%d, %d), next %q; want [0, 1000) and [1000, 1200)", first.From, first.To, second.From, second.To, second.Next)
	}
}

// Close ends jobs that are under way.
func TestClose(t *testing.T) {
	b := newBench(t)
	b.gate.open = make(chan struct{})
	token := b.start(start, start+9, id(0))
	b.wait(token, retrieval.Scheduled)
	b.room.Close()
}
