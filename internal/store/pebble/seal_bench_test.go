//go:build unix

package pebble_test

import (
	"encoding/binary"
	"iter"
	"slices"
	"strconv"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

func number(n float64) fact.Value { return fact.Value{Kind: fact.Number, Number: n} }

// shopFacts states a dozen facts of a trace of the shop, by its id: one that is its own, one of many users, and ten that
// many traces have. One trace in ten thousand is rare.
func shopFacts(id segment.TraceID, note func(fact.Fact)) {
	n := binary.BigEndian.Uint64(id[8:])
	pick := func(of int) int {
		n = n*6364136223846793005 + 1442695040888963407
		return int(n >> 33 % uint64(of))
	}
	buf := make([]byte, 0, 32)
	name := func(prefix string, n int) fact.Value {
		return text(string(strconv.AppendInt(append(buf, prefix...), int64(n), 10)))
	}
	note(fact.Fact{Field: fact.Annotation, Key: "order", Value: name("order-", pick(1e9))})
	note(fact.Fact{Field: fact.User, Value: name("user-", pick(20_000))})
	note(fact.Fact{Field: fact.Annotation, Key: "tenant", Value: name("tenant-", pick(40))})
	for i := range 4 {
		note(fact.Fact{Field: fact.Service, Value: text(services[(i*2+pick(2))%len(services)])})
	}
	note(fact.Fact{Field: fact.Method, Value: text(methods[pick(len(methods))])})
	note(fact.Fact{Field: fact.URL, Value: text("http://frontend.shop.svc:8080" + paths[pick(len(paths))])})
	note(fact.Fact{Field: fact.ResponseTime, Value: number(fact.Grid(float64(pick(200_000)) / 1e6))})
	note(fact.Fact{Field: fact.Duration, Value: number(fact.Grid(float64(pick(300_000)) / 1e6))})
	if pick(20) == 0 {
		note(fact.Fact{Field: fact.Status, Value: number(500)})
		note(fact.Fact{Field: fact.Is, Value: text(fact.Fault)})
	} else {
		note(fact.Fact{Field: fact.Status, Value: number(200)})
		note(fact.Fact{Field: fact.Is, Value: text(fact.OK)})
	}
	if pick(10_000) == 0 {
		note(fact.Fact{Field: fact.Annotation, Key: "rare", Value: text("yes")})
	}
}

func shopDerive(noting bool) store.Derive {
	return func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
		for t, err := range traces {
			if err != nil {
				return nil, err
			}
			if noting {
				shopFacts(t.ID, note)
			}
		}
		return nil, nil
	}
}

// sealAll seals every minute of the account.
func sealAll(tb testing.TB, s *pebble.Store, noting bool) {
	tb.Helper()
	list, err := s.Unsealed(ctx, account, 1<<32-1, 1e6)
	if err != nil {
		tb.Fatal(err)
	}
	for _, u := range slices.Backward(list) {
		if err := s.Seal(ctx, account, u.Minute, shopDerive(noting)); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkSeal seals a minute of 20,000 traces again and again. One operation is one document; in "reading" nothing is
// noted, so that the difference is what facts cost. index-B is what a trace takes on disk.
func BenchmarkSeal(b *testing.B) {
	for name, noting := range map[string]bool{"reading": false, "noting": true} {
		b.Run(name, func(b *testing.B) {
			const rows = 90_000
			s, shop := stocked(b, rows, false, pebble.Options{})
			minute := store.Home(shop.now.Floor()).Minute()
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu()
			for n := 0; n < b.N; n += rows {
				if err := s.Seal(ctx, account, minute, shopDerive(noting)); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(cpu()-before)/float64((b.N+rows-1)/rows*rows), "cpu-ns/doc")
			bytes, err := pebble.SealedBytes(s)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(bytes)/20_000, "index-B")
		})
	}
}

// day is a store with a million traces of one small digest each, spread over the span, sealed.
func day(tb testing.TB, traces int, over segment.Time) (*pebble.Store, store.Window) {
	s, err := pebble.Open("data", pebble.Options{FS: vfs.NewMem()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	shop := newShop()
	from := shop.now
	rs := make([]store.Record, 0, 1000)
	digest := make([]byte, 220)
	for n := range traces {
		shop.now = from + over*segment.Time(n)/segment.Time(traces)
		id := shop.traceID()
		rs = append(rs, store.Record{Account: account, Trace: id, Segment: shop.segmentID(), Complete: true, Start: shop.now, End: shop.now, Received: shop.now, Digest: digest})
		if len(rs) == cap(rs) || n == traces-1 {
			if err := s.Append(ctx, rs); err != nil {
				tb.Fatal(err)
			}
			rs = rs[:0]
		}
	}
	sealAll(tb, s, true)
	return s, store.Window{From: from, To: from + over}
}

// BenchmarkScanWhere looks among a million sealed traces for the 100 that are rare, for the first 20 of them, and for ever larger
// shares. One operation is one scan; cpu-ns/trace is for each that it hands out. The cache holds a quarter of the digests.
func BenchmarkScanWhere(b *testing.B) {
	for name, over := range map[string]segment.Time{"24h": 24 * 3600 * segment.Second, "10min": 600 * segment.Second} {
		b.Run(name, func(b *testing.B) {
			s, w := day(b, 1e6, over)
			for _, x := range searches {
				b.Run(x.name, func(b *testing.B) {
					sel := store.Selection{Window: w}
					if x.where != nil {
						sel.Where = []fact.Clause{x.where}
					}
					benchmarkScan(b, s, sel, x.first)
				})
			}
		})
	}
}

var searches = []struct {
	name  string
	where fact.Clause
	first int // how many are read; 0 for all
}{
	{"rare", equal(fact.Annotation, "rare", text("yes")), 0},
	{"rare-first-20", equal(fact.Annotation, "rare", text("yes")), 20},
	{"none", equal(fact.Annotation, "order", text("order-x")), 0},
	{"contains", fact.Clause{{Field: fact.Annotation, Key: "order", Op: fact.Contains, Value: text("-77777")}}, 0},
	{"2.5%", equal(fact.Annotation, "tenant", text("tenant-7")), 0},
	{"5%", equal(fact.Status, "", number(500)), 0},
	{"12%", equal(fact.Annotation, "tenant", text("tenant-1"), text("tenant-2"), text("tenant-3"), text("tenant-4"), text("tenant-5")), 0},
	{"17%", equal(fact.URL, "", text("http://frontend.shop.svc:8080"+paths[0])), 0},
	{"50%", equal(fact.Service, "", text(services[0])), 0},
	{"95%", equal(fact.Status, "", number(200)), 0},
	{"all-unindexed", nil, 0},
}

// equal is a clause that one of the values satisfies.
func equal(field fact.Field, key string, values ...fact.Value) (c fact.Clause) {
	for _, v := range values {
		c = append(c, fact.Condition{Field: field, Key: key, Op: fact.Equal, Value: v})
	}
	return c
}

func benchmarkScan(b *testing.B, s *pebble.Store, sel store.Selection, first int) {
	b.ReportAllocs()
	n := 0
	before := cpu()
	for range b.N {
		n = 0
		for _, err := range s.Scan(ctx, account, sel) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n == first {
				break
			}
		}
	}
	took := float64(cpu()-before) / float64(b.N)
	b.ReportMetric(float64(n), "traces")
	b.ReportMetric(took/1e6, "cpu-ms/op")
	b.ReportMetric(took/float64(max(n, 1)), "cpu-ns/trace")
}
