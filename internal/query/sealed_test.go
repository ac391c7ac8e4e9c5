package query_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A life is traffic of the kinds that are hard to sum up, with a clock of its own: traces whose documents come at once,
// late or before their parents, in progress first, with ids that carry no time or a wrong one, and links to traces that
// are there, are not yet, and never come.
type life struct {
	*bench
	rnd    *rand.Rand
	rollup *rollup.Rollup
	n      int
	owed   []string // documents that come later
	ids    []string // of the traces so far, and of some to come
	ever   [2]segment.Time
}

func newLife(t *testing.T, seed uint64) *life {
	b := newBench(t)
	l := &life{bench: b, rnd: rand.New(rand.NewPCG(seed, seed))}
	l.ever[0] = segment.TimeOf(b.now) - minute
	l.rollup = rollup.New(b.store, rollup.Options{Now: func() time.Time { return b.now }, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	return l
}

const minute = 60 * segment.Second

// step lets time pass and sends something.
func (l *life) step() {
	l.now = l.now.Add(time.Duration(l.rnd.Int64N(int64(6 * time.Second))))
	l.ever[1] = segment.TimeOf(l.now) + minute
	if n := len(l.owed); n > 0 && l.rnd.IntN(2) == 0 {
		i := l.rnd.IntN(n)
		l.put(l.owed[i])
		l.owed = append(l.owed[:i], l.owed[i+1:]...)
		return
	}
	docs := l.trace()
	for _, d := range docs {
		if l.rnd.IntN(3) == 0 {
			l.owed = append(l.owed, d)
		} else {
			l.put(d)
		}
	}
}

// newID is an id with the time in it, or a wrong or no time.
func (l *life) newID() string {
	l.n++
	epoch := l.now.Unix() - l.rnd.Int64N(3)
	switch l.rnd.IntN(6) {
	case 0:
		epoch = int64(0x01000000 + l.rnd.IntN(0x10000000))
	case 1:
		epoch -= l.rnd.Int64N(1200)
	case 2:
		epoch += l.rnd.Int64N(200)
	case 3:
		epoch -= 9 * 86400
	}
	return fmt.Sprintf("1-%08x-%024x", epoch, l.n)
}

// trace is the documents of a new trace: a root with a call and a message sent, a service that is called, perhaps the root
// in progress before, perhaps with a link.
func (l *life) trace() []string {
	id := l.newID()
	if l.rnd.IntN(8) == 0 {
		l.ids = append(l.ids, l.newID()) // one that a link leads to before it comes, if it ever does
	} else if n := len(l.ids); n > 0 && l.rnd.IntN(8) == 0 {
		id = l.ids[l.rnd.IntN(n)]
	}
	l.ids = append(l.ids, id)
	start := float64(l.now.UnixMicro())/1e6 - l.rnd.Float64()*3
	if l.rnd.IntN(8) == 0 {
		start -= l.rnd.Float64() * 3000
	}
	node := func(n int) string { return fmt.Sprintf("s%d", l.rnd.IntN(n)) }
	root := fmt.Sprintf(`{"trace_id":"%s","id":"%016x","name":"%s","start_time":%f%s,`, id, 1, node(3), start, l.links())
	times := fmt.Sprintf(`"start_time":%f,"end_time":%f`, start, start+l.rnd.Float64()*float64(l.rnd.IntN(3)))
	docs := []string{root + fmt.Sprintf(`"end_time":%f,"fault":%t,"subsegments":[
			{"id":"%016x","name":"api.%d","namespace":"remote",%s},
			{"id":"%016x","name":"SQS","namespace":"aws",%s,"aws":{"operation":"SendMessage","queue_url":"https://sqs/%d"}}]}`,
		start+l.rnd.Float64()*9, l.rnd.IntN(5) == 0, 2, l.rnd.IntN(4), times, 3, times, l.rnd.IntN(2))}
	if l.rnd.IntN(2) == 0 {
		docs = append(docs, fmt.Sprintf(`{"trace_id":"%s","id":"%016x","parent_id":"%016x","name":"%s","origin":"AWS::ECS::Fargate",%s}`, id, 4, 2, node(2), times))
	}
	if l.rnd.IntN(3) == 0 {
		docs = append([]string{root + `"in_progress":true}`}, docs...)
	}
	return docs
}

// links is a member for a segment that links to the message of another trace, to its root, or to nothing of it.
func (l *life) links() string {
	if len(l.ids) == 0 || l.rnd.IntN(2) == 0 {
		return ""
	}
	id := l.ids[max(0, len(l.ids)-1-l.rnd.IntN(20))]
	return fmt.Sprintf(`,"links":[{"trace_id":"%s","id":"%016x"}]`, id, []int{1, 3, 3, 99}[l.rnd.IntN(4)])
}

// seal seals some of the minutes, and tells how many.
func (l *life) seal(share float64) (n int) {
	l.t.Helper()
	list, err := l.store.Unsealed(context.Background(), account, 1<<31, 1000)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, u := range list {
		if l.rnd.Float64() >= share {
			continue
		}
		if err := l.rollup.Seal(context.Background(), account, u.Minute); err != nil {
			l.t.Fatal(err)
		}
		n++
	}
	return n
}

// window is a random one, of odd microseconds or of whole minutes.
func (l *life) window() (from, to segment.Time) {
	from = l.ever[0] + segment.Time(l.rnd.Int64N(int64(l.ever[1]-l.ever[0])))
	to = from + segment.Time(l.rnd.Int64N(int64(l.ever[1]-from)+1))
	if l.rnd.IntN(3) == 0 {
		from, to = from/minute*minute, to/minute*minute
	}
	return from, to
}

// plain is the map of a window from every trace there is.
func (b *bench) plain(from, to segment.Time) *servicemap.Map {
	b.t.Helper()
	m := new(servicemap.Map)
	a := trace.Assembler{Account: account.String()}
	read := func(visit func(*trace.Trace)) func(*store.Trace, error) bool {
		return func(stored *store.Trace, err error) bool {
			if err != nil {
				b.t.Fatal(err)
			}
			t, err := stored.Assemble(&a, store.Forever)
			if err != nil {
				b.t.Fatal(err)
			}
			visit(t)
			return true
		}
	}
	all := store.Selection{Window: store.Window{Axis: store.ByReceived, From: 0, To: 1 << 32 * segment.Second}}
	b.store.Scan(context.Background(), account, all)(read(func(t *trace.Trace) { m.Add(t, from, to) }))
	var senders []segment.TraceID
	for id := range m.Links {
		senders = append(senders, id)
	}
	b.store.Digests(context.Background(), account, senders...)(read(m.Draw))
	m.Links = nil
	return m
}

func (b *bench) graph(from, to segment.Time) *servicemap.Map {
	b.t.Helper()
	g, err := b.query.ServiceGraph(context.Background(), query.GraphQuery{Account: account, From: from, To: to})
	if err != nil {
		b.t.Fatal(err)
	}
	return &g.Map
}

// same compares maps by their binary form, which is canonical.
func same(a, b *servicemap.Map) bool { return bytes.Equal(a.Append(nil), b.Append(nil)) }

// describe prints a map for people.
func describe(m *servicemap.Map) string {
	var s strings.Builder
	for _, n := range m.Sorted() {
		fmt.Fprintf(&s, "%v %+v %+v\n", n.Service, n.Span, n.Stats)
		for _, to := range n.Targets() {
			e := n.Edges[to]
			fmt.Fprintf(&s, "   -> %v link=%t %+v %v\n", to, e.Link, e.Stats, e.Ages.Bins())
		}
	}
	return s.String()
}

// Maps summed up from parts of sealed minutes are those that all traces give, whatever has been sealed and broken.
func TestGraphFromPartsIsThatOfTheTraces(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, seed)
			for range 9 {
				for range 40 {
					l.step()
				}
				sealed := l.seal(l.rnd.Float64())
				for range 6 {
					from, to := l.window()
					got, want := l.graph(from, to), l.plain(from, to)
					if !same(got, want) {
						t.Fatalf("window [%d, %d), %d minutes just sealed: got\n%swant\n%s", from, to, sealed, describe(got), describe(want))
					}
				}
			}
		})
	}
}

// all wants the edges of events and calls, or the nodes, of some names.
type all struct{ edges bool }

func (w all) Node(s trace.Service) bool     { return !w.edges && s.Name != "s0" }
func (w all) Edge(_, to trace.Service) bool { return w.edges && to.Name != "s0" }

// Time series from parts are those that all traces give, a bucket at a time.
func TestTimeSeriesFromPartsIsThatOfTheTraces(t *testing.T) {
	l := newLife(t, 42)
	for range 4 {
		for range 60 {
			l.step()
		}
		l.seal(0.7)
		from, to := l.window()
		for i, want := range []servicemap.Want{all{}, all{edges: true}, query.ClientEdges{}} {
			for _, period := range []segment.Time{minute, 5 * minute} {
				s, err := l.query.TimeSeries(context.Background(), query.SeriesQuery{Account: account, From: from, To: to, Period: period, Of: want, Events: i == 1})
				if err != nil {
					t.Fatal(err)
				}
				got := fmt.Sprintf("%+v", s.Buckets)
				if want := fmt.Sprintf("%+v", l.plainSeries(from, to, period, want)); got != want {
					t.Fatalf("[%d, %d) by %d, want %d:\n got %s\nwant %s", from, to, period, i, got, want)
				}
			}
		}
	}
}

func (b *bench) plainSeries(from, to, period segment.Time, want servicemap.Want) []query.Bucket {
	var list []query.Bucket
	for end := (to - 1) / period * period; end >= from; end -= period {
		bucket := query.Bucket{End: end}
		m := b.plain(end-period, end)
		for s, n := range m.Nodes {
			if want.Node(s) {
				bucket.Stats.Add(&n.Stats)
				bucket.ResponseTimes.Merge(&n.ResponseTimes)
			}
			for to, e := range n.Edges {
				if want.Edge(s, to) {
					bucket.Stats.Add(&e.Stats)
					bucket.ResponseTimes.Merge(&e.ResponseTimes)
				}
			}
		}
		if bucket.Stats.Total() > 0 {
			list = append(list, bucket)
		}
	}
	return list
}

// While seals break and form, a map neither counts a minute twice nor leaves it out: what comes in meanwhile is outside of
// the window, in the home minutes that the window is made of.
func TestGraphWhileSealsBreakAndForm(t *testing.T) {
	l := newLife(t, 7)
	for range 200 {
		l.step()
	}
	from, to := l.ever[0]+123_457, l.ever[1]
	want := l.plain(from, to)
	begin := l.now.Unix()
	l.now = l.now.Add(2 * time.Minute)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for n := 1_000_000; ; n++ {
			select {
			case <-stop:
				return
			default:
				l.put(root(begin-int64(n%600), n, segment.Time(begin-int64(n%600))*segment.Second))
			}
		}
	})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			list, err := l.store.Unsealed(context.Background(), account, 1<<31, 1000)
			if err != nil {
				t.Error(err)
				return
			}
			for _, u := range list {
				if err := l.rollup.Seal(context.Background(), account, u.Minute); err != nil && !errors.Is(err, store.ErrUnsettled) {
					t.Error(err)
					return
				}
			}
		}
	})
	for range 15 {
		if got := l.graph(from, to); !same(got, want) {
			t.Errorf("got\n%swant\n%s", describe(got), describe(want))
			break
		}
	}
	close(stop)
	wg.Wait()
}
