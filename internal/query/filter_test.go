package query_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A corpus is the traces that the filter's examples are about.
type corpus struct {
	Account string
	Groups  map[string]string
	Traces  map[string][]json.RawMessage
}

func corpusFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "filter", "testdata", "corpus", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readCorpus(t *testing.T) (c corpus) {
	t.Helper()
	if err := json.Unmarshal(corpusFile(t, "traces.json"), &c); err != nil {
		t.Fatal(err)
	}
	if c.Account != account.String() {
		t.Fatalf("the corpus is of account %s, the bench of %s", c.Account, account)
	}
	return c
}

func (c *corpus) env(t *testing.T) *filter.Env {
	return &filter.Env{Account: c.Account, Group: func(r filter.GroupRef) *filter.Expression {
		if text, ok := c.Groups[r.Name]; ok {
			return parse(t, text)
		}
		return nil
	}}
}

func parse(t *testing.T, text string) *filter.Expression {
	t.Helper()
	x, err := filter.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return x
}

// putCorpus stores the traces and returns their short names by id.
func (b *bench) putCorpus(c *corpus) map[string]string {
	b.t.Helper()
	names := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(c.Traces)) {
		for _, doc := range c.Traces[name] {
			var is struct {
				ID string `json:"trace_id"`
			}
			if err := json.Unmarshal(doc, &is); err != nil {
				b.t.Fatal(err)
			}
			names[is.ID] = name
			b.put(string(doc))
		}
	}
	return names
}

// Every expression of the corpus finds the same traces by way of the store as it does on the traces alone.
func TestCorpus(t *testing.T) {
	b, c := newBench(t), readCorpus(t)
	b.now = time.Unix(1758654710, 0)
	names := b.putCorpus(&c)
	env := c.env(t)
	check := func(t *testing.T) {
		t.Helper()
		for line := range strings.Lines(string(corpusFile(t, "valid.tsv"))) {
			cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if got := b.find(names, parse(t, cells[1]), env); got != strings.TrimPrefix(cells[2], "-") {
				t.Errorf("%s  %s: got %s, want %s", cells[0], cells[1], got, cells[2])
			}
		}
	}
	t.Run("traces", check)
	if n := b.seal(); n != 2 {
		t.Fatalf("%d minutes were sealed, want 2", n)
	}
	t.Run("sealed minutes", check)
	b.put(`{"trace_id":"1-68d2f100-000000000000000000000009","id":"0900000000000001","parent_id":"0900000000000002","name":"late","start_time":1758654700,"in_progress":true}`)
	names["1-68d2f100-000000000000000000000009"] = "late"
	for _, c := range []struct{ expression, want string }{{`fault`, "T1"}, {`partial`, "T4 T5 late"}, {`service("late")`, "late"}} {
		if got := b.find(names, parse(t, c.expression), env); got != c.want {
			t.Errorf("with a broken seal, %s: got %s, want %s", c.expression, got, c.want)
		}
	}
}

// find is the short names of the traces that match, in order.
func (b *bench) find(names map[string]string, x *filter.Expression, env *filter.Env) string {
	b.t.Helper()
	p, err := b.query.Summaries(context.Background(), query.SummaryQuery{Account: account, Filter: x, Env: env,
		Window: store.Window{Axis: store.ByStart, From: 0, To: segment.TimeOf(b.now)}})
	if err != nil {
		b.t.Fatal(err)
	}
	if p.Token != "" || p.Seen > len(names) || p.Seen < len(p.Summaries) {
		b.t.Errorf("%s: looked at %d traces, token %q", x, p.Seen, p.Token)
	}
	var got []string
	for _, s := range p.Summaries {
		got = append(got, names[s.ID.String()])
	}
	slices.Sort(got)
	return strings.Join(got, " ")
}

// seal seals every minute with the facts of its traces, and tells how many.
func (b *bench) seal() int {
	b.t.Helper()
	list, err := b.store.Unsealed(context.Background(), account, store.Minute(b.now.Unix()/60)+1, 100) // ids of the corpus are ahead of its starts
	if err != nil {
		b.t.Fatal(err)
	}
	a := &trace.Assembler{Account: account.String()}
	for _, u := range list {
		err := b.store.Seal(context.Background(), account, u.Minute, func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			for stored, err := range traces {
				if err != nil {
					return nil, err
				}
				t, err := stored.Assemble(a, store.Forever)
				if err != nil {
					return nil, err
				}
				fact.Of(t, note)
			}
			return nil, nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return len(list)
}

// Pages of a filtered query hold each match once, newest first, and nothing else.
func TestFilteredPages(t *testing.T) {
	b := newBench(t)
	const n = 3 * query.PageSize
	var want []string
	for i := range 2 * n {
		start := segment.Time(1758654600_000000 + int64(i)*50_000)
		doc := root(start.Floor(), i, start)
		if i%2 == 0 {
			doc = strings.TrimSuffix(doc, "}") + `,"annotations":{"even":true}}`
			want = append(want, doc[13:13+segment.TraceIDLen])
		}
		b.put(doc)
	}
	slices.Reverse(want)
	sq := query.SummaryQuery{Account: account, Window: store.Window{Axis: store.ByStart, From: 0, To: segment.TimeOf(b.now)},
		Filter: parse(t, "annotation.even"), Env: &filter.Env{Account: account.String()}}
	var got []string
	pages := 0
	for sq.Token = ""; pages == 0 || sq.Token != ""; pages++ {
		p, err := b.query.Summaries(context.Background(), sq)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Summaries {
			got = append(got, s.ID.String())
		}
		sq.Token = p.Token
	}
	if !slices.Equal(got, want) || pages != 3 {
		t.Errorf("got %d traces on %d pages, want %d on 3, each once and in order", len(got), pages, len(want))
	}
}

// A share picks the same traces on each page and for each window, about as many as it says.
func TestShare(t *testing.T) {
	b := newBench(t)
	const n = 2_000
	docs := make([]string, n)
	for i := range docs { // ids as bad as they can be: they count up
		docs[i] = root(1758654600, i, segment.Time(1758654600_000000+int64(i)))
	}
	for batch := range slices.Chunk(docs, 50) {
		b.put(batch...)
	}
	picked := func(share float64, from, to segment.Time) (ids []string, seen int) {
		sq := query.SummaryQuery{Account: account, Window: store.Window{Axis: store.ByStart, From: from, To: to}, Share: &share}
		for {
			p, err := b.query.Summaries(context.Background(), sq)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range p.Summaries {
				ids = append(ids, s.ID.String())
			}
			seen += p.Seen
			if sq.Token = p.Token; sq.Token == "" {
				return ids, seen
			}
		}
	}
	end := segment.TimeOf(b.now)
	all, _ := picked(1, 0, end)
	none, seen := picked(0, 0, end)
	if len(all) != n || len(none) != 0 || seen != 0 {
		t.Errorf("share 1: got %d of %d; share 0: got %d, looked at %d", len(all), n, len(none), seen)
	}
	third, _ := picked(0.3, 0, end)
	if got := float64(len(third)) / n; got < 0.25 || got > 0.35 {
		t.Errorf("share 0.3: got %g of all", got)
	}
	middle := segment.Time(1758654600_000000 + n/2)
	late, _ := picked(0.3, middle, end)
	early, _ := picked(0.3, 0, middle)
	if again := append(late, early...); !slices.Equal(again, third) {
		t.Errorf("two halves of the window give %d traces, the whole %d: want the same", len(again), len(third))
	}
	half, _ := picked(0.5, 0, end)
	for _, id := range third {
		if !slices.Contains(half, id) {
			t.Fatalf("trace %s is in a share of 0.3 and not in one of 0.5", id)
		}
	}
}

// A scan that takes too long answers an empty page, with a token that goes on behind what was looked at.
func TestLongScanPauses(t *testing.T) {
	b := newBench(t)
	const n = 3_000
	docs := make([]string, n)
	for i := range docs {
		start := segment.Time(1758654600_000000 + int64(i)*10_000)
		docs[i] = root(start.Floor(), i, start)
	}
	for batch := range slices.Chunk(docs, 50) {
		b.put(batch...)
	}
	from := b.now
	slow := query.New(b.store, func() time.Time { // each look at the clock takes six seconds
		b.now = b.now.Add(6 * time.Second)
		return b.now
	})
	sq := query.SummaryQuery{Account: account, Window: store.Window{Axis: store.ByStart, From: 0, To: segment.TimeOf(from)},
		Filter: parse(t, `duration < 0.0005 OR user = "nobody"`), Env: &filter.Env{Account: account.String()}}
	pages, reached := 0, sq.Window.To
	for {
		p, err := slow.Summaries(context.Background(), sq)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Summaries) != 0 || p.Reached > reached {
			t.Fatalf("page %d: %d traces, reached %v after %v; want none, and to go back in time", pages, len(p.Summaries), p.Reached, reached)
		}
		reached = p.Reached
		pages++
		if sq.Token = p.Token; sq.Token == "" {
			break
		}
		if pages > n {
			t.Fatal("the pages do not end")
		}
	}
	if pages < 3 {
		t.Errorf("got %d pages, want several: each is cut short", pages)
	}
}

// A token belongs to the filter and the share that it was made for.
func TestTokensOfFilters(t *testing.T) {
	b := newBench(t)
	for n := range query.PageSize + 1 {
		b.put(root(1758654600, n, segment.Time(1758654600_000000+int64(n))))
	}
	share, other := 1.0, 0.5
	sq := query.SummaryQuery{Account: account, Window: store.Window{Axis: store.ByStart, From: 0, To: segment.TimeOf(b.now)},
		Filter: parse(t, `service("web")`), Env: &filter.Env{Account: account.String()}, Share: &share}
	p, err := b.query.Summaries(context.Background(), sq)
	if err != nil || p.Token == "" {
		t.Fatalf("first page: token %q, error %v", p.Token, err)
	}
	sq.Token = p.Token
	for about, change := range map[string]func(*query.SummaryQuery){
		"other filter": func(q *query.SummaryQuery) { q.Filter = parse(t, `service("api")`) },
		"no filter":    func(q *query.SummaryQuery) { q.Filter = nil },
		"other share":  func(q *query.SummaryQuery) { q.Share = &other },
		"no share":     func(q *query.SummaryQuery) { q.Share = nil },
	} {
		changed := sq
		change(&changed)
		if _, err := b.query.Summaries(context.Background(), changed); !errors.Is(err, query.ErrToken) {
			t.Errorf("%s: got %v, want ErrToken", about, err)
		}
	}
	sq.Filter = parse(t, ` SERVICE( "web" ) `)
	if p, err = b.query.Summaries(context.Background(), sq); err != nil || len(p.Summaries) != 1 {
		t.Errorf("the same filter, written otherwise: %v, want the last page", fmt.Sprint(p, err))
	}
}
