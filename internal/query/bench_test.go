package query_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/synthetic"
)

// BenchmarkSealed asks for maps and time series of spans that begin and end within a minute, as callers do, and whose
// minutes are sealed. The store has six hours of the synthetic shop's traffic. Compare the rates: the answers must not cost
// more where there is more traffic, but for the edges and for histograms with more values.
func BenchmarkSealed(b *testing.B) {
	const hours, start = 6, 1758654600 * segment.Second
	for _, perMinute := range []int{15, 120} {
		s := sealedShop(b, start, hours*60, perMinute)
		q := query.New(s, time.Now)
		to := start + hours*60*minute - 7_654_321
		for _, minutes := range []segment.Time{60, 355} {
			b.Run(fmt.Sprintf("map/traces=%d/minutes=%d", perMinute, minutes), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					g, err := q.ServiceGraph(context.Background(), query.GraphQuery{Account: account, From: to - minutes*minute, To: to})
					if err != nil || len(g.Nodes) < 10 {
						b.Fatalf("%d nodes, %v", len(g.Nodes), err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("series/traces=%d/minutes=355", perMinute), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sq := query.SeriesQuery{Account: account, From: to - 355*minute, To: to, Period: minute, Of: query.ClientEdges{}}
				if page, err := q.TimeSeries(context.Background(), sq); err != nil || len(page.Buckets) < 300 {
					b.Fatalf("%d buckets, %v", len(page.Buckets), err)
				}
			}
		})
	}
}

// sealedShop is a store with so many minutes of traffic, all sealed.
func sealedShop(b *testing.B, start segment.Time, minutes, perMinute int) store.Store {
	b.Helper()
	s, err := pebble.Open(b.TempDir(), pebble.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	now := start
	o := ingest.Options{Clock: func() time.Time { return now.Std() }, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)}
	in := ingest.New(s, o)
	r := rollup.New(s, rollup.Options{Now: o.Clock, Registerer: o.Registerer, Logger: o.Logger})
	shop := synthetic.New(1, float64(perMinute)/60)
	for k := range minutes {
		for i := range perMinute {
			var docs [][]byte
			at := start + segment.Time(k)*minute + segment.Time(i)*minute/segment.Time(perMinute)
			for _, d := range shop.Trace(uint64(k*perMinute+i), at) {
				docs = append(docs, bytes.Clone(d.Body))
			}
			now = at + segment.Second/2
			if refused, err := in.Put(context.Background(), account, docs); err != nil || len(refused) > 0 {
				b.Fatalf("put: refused %v, error %v", refused, err)
			}
		}
	}
	first := rollup.MinuteOf(start)
	for m := first; m < first+store.Minute(minutes); m++ {
		if err := r.Seal(context.Background(), account, m); err != nil {
			b.Fatal(err)
		}
	}
	return s
}
