package query_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

const account = store.Account(111122223333)

// A bench is a Query over a store of its own, with a clock that the test sets.
type bench struct {
	t      *testing.T
	store  store.Store
	query  *query.Query
	ingest *ingest.Ingester
	now    time.Time
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
	b := &bench{t: t, store: s, now: time.Unix(1758654630, 0)}
	clock := func() time.Time { return b.now }
	b.query = query.New(s, clock)
	b.ingest = ingest.New(s, ingest.Options{Clock: clock, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	return b
}

func (b *bench) put(docs ...string) {
	b.t.Helper()
	list := make([][]byte, len(docs))
	for i, d := range docs {
		list[i] = []byte(d)
	}
	if refused, err := b.ingest.Put(context.Background(), account, list); err != nil || len(refused) > 0 {
		b.t.Fatalf("put: refused %v, error %v", refused, err)
	}
}

// root is a trace of one segment that starts at the given time, with an id that carries the epoch.
func root(epoch int64, n int, start segment.Time) string {
	return fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","name":"web","start_time":%.6f,"end_time":%.6f}`,
		epoch, n, n, start.Seconds(), (start + 1000).Seconds())
}

// pages reads all pages; between calls after each but the last.
func (b *bench) pages(w store.Window, between func()) (ids []string) {
	b.t.Helper()
	sq := query.SummaryQuery{Account: account, Window: w}
	for {
		p, err := b.query.Summaries(context.Background(), sq)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, s := range p.Summaries {
			ids = append(ids, s.ID.String())
		}
		if p.Token == "" {
			return ids
		}
		sq.Token = p.Token
		between()
	}
}

// Every trace of the window comes once and newest first, also when hosts' clocks differ by a second and while other
// traces are written.
func TestPagesAreCompleteOrderedAndStable(t *testing.T) {
	for _, random := range []bool{false, true} {
		t.Run(fmt.Sprintf("w3c=%t", random), func(t *testing.T) {
			b := newBench(t)
			rnd := rand.New(rand.NewPCG(7, 7))
			base := b.now.Add(-30 * time.Second).Unix()
			type made struct {
				start segment.Time
				id    string
			}
			var want []made
			for n := range 1234 {
				start := segment.Time(base)*segment.Second + segment.Time(rnd.IntN(20_000_000))
				epoch := (start + segment.Time(rnd.IntN(1_500_000)-750_000)).Floor()
				if random {
					epoch = int64(0x01000000 + rnd.IntN(0x10000000)) // decades ago: no time at all
				}
				doc := root(epoch, n, start)
				b.put(doc)
				want = append(want, made{start, doc[13 : 13+segment.TraceIDLen]})
			}
			slices.SortFunc(want, func(x, y made) int {
				if x.start != y.start {
					return int(y.start - x.start)
				}
				return strings.Compare(x.id, y.id)
			})
			n := 1_000_000
			got := b.pages(store.Window{Axis: store.ByStart, From: 0, To: segment.TimeOf(b.now)}, func() {
				b.now = b.now.Add(time.Second)
				for range 50 {
					n++
					start := segment.Time(base)*segment.Second + segment.Time(rnd.IntN(20_000_000))
					b.put(root(start.Floor(), n, start))
				}
			})
			if len(got) != len(want) {
				t.Fatalf("got %d traces, want %d", len(got), len(want))
			}
			for i := range got {
				if got[i] != want[i].id {
					t.Fatalf("place %d: got %s, want %s", i, got[i], want[i].id)
				}
			}
		})
	}
}

func TestWindows(t *testing.T) {
	b := newBench(t)
	at := func(s float64) segment.Time { return segment.Time((1758654600 + s) * 1e6) }
	b.now = at(30).Std()
	b.put(root(1758654600, 1, at(0))) // ends at 0.001
	b.now = at(90).Std()
	b.put(fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"00000000000000aa","parent_id":"0000000000000001","name":"api","start_time":%f,"end_time":%f}`,
		1758654600, 1, at(10).Seconds(), at(80).Seconds()))
	for _, c := range []struct {
		axis     store.Axis
		from, to float64
		want     bool
		at       float64
	}{
		{store.ByStart, 0, 1, true, 0},
		{store.ByStart, -1, 0, false, 0},
		{store.ByStart, 0.000001, 100, false, 0},
		{store.ByReceived, 30, 31, true, 30},
		{store.ByReceived, 31, 90, false, 0},
		{store.ByReceived, 0, 91, true, 90},
		{store.ByReceived, 90.000001, 100, false, 0},
		{store.ByEnd, 0, 1, true, 0.001},
		{store.ByEnd, 1, 80, false, 0},
		{store.ByEnd, 80, 81, true, 80},
	} {
		p, err := b.query.Summaries(context.Background(), query.SummaryQuery{Account: account, Window: store.Window{Axis: c.axis, From: at(c.from), To: at(c.to)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.Summaries) == 1; got != c.want {
			t.Errorf("axis %d [%g, %g): found %t, want %t", c.axis, c.from, c.to, got, c.want)
		} else if got && p.Summaries[0].At != at(c.at) {
			t.Errorf("axis %d [%g, %g): matched at %v, want %v", c.axis, c.from, c.to, p.Summaries[0].At.Std(), at(c.at).Std())
		}
	}
}

func TestTokens(t *testing.T) {
	b := newBench(t)
	for n := range query.PageSize + 1 {
		b.put(root(1758654600, n, segment.Time(1758654600_000000+int64(n))))
	}
	sq := query.SummaryQuery{Account: account, Window: store.Window{Axis: store.ByStart, From: 0, To: segment.TimeOf(b.now)}}
	p, err := b.query.Summaries(context.Background(), sq)
	if err != nil || p.Token == "" || len(p.Summaries) != query.PageSize {
		t.Fatalf("first page: %d summaries, token %q, error %v", len(p.Summaries), p.Token, err)
	}
	for about, change := range map[string]func(*query.SummaryQuery){
		"other window":  func(q *query.SummaryQuery) { q.Window.From++ },
		"other axis":    func(q *query.SummaryQuery) { q.Window.Axis = store.ByEnd },
		"other account": func(q *query.SummaryQuery) { q.Account++ },
		"cut":           func(q *query.SummaryQuery) { q.Token = q.Token[1:] },
		"changed":       func(q *query.SummaryQuery) { q.Token = "B" + q.Token[1:] },
		"nonsense":      func(q *query.SummaryQuery) { q.Token = "next, please" },
	} {
		other := sq
		other.Token = p.Token
		change(&other)
		if _, err := b.query.Summaries(context.Background(), other); !errors.Is(err, query.ErrToken) {
			t.Errorf("%s: got %v, want ErrToken", about, err)
		}
	}
	sq.Token = p.Token
	if p, err = b.query.Summaries(context.Background(), sq); err != nil || len(p.Summaries) != 1 || p.Token != "" {
		t.Errorf("second page: %d summaries, token %q, error %v; want the last one and no token", len(p.Summaries), p.Token, err)
	}
}

// The map counts an entity when its document was received, so maps of parts of a window sum up to the map of the whole.
func TestGraphIsTheSumOfItsParts(t *testing.T) {
	b := newBench(t)
	rnd := rand.New(rand.NewPCG(3, 3))
	begin := segment.TimeOf(b.now)
	for n := range 200 {
		b.now = b.now.Add(time.Duration(rnd.IntN(2000)) * time.Millisecond)
		start := segment.TimeOf(b.now) - 2*segment.Second
		parent := fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","name":"web","start_time":%f,"end_time":%f,"subsegments":[{"id":"%016x","name":"api.local","namespace":"remote","start_time":%f,"end_time":%f}]}`,
			start.Floor(), n, 2*n, start.Seconds(), (start + 900_000).Seconds(), 1_000_000+n, start.Seconds(), (start + 800_000).Seconds())
		child := fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","parent_id":"%016x","name":"api","start_time":%f,"end_time":%f}`,
			start.Floor(), n, 2*n+1, 1_000_000+n, start.Seconds(), (start + 700_000).Seconds())
		b.put(child)
		b.now = b.now.Add(time.Duration(rnd.IntN(3000)) * time.Millisecond)
		b.put(parent)
	}
	end := segment.TimeOf(b.now) + 1
	whole, err := b.query.ServiceGraph(context.Background(), query.GraphQuery{Account: account, From: begin, To: end})
	if err != nil {
		t.Fatal(err)
	}
	var counts = func(from, to segment.Time) (nodes, edges int64) {
		m, err := b.query.ServiceGraph(context.Background(), query.GraphQuery{Account: account, From: from, To: to})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range m.Sorted() {
			nodes += n.Stats.Total()
			for _, e := range n.Edges {
				edges += e.Stats.Total()
			}
		}
		return nodes, edges
	}
	var nodes, edges int64
	for from := begin; from < end; from += 17 * segment.Second {
		n, e := counts(from, min(end, from+17*segment.Second))
		nodes, edges = nodes+n, edges+e
	}
	if n, e := counts(begin, end); n != 400 || e != 400 || nodes != n || edges != e || len(whole.Nodes) != 3 {
		t.Errorf("whole: %d nodes' and %d edges' observations on %d nodes; parts sum to %d and %d; want 400 and 400 on 3", n, e, len(whole.Nodes), nodes, edges)
	}
}

// The worker's trace links to the message's: the queue, which only the sender saw, leads to the worker.
func TestLinksLeadFromTheQueue(t *testing.T) {
	b := newBench(t)
	sent := `1-68d2f0a1-00000000000000000000000a`
	b.put(`{"trace_id":"`+sent+`","id":"00000000000000a1","name":"orders","start_time":1758654625,"end_time":1758654625.5,"subsegments":[
		{"id":"00000000000000a2","name":"SQS","namespace":"aws","start_time":1758654625.1,"end_time":1758654625.2,"aws":{"operation":"SendMessage","queue_url":"https://sqs/q"}}]}`,
		`{"trace_id":"1-68d2f0a2-00000000000000000000000b","id":"00000000000000b1","name":"worker","start_time":1758654626.2,"end_time":1758654626.5,
		"links":[{"trace_id":"`+sent+`","id":"00000000000000a2","attributes":{"reference_type":"parent"}}]}`)
	m, err := b.query.ServiceGraph(context.Background(), query.GraphQuery{Account: account, From: segment.TimeOf(b.now), To: segment.TimeOf(b.now) + 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range m.Sorted() {
		for to, e := range n.Edges {
			if n.Service.Name == "https://sqs/q" && to.Name == "worker" && e.Link && e.Stats.OK == 1 && len(e.Ages.Bins()) == 1 && e.Ages.Bins()[0].Millis == 1000 {
				return
			}
		}
	}
	t.Errorf("no link edge of age 1 s from the queue to the worker in %+v", m.Nodes)
}
