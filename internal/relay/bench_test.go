package relay

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// chunk is documents as the receiver hands them over.
func chunk() [][]byte {
	list := make([][]byte, 500)
	for i := range list {
		list[i] = sample
	}
	return list
}

// nowhere takes all calls and does nothing.
type nowhere struct{}

func (nowhere) Name() string { return "nowhere" }

func (nowhere) Post(context.Context, uplink.Request) (uplink.Answer, error) {
	return uplink.Answer{Status: 200, Body: nothingUnprocessed}, nil
}

// flow puts b.N chunks, no faster than they are sent.
func flow(b *testing.B, endpoints ...Endpoint) {
	r := start(Options{Endpoints: endpoints, Memory: 64 << 20})
	list := chunk()
	b.SetBytes(int64(len(list) * len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Put(b.Context(), list); err != nil {
			b.Fatal(err)
		}
		for r.State()[0].QueuedBytes > 32<<20 {
			time.Sleep(time.Millisecond) // sleeps until there is room: a benchmark of throughput must not drop
		}
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		b.Fatal(err)
	}
	if c := r.Counts()[0]; c.Spilled+c.Refused > 0 {
		b.Fatalf("not all was sent: %+v", c)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/doc")
}

// BenchmarkPut is batching, the queue and settling, for 500 documents of 1.2 KB.
func BenchmarkPut(b *testing.B) { flow(b, Endpoint{Uplink: nowhere{}}) }

// BenchmarkRelay is all of it, with a server on loopback that reads the bodies; its work counts too.
func BenchmarkRelay(b *testing.B) {
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Error(err)
		}
		if _, err := w.Write(nothingUnprocessed); err != nil {
			b.Error(err)
		}
	}))
	defer sink.Close()
	up, err := uplink.New(uplink.Config{URL: sink.URL, UserAgent: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	flow(b, Endpoint{Uplink: up})
}
