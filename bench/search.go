package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/trace"
)

// predicates are a filter expression of each kind, about the shop.
var predicates = []struct{ kind, expression string }{
	{"ok", `ok`},
	{"responsetime", `responsetime > 0.5`},
	{"annotation", `annotation.tenant = "acme"`},
	{"service{}", `service("orders") { fault }`},
	{"edge{}", `edge("orders", id(type: "Database::SQL")) { responsetime > 0.1 }`},
	{"rootcause", `rootcause.fault.exception { message CONTAINS "Lock wait" }`},
}

// parseExpressions measures parsing of filter expressions.
func parseExpressions() error {
	const rounds = 20_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin, cpu := time.Now(), ownCPU()
	for range rounds {
		for _, p := range predicates {
			if _, err := filter.Parse(p.expression); err != nil {
				return fmt.Errorf("%s: %w", p.expression, err)
			}
		}
	}
	cpu = ownCPU() - cpu
	wall := time.Since(begin).Seconds()
	runtime.ReadMemStats(&after)
	n := rounds * len(predicates)
	row("parse a filter expression", n, wall, cpu, "%.1f allocations", float64(after.Mallocs-before.Mallocs)/float64(n))
	return nil
}

// scanPredicates reads and assembles every trace of the data directory in this process, without a filter and with one of
// each kind. No index helps: that is what a filter costs which no index knows.
func scanPredicates(s *server) error {
	db, err := pebble.Open(s.data(), pebble.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	if err := scanMatching(db, "scan + assemble, traces", nil); err != nil {
		return err
	}
	for _, p := range predicates {
		x, err := filter.Parse(p.expression)
		if err != nil {
			return fmt.Errorf("%s: %w", p.expression, err)
		}
		if err := scanMatching(db, "scan + filter: "+p.kind, x); err != nil {
			return err
		}
	}
	return nil
}

// scanMatching counts the traces of the last day that match; nil matches all.
func scanMatching(db store.Reader, name string, x *filter.Expression) error {
	now := segment.TimeOf(time.Now())
	window := store.Window{Axis: store.ByStart, From: now - 86400*segment.Second, To: now + segment.Second}
	env := &filter.Env{Account: store.Account(0).String()}
	a := &trace.Assembler{Account: env.Account}
	traces, digests, matched := 0, 0, 0
	begin, cpu := time.Now(), ownCPU()
	for stored, err := range db.Scan(context.Background(), 0, store.Selection{Window: window}) {
		if err != nil {
			return err
		}
		t, err := stored.Assemble(a, store.Forever)
		if err != nil {
			return err
		}
		traces++
		digests += len(stored.Rows)
		if x == nil || x.Match(t, env) {
			matched++
		}
	}
	cpu = ownCPU() - cpu
	row(name, traces, time.Since(begin).Seconds(), cpu, "%d match; %.2f M digests/s/core", matched, float64(digests)/cpu/1e6)
	return nil
}

// rare is how many traces have the annotation that needles looks for.
const rare = 20

// needles puts a few traces with an annotation that no other has among the load, waits until the minutes are sealed, and
// searches for them.
func needles(c config, s *server, _ *load) error {
	docs := make([][]byte, rare)
	for i := range docs {
		start := segment.TimeOf(time.Now()) - segment.Time(i)*segment.Second
		docs[i] = fmt.Appendf(nil, `{"trace_id":"1-%08x-0000000000000000%08x","id":"%016x","name":"haystack","start_time":%f,"end_time":%f,"annotations":{"needle":"rye"}}`,
			start.Floor(), i, i+1, start.Seconds(), start.Seconds())
	}
	body, err := requestOf(docs)
	if err != nil {
		return err
	}
	if err := put(s, body); err != nil {
		return err
	}
	search := func(int) error {
		var out struct{ TraceSummaries []json.RawMessage }
		now := float64(time.Now().UnixMilli()) / 1000
		in := map[string]any{"StartTime": now - 3600, "EndTime": now, "FilterExpression": `annotation.needle = "rye"`}
		if err := call(s, "/TraceSummaries", in, &out); err != nil {
			return err
		}
		if len(out.TraceSummaries) != rare {
			return fmt.Errorf("got %d summaries, want %d", len(out.TraceSummaries), rare)
		}
		return nil
	}
	if err := queries(s, "one annotation value, just in", 3, search); err != nil {
		return err
	}
	if err := untilSealed(s); err != nil {
		return err
	}
	return queries(s, "one annotation value, sealed", c.queries, search)
}

// untilSealed waits until every minute that has begun is over, quiet and sealed.
func untilSealed(s *server) error {
	const longest = 10 * time.Minute // two for the last minute, and seconds for each one before
	begun := time.Now()
	for {
		waiting, err := s.metric("rayscope_rollup_minutes_waiting")
		if err != nil {
			return err
		}
		if past := time.Since(begun); past > 130*time.Second && waiting == 0 {
			return nil
		} else if past > longest {
			return fmt.Errorf("%.0f minutes are not sealed after %s", waiting, longest)
		}
		time.Sleep(time.Second)
	}
}
