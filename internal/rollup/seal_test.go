package rollup_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/synthetic"
)

const account = store.Account(111122223333)

// begin is a whole minute.
const begin = 1758654600 * segment.Second

// A tap is a store that remembers what is noted when a minute is sealed.
type tap struct {
	*pebble.Store
	noted []string
}

func (s *tap) Seal(ctx context.Context, a store.Account, m store.Minute, derive store.Derive) error {
	s.noted = nil
	return s.Store.Seal(ctx, a, m, func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
		return derive(traces, func(f fact.Fact) {
			s.noted = append(s.noted, fmt.Sprintf("%d %s %s%g%t", f.Field, f.Key, f.Value.String, f.Value.Number, f.Value.Bool))
			note(f)
		})
	})
}

// A bench is a Rollup over a store, with a clock.
type bench struct {
	testing.TB
	store    *tap
	ingest   *ingest.Ingester
	settings *settings.Settings
	rollup   *rollup.Rollup
	now      segment.Time
}

func newBench(t testing.TB) *bench {
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
	b := &bench{TB: t, store: &tap{Store: s}, now: begin + 10*segment.Second}
	clock := func() time.Time { return b.now.Std() }
	registry, log := prometheus.NewRegistry(), slog.New(slog.DiscardHandler)
	b.settings = settings.New(s, "eu-central-1", clock)
	b.ingest = ingest.New(s, ingest.Options{Clock: clock, Registerer: registry, Logger: log})
	b.rollup = rollup.New(b.store, rollup.Options{Groups: rollup.GroupsOf(b.settings), Now: clock, Registerer: registry, Logger: log})
	return b
}

func (b *bench) put(docs ...string) {
	b.Helper()
	list := make([][]byte, len(docs))
	for i, d := range docs {
		list[i] = []byte(d)
	}
	if refused, err := b.ingest.Put(context.Background(), account, list); err != nil || len(refused) > 0 {
		b.Fatalf("put: refused %v, error %v", refused, err)
	}
}

func (b *bench) seal() {
	b.Helper()
	if err := b.rollup.Seal(context.Background(), account, rollup.MinuteOf(begin)); err != nil {
		b.Fatal(err)
	}
}

// parts reads the parts of the minute by the minutes of receipt, counted from it.
func (b *bench) parts() map[int]*servicemap.Map {
	b.Helper()
	m := rollup.MinuteOf(begin)
	list := make(map[int]*servicemap.Map)
	for p, err := range b.store.Parts(context.Background(), account, rollup.MapPart, m, m) {
		if err != nil {
			b.Fatal(err)
		}
		received, err := rollup.Received(p)
		if err != nil {
			b.Fatal(err)
		}
		if list[int(received-m)], err = servicemap.Decode(p.Data); err != nil {
			b.Fatal(err)
		}
	}
	return list
}

// web is a document of a trace that begins with the minute.
func web(n int, more string) string {
	return fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","name":"web","start_time":%d,"end_time":%d.5%s}`,
		begin/segment.Second, n, n, begin/segment.Second, begin/segment.Second, more)
}

func group(b *bench, name, expression string) *settings.Group {
	b.Helper()
	g, err := b.settings.CreateGroup(context.Background(), account, name, settings.GroupChange{FilterExpression: &expression}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

// Sealing notes every fact of every trace, and the groups as they are when it happens.
func TestSealNotesFactsAndGroups(t *testing.T) {
	b := newBench(t)
	slow, faulty := group(b, "slow", "responsetime > 0.4"), group(b, "faulty", "fault")
	b.put(web(1, `,"user":"u-4711","annotations":{"tenant":"acme"}`), web(2, `,"fault":true`))
	expression := "responsetime > 0.3"
	if _, err := b.settings.UpdateGroup(context.Background(), account, "slow", "", settings.GroupChange{FilterExpression: &expression}); err != nil {
		t.Fatal(err)
	}
	b.seal()
	groups := slices.DeleteFunc(slices.Clone(b.store.noted), func(s string) bool { return !strings.HasPrefix(s, fmt.Sprint(fact.Group, " ")) })
	slices.Sort(groups)
	isSlow, isFaulty := fmt.Sprintf("%d %s 2false", fact.Group, slow.ID), fmt.Sprintf("%d %s 1false", fact.Group, faulty.ID)
	want := []string{isSlow, isSlow, isFaulty}
	slices.Sort(want)
	if !slices.Equal(groups, want) {
		t.Errorf("noted groups %q, want %q", groups, want)
	}
	for _, want := range []string{fmt.Sprintf("%d  u-47110false", fact.User), fmt.Sprintf("%d tenant acme0false", fact.Annotation), fmt.Sprintf("%d  fault0false", fact.Is)} {
		if !slices.Contains(b.store.noted, want) {
			t.Errorf("%q was not noted, only %q", want, b.store.noted)
		}
	}
}

// There is a part for each minute in which something was received, with what was received then.
func TestSealMakesPartsByReceipt(t *testing.T) {
	b := newBench(t)
	b.put(web(1, ""), web(2, ""))
	b.now += 3 * 60 * segment.Second
	b.put(web(3, ""), fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"00000000000000aa","parent_id":"%016x","name":"late","start_time":%d,"end_time":%d}`,
		begin/segment.Second, 1, 1, begin/segment.Second, begin/segment.Second))
	b.seal()
	got := ""
	for _, at := range []int{0, 3} {
		m := b.parts()[at]
		if m == nil {
			t.Fatalf("no part of minute +%d", at)
		}
		for _, n := range m.Sorted() {
			got += fmt.Sprintf("+%d %s %s %d\n", at, n.Service.Name, n.Service.Type, n.Stats.Total())
		}
	}
	if want := "+0 web client 0\n+0 web  2\n+3 late  1\n+3 web client 0\n+3 web  1\n"; got != want || len(b.parts()) != 2 {
		t.Errorf("got %d parts:\n%swant 2:\n%s", len(b.parts()), got, want)
	}
}

// Links whose senders are there are drawn; of the others a bounded number waits.
func TestSealBoundsLinksThatWait(t *testing.T) {
	b := newBench(t)
	b.put(web(1, ""))
	const many = 300
	for n := range many {
		b.put(web(100+n, fmt.Sprintf(`,"links":[{"trace_id":"1-%08x-%024x","id":"%016x"},{"trace_id":"1-%08x-%024x","id":"0000000000000001"}]`,
			begin/segment.Second, 1, 1, begin/segment.Second, 10_000+n)))
	}
	b.seal()
	m := b.parts()[0]
	drawn := int64(0)
	for _, n := range m.Nodes {
		for _, e := range n.Edges {
			if e.Link {
				drawn += e.Stats.Total()
			}
		}
	}
	if drawn != many || len(m.Links) != 256 {
		t.Errorf("%d links are drawn and %d wait, want %d and 256", drawn, len(m.Links), many)
	}
}

// A minute whose maps would take the server's memory is not sealed.
func TestSealIsBounded(t *testing.T) {
	b := newBench(t)
	const traces, calls = 1100, 60 // just over the bound, in the maps of six minutes of receipt
	var docs []string
	for n := range traces {
		var sub []string
		for c := range calls {
			sub = append(sub, fmt.Sprintf(`{"id":"%016x","name":"host-%d-%d","namespace":"remote","start_time":%d,"end_time":%d}`,
				1_000_000+n*calls+c, n, c, begin/segment.Second, begin/segment.Second))
		}
		docs = append(docs, web(n, `,"subsegments":[`+strings.Join(sub, ",")+`]`))
		if len(docs) == traces/6+1 || n == traces-1 {
			b.put(docs...)
			docs, b.now = nil, b.now+60*segment.Second
		}
	}
	err := b.rollup.Seal(context.Background(), account, rollup.MinuteOf(begin))
	if err == nil || !strings.Contains(err.Error(), "nodes") || len(b.parts()) != 0 {
		t.Errorf("got %v and %d parts, want an error about too many nodes and none", err, len(b.parts()))
	}
}

func TestSealSaysWhatIsDamaged(t *testing.T) {
	b := newBench(t)
	id, err := segment.ParseTraceID(fmt.Sprintf("1-%08x-%024x", begin/segment.Second, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Append(context.Background(), []store.Record{{Account: account, Trace: id, Segment: segment.ID{1}, Complete: true,
		Received: b.now, Start: begin, End: begin, Digest: []byte("rubbish"), Document: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	err = b.rollup.Seal(context.Background(), account, rollup.MinuteOf(begin))
	if err == nil || !strings.Contains(err.Error(), id.String()) {
		t.Errorf("got %v, want an error that names trace %s", err, id)
	}
	if n := len(b.parts()); n != 0 {
		t.Errorf("the minute has %d parts, want none: it is not sealed", n)
	}
}

func TestReceivedRefusesOtherKeys(t *testing.T) {
	if _, err := rollup.Received(&store.Part{Minute: 7, Key: []byte("abc")}); err == nil || !strings.Contains(err.Error(), "616263") {
		t.Errorf("got %v, want an error that shows the key", err)
	}
}

// Sealing a minute of the synthetic shop, by the document.
func BenchmarkSeal(b *testing.B) {
	t := newBench(b)
	shop := synthetic.New(1, 2000)
	const traces = 5000
	documents := 0
	var batch [][]byte
	for k := range uint64(traces) {
		at := begin + segment.Time(k)*11_000
		for _, d := range shop.Trace(k, at) {
			batch = append(batch, bytes.Clone(d.Body))
			documents++
		}
		if len(batch) > 500 || k == traces-1 {
			t.now = at + 400_000
			if refused, err := t.ingest.Put(context.Background(), account, batch); err != nil || len(refused) > 0 {
				b.Fatalf("put: refused %v, error %v", refused, err)
			}
			batch = batch[:0]
		}
	}
	plain := rollup.New(t.store.Store, rollup.Options{Groups: rollup.GroupsOf(t.settings), Now: time.Now, Registerer: prometheus.NewRegistry()})
	b.ReportAllocs()
	for b.Loop() {
		if err := plain.Seal(context.Background(), account, rollup.MinuteOf(begin)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(documents), "ns/document")
}
