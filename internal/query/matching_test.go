package query_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

func (b *bench) matching(gq query.GraphQuery) *query.MatchedGraph {
	b.t.Helper()
	gq.Account = account
	g, err := b.query.MatchingGraph(context.Background(), gq)
	if err != nil {
		b.t.Fatal(err)
	}
	return g
}

// Without a filter the map is the service graph; with a group's expression it is the group's, whatever is sealed.
func TestMatchingGraphIsTheServiceGraph(t *testing.T) {
	env := &filter.Env{Account: account.String()}
	x := parse(t, `service("s1") { fault } OR responsetime > 4`)
	group := &rollup.Group{ID: "g", Version: 1, Match: func(t *trace.Trace) bool { return x.Match(t, env) }}
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, seed+100)
			l.rollup = rollup.New(l.store, rollup.Options{Now: func() time.Time { return l.now }, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
				Groups: func(context.Context, store.Account) ([]*rollup.Group, error) { return []*rollup.Group{group}, nil }})
			for range 5 {
				for range 40 {
					l.step()
				}
				l.seal(l.rnd.Float64())
				for range 4 {
					from, to := l.window()
					gq := query.GraphQuery{Account: account, From: from, To: to}
					all := l.matching(gq)
					if want := l.graph(from, to); !same(&all.Map, want) {
						t.Fatalf("no filter, [%d, %d): got\n%swant\n%s", from, to, describe(&all.Map), describe(want))
					}
					if !all.Exact || all.Seen != all.Matched || all.Reached != from {
						t.Errorf("no filter: got %d of %d traces, exact %v", all.Matched, all.Seen, all.Exact)
					}
					gq.Group = group
					want, err := l.query.ServiceGraph(context.Background(), gq)
					if err != nil {
						t.Fatal(err)
					}
					if got := l.matching(gq); !same(&got.Map, &want.Map) {
						t.Fatalf("group, [%d, %d): got\n%swant\n%s", from, to, describe(&got.Map), describe(&want.Map))
					}
					gq.Group, gq.Filter, gq.Env = nil, x, env
					if got := l.matching(gq); !same(&got.Map, &want.Map) || got.Matched > all.Matched {
						t.Fatalf("filter, [%d, %d): got\n%swant\n%s", from, to, describe(&got.Map), describe(&want.Map))
					}
				}
			}
		})
	}
}

// A map that has no time left is that of the newest traces, and says how far it came.
func TestMatchingGraphStops(t *testing.T) {
	b := newBench(t)
	base := b.now.Unix() - 700
	for n := range 600 {
		b.put(root(base+int64(n), n+1, segment.Time(base+int64(n))*segment.Second))
	}
	slow := b.now
	late := query.New(b.store, func() time.Time { slow = slow.Add(15 * time.Second); return slow })
	got, err := late.MatchingGraph(context.Background(), query.GraphQuery{Account: account, From: 0, To: store.Forever})
	if err != nil {
		t.Fatal(err)
	}
	if got.Exact || got.Seen != 512 || got.Matched != 512 {
		t.Errorf("got %d seen, %d matched, exact %v; want 512 and not exact", got.Seen, got.Matched, got.Exact)
	}
	if want := segment.Time(base+600-512) * segment.Second; got.Reached != want {
		t.Errorf("reached %v, want %v", got.Reached, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := late.MatchingGraph(ctx, query.GraphQuery{Account: account, To: store.Forever}); err == nil {
		t.Error("cancelled: got no error")
	}
}
