//go:build unix

package pebble_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

// BenchmarkAppend writes records to a real directory, each batch synced. One operation is one record. cpu-s/M is what the
// process took for a million of them, compaction and the making of the records included; disk-B is what one takes on disk, with the log and what is not
// compacted yet: it settles at some 300,000 records.
func BenchmarkAppend(b *testing.B) {
	for _, w3c := range []bool{false, true} {
		for _, batch := range []int{1, 50, 500} {
			b.Run(fmt.Sprintf("w3c=%t/batch=%d", w3c, batch), func(b *testing.B) { benchmarkAppend(b, w3c, batch, 1) })
		}
	}
	b.Run("w3c=false/batch=50/writers=8", func(b *testing.B) { benchmarkAppend(b, false, 50, 8) })
}

func benchmarkAppend(b *testing.B, w3c bool, batch, writers int) {
	s, err := pebble.Open(b.TempDir(), pebble.Options{})
	if err != nil {
		b.Fatal(err)
	}
	shop := newShop()
	shop.w3c = w3c
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu()
	fill(b, s, shop, b.N, batch, writers)
	b.StopTimer()
	b.ReportMetric(float64(cpu()-before)/1e9/float64(b.N)*1e6, "cpu-s/M")
	b.ReportMetric(float64(s.Stats().DiskBytes)/float64(b.N), "disk-B")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// cpu is what the process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// stocked is a store with n records of the shop, written and settled.
func stocked(tb testing.TB, n int, w3c bool, o pebble.Options) (*pebble.Store, *shop) {
	o.FS = vfs.NewMem()
	s, err := pebble.Open("data", o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	shop := newShop()
	shop.w3c = w3c
	fill(tb, s, shop, n, 500, 1)
	return s, shop
}

// BenchmarkScan reads digests. One operation is one row. In "cold" the cache holds a small part of the data, so nearly
// every block is decompressed; in "warm" it holds all.
func BenchmarkScan(b *testing.B) {
	for name, rows := range map[string]int{"warm": 100_000, "cold": 400_000} {
		b.Run(name, func(b *testing.B) {
			o := pebble.Options{}
			if name == "cold" {
				o.CacheBytes = 16 << 20
			}
			s, _ := stocked(b, rows, false, o)
			w := store.Window{From: 0, To: 1 << 52}
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; {
				for t, err := range s.Scan(context.Background(), account, store.Selection{Window: w}) {
					if err != nil {
						b.Fatal(err)
					}
					if n += len(t.Rows); n >= b.N {
						break
					}
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// BenchmarkTraceByID reads the documents of one trace out of 200,000 records.
func BenchmarkTraceByID(b *testing.B) {
	for _, w3c := range []bool{false, true} {
		b.Run(fmt.Sprintf("w3c=%t", w3c), func(b *testing.B) {
			s, _ := stocked(b, 200_000, w3c, pebble.Options{})
			var ids []segment.TraceID
			for t, err := range s.Scan(context.Background(), account, store.Selection{Window: store.Window{From: 0, To: 1 << 52}}) {
				if err != nil {
					b.Fatal(err)
				}
				ids = append(ids, t.ID)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				for _, err := range s.Documents(context.Background(), account, ids[i*7919%len(ids)]) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
