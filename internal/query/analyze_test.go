package query_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// An analysis that has no time left, or looks at a number of traces only, has the newest and says how far it came.
func TestAnalyzeStops(t *testing.T) {
	b := newBench(t)
	base := b.now.Unix() - 700
	for n := range 600 {
		b.put(root(base+int64(n), n+1, segment.Time(base+int64(n))*segment.Second))
	}
	w := store.Window{Axis: store.ByStart, From: segment.Time(base) * segment.Second, To: segment.TimeOf(b.now)}
	slow := b.now
	late := query.New(b.store, func() time.Time { slow = slow.Add(15 * time.Second); return slow })
	aq := query.AnalyzeQuery{Account: account, Window: w, Plan: analysis.Plan{From: w.From, To: w.To}}
	few := aq
	few.Most = 100
	for _, c := range []struct {
		name        string
		q           *query.Query
		aq          query.AnalyzeQuery
		seen        int
		exact, late bool
	}{{"all", b.query, aq, 600, true, false}, {"most", b.query, few, 100, false, false}, {"late", late, aq, 511, false, true}} {
		got, err := c.q.Analyze(context.Background(), c.aq)
		if err != nil {
			t.Fatal(err)
		}
		if n := got.Result().A.Count; got.Seen != c.seen || n != int64(c.seen) || got.Exact != c.exact || got.Late != c.late {
			t.Errorf("%s: got %d seen, %d counted, exact %v, late %v; want %d, exact %v, late %v", c.name, got.Seen, n, got.Exact, got.Late, c.seen, c.exact, c.late)
		}
		want := w.From
		if !c.exact { // the oldest that was looked at, and what the order of homes leaves open
			want = segment.Time(base+600-int64(c.seen)) * segment.Second
		}
		if got.Reached < want || got.Reached > want+3*segment.Second {
			t.Errorf("%s: reached %v, want %v", c.name, got.Reached, want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.query.Analyze(ctx, aq); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v, want %v", err, context.Canceled)
	}
}

// An analysis counts the traces that a list of summaries has.
func TestAnalyzeAgreesWithSummaries(t *testing.T) {
	b := newBench(t)
	for n := range 150 {
		b.put(root(b.now.Unix()-20, n+1, segment.TimeOf(b.now)-20*segment.Second+segment.Time(n)*segment.Second/10))
	}
	for _, axis := range []store.Axis{store.ByStart, store.ByReceived, store.ByEnd} {
		for _, text := range []string{"ok", "fault", `service("web")`, "responsetime >= 0.001"} {
			x, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			env := &filter.Env{Account: account.String()}
			w := store.Window{Axis: axis, From: segment.TimeOf(b.now) - 12*segment.Second, To: segment.TimeOf(b.now) + segment.Second}
			sq := query.SummaryQuery{Account: account, Window: w, Filter: x, Env: env}
			want := int64(0)
			for {
				p, err := b.query.Summaries(context.Background(), sq)
				if err != nil {
					t.Fatal(err)
				}
				want += int64(len(p.Summaries))
				if sq.Token = p.Token; sq.Token == "" {
					break
				}
			}
			got, err := b.query.Analyze(context.Background(), query.AnalyzeQuery{Account: account, Window: w, Filter: x, Env: env, Plan: analysis.Plan{From: w.From, To: w.To}})
			if err != nil {
				t.Fatal(err)
			}
			if n := got.Result().A.Count; n != want {
				t.Errorf("%s on axis %d: got %d traces, the list has %d", text, axis, n, want)
			}
		}
	}
}
