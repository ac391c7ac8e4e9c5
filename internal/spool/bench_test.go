package spool

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// batch is 60 KB of documents that differ as a service's do: in ids and times.
func batch(n int) Entry {
	var b strings.Builder
	for i := 0; b.Len() < 60_000; i++ {
		fmt.Fprintf(&b, `{"name":"shop","id":"%016x","trace_id":"1-5759e988-%024x","start_time":%d.%06d,"end_time":%d.%06d,`+
			`"http":{"request":{"method":"GET","url":"https://shop.example.com/orders/%d"},"response":{"status":200}},`+
			`"annotations":{"tenant":"t%d"},"aws":{"ecs":{"container":"shop-%d"}}},`,
			uint64(n*1000+i)*0x9e3779b97f4a7c15, uint64(n*1000+i)*0xbf58476d1ce4e5b9, 1465510280+n, i*997, 1465510280+n, i*997+5000, n*i, i%17, i%3)
	}
	return Entry{Kind: 1, Documents: 50, At: start, Payload: []byte(b.String())}
}

func benchSpool(b *testing.B, max int64) *Spool {
	s, err := Open(b.TempDir(), Options{MaxBytes: max, MaxAge: 24 * time.Hour, Now: func() time.Time { return start }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func BenchmarkAppend60KB(b *testing.B) {
	s := benchSpool(b, 64<<20)
	e := batch(1)
	b.SetBytes(int64(len(e.Payload)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Append(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNextDone60KB(b *testing.B) {
	s := benchSpool(b, 1<<30)
	e := batch(1)
	for range b.N {
		if err := s.Append(e); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(e.Payload)))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		l, err := s.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Done(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen1GB opens a spool of a GB whose entries are as large as batches of 60 KB come out, and tells the memory that it takes.
func BenchmarkOpen1GB(b *testing.B) {
	dir := b.TempDir()
	o := Options{MaxBytes: 1 << 30}
	s, err := Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; s.Stats().Bytes < 1<<30-maxFile; n++ {
		if err := s.Append(entry(n, 8000)); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	b.ReportAllocs()
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		if s, err = Open(dir, o); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc)-float64(before.HeapAlloc), "B-heap")
	b.ReportMetric(float64(len(s.files)), "files")
}
