package send

import (
	"bytes"
	"context"
	"net"
	"testing"
)

// sink is a daemon that reads and forgets.
func sink(b *testing.B) string {
	conn := listen(b, "127.0.0.1:0")
	go func() {
		datagram := make([]byte, 1<<16)
		for {
			if _, err := conn.Read(datagram); err != nil {
				return
			}
		}
	}()
	return conn.address()
}

var doc600 = bytes.Repeat([]byte("x"), 600)

// BenchmarkSend600 is what a document costs its program: Send, while the sender's goroutine works or sheds the load.
func BenchmarkSend600(b *testing.B) {
	s := sender(b, sink(b), "", Options{})
	b.ReportAllocs()
	for b.Loop() {
		s.Send(doc600)
	}
	report(b, s)
}

func BenchmarkSend600Parallel(b *testing.B) {
	s := sender(b, sink(b), "", Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			s.Send(doc600)
		}
	})
	report(b, s)
}

// BenchmarkThrough600 is what a document costs all in all, each of them sent: bursts of 100, and a flush.
func BenchmarkThrough600(b *testing.B) {
	s := sender(b, sink(b), "", Options{})
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		s.Send(doc600)
		if n%100 == 99 {
			if err := s.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b, s)
}

// BenchmarkWrite600 is the system call alone, to compare with.
func BenchmarkWrite600(b *testing.B) {
	conn, err := net.Dial("udp", sink(b))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(doc600); err != nil {
			b.Fatal(err)
		}
	}
}

func report(b *testing.B, s *Sender) {
	b.StopTimer()
	stats := s.Stats()
	b.ReportMetric(float64(stats.Dropped)/float64(b.N), "dropped/op")
}
