package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What the kernel drops because nobody reads is counted, and what it has room for is read.
func TestKernelDrops(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what it dropped")
	}
	var r recorder
	f := listenWith(t, Config{Intake: r.take})
	if got := f.Counts(); got != (Counts{}) {
		t.Errorf("before the first datagram: got %+v, want zeros", got)
	}
	datagram := header + strings.Repeat("x", 60_000)
	const sent = 2 * receiveBuffer / 60_000 * 2 // the kernel doubles what it is asked for
	for range sent {
		f.send(datagram)
	}
	dropped := f.Counts().KernelDropped
	if dropped == 0 || dropped > sent {
		t.Errorf("%d datagrams of 60 KB to a socket that nobody reads: got %d dropped, want some", sent, dropped)
	}
	f.serve()
	f.finish()
	if len(r.docs)+int(dropped) != sent {
		t.Errorf("got %d documents and %d dropped of %d sent", len(r.docs), dropped, sent)
	}
	if got := f.Counts().KernelDropped; got != dropped {
		t.Errorf("dropped after the end: got %d, want the %d that were told last", got, dropped)
	}
}

// A socket that is served by naps is served when there is nothing, too: the receiver must not miss the datagram that comes
// just before it waits.
func TestEachDatagramArrives(t *testing.T) {
	arrived := make(chan int)
	f := startWith(t, Config{Intake: func(_ context.Context, docs [][]byte) error {
		arrived <- len(docs)
		return nil
	}})
	for range 100 {
		f.send(header + "{}")
		if n := <-arrived; n != 1 {
			t.Fatalf("got %d documents, want 1", n)
		}
	}
	f.finish()
}

// A flood of what is no document takes no memory, fills no log, and keeps good ones out only as far as the kernel does.
func TestHostileFlood(t *testing.T) {
	var r recorder
	now := time.Now()
	f := startWith(t, Config{Intake: r.take, Memory: MinMemory, Clock: func() time.Time { return now }})
	hostile, err := net.Dial("udp", f.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer hostile.Close()
	flood := [][]byte{
		[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), bytes.Repeat([]byte("["), 9000), []byte(header), []byte("\n\n\n"),
		[]byte(header + "M1xx"), nil, []byte(strings.Repeat("{\"a\":", 60) + "\n"), bytes.Repeat([]byte{0xff}, 60_000),
	}
	const rounds, goodOnes = 3000, 300
	for i := range rounds {
		for _, d := range flood {
			if _, err := hostile.Write(d); err != nil {
				t.Fatal(err)
			}
		}
		if i%(rounds/goodOnes) == 0 {
			f.send(header + fmt.Sprint(i))
		}
	}
	chunks := f.inFlight.Load() + int64(len(f.free))
	f.finish()

	c, sent := f.Counts(), uint64(rounds*len(flood)+goodOnes)
	if got := c.Received + c.KernelDropped; runtime.GOOS == "linux" && got != sent {
		t.Errorf("got %d received and %d dropped by the kernel, want %d together", c.Received, c.KernelDropped, sent)
	}
	if c.Spilled != 0 || c.Rejected+uint64(len(r.docs)) != c.Received {
		t.Errorf("got %+v and %d documents, want all received ones rejected or taken in", c, len(r.docs))
	}
	if lost := uint64(goodOnes - len(r.docs)); runtime.GOOS == "linux" && lost > c.KernelDropped {
		t.Errorf("%d of %d good datagrams were lost, though the kernel dropped only %d", lost, goodOnes, c.KernelDropped)
	}
	if chunks > 1+2*workers {
		t.Errorf("%d chunks are held, want a few", chunks)
	}
	if lines := strings.Count(f.log.String(), "datagram rejected"); lines == 0 || lines > int(reasons) {
		t.Errorf("the log has %d lines of rejections in one instant, want one for each reason:\n%s", lines, f.log)
	}
	if got := f.log.Len(); got > 4096 {
		t.Errorf("the log has %d bytes, want no more than 4096", got)
	}
}

// When nothing comes any more the chunks of a burst are let go, and the next burst gets new ones.
func TestIdleServerHoldsNoChunks(t *testing.T) {
	f := listenWith(t, Config{Intake: (&recorder{}).take})
	r := &reader{server: f.Server}
	var burst []*chunk
	for c := f.take(); c != nil; c = f.take() {
		burst = append(burst, c)
	}
	for _, c := range burst {
		f.giveBack(c)
	}
	r.space() // as after a rejected datagram
	r.onDeadline()
	if got, want := len(f.free), len(burst)-1; got != want {
		t.Errorf("just after the burst: got %d free chunks, want %d", got, want)
	}
	r.onDeadline()
	if len(f.free) != 0 || f.waiting() != 0 || r.chunk != nil {
		t.Errorf("idle: got %d free chunks and %d bytes in use, want none", len(f.free), f.waiting())
	}
	f.serve()
	f.send(header + "{}")
	f.finish()
	if got := f.Counts(); got != (Counts{Received: 1}) {
		t.Errorf("after that: got %+v, want 1 received", got)
	}
}

// BenchmarkReceive is the way of a datagram from its sender to an intake that does nothing. Most of the time is the sender's.
func BenchmarkReceive(b *testing.B) {
	log := slog.New(slog.DiscardHandler)
	s, err := Listen(Config{
		Address: "127.0.0.1:0", API: http.NotFoundHandler(), Clock: time.Now, Registerer: prometheus.NewRegistry(), Logger: log,
		Intake: func(context.Context, [][]byte) error { return nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- s.Serve() }()
	conn, err := net.Dial("udp", s.Addr())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	datagram := []byte(header + strings.Repeat("x", 1200))
	b.SetBytes(int64(len(datagram)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(datagram); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if err := errors.Join(s.Shutdown(b.Context()), <-served); err != nil {
		b.Fatal(err)
	}
	c := s.Counts()
	b.ReportMetric(100*float64(c.KernelDropped)/float64(c.Received+c.KernelDropped), "%lost")
}
