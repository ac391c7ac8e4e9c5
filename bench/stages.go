package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

// putSegments sends the load by PutTraceSegments, 50 documents a request: the answer means durable.
func putSegments(c config, s *server, l *load) error {
	l.sampling = true
	begin, cpu := time.Now(), s.cpu()
	requests := make(chan []byte)
	failed := make(chan error, c.connections)
	var wg sync.WaitGroup
	for range c.connections {
		wg.Go(func() {
			for body := range requests {
				if err := put(s, body); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	err := l.batches(50, func(docs [][]byte) error {
		body, err := requestOf(docs)
		if err != nil {
			return err
		}
		requests <- body
		select {
		case err := <-failed:
			return err
		default:
			return nil
		}
	})
	close(requests)
	wg.Wait()
	l.sampling, l.sample = false, l.sample[:len(l.sample)-1] // the last trace may be cut off
	close(failed)
	if err = errors.Join(err, <-failed); err != nil {
		return fmt.Errorf("put segments: %w", err)
	}
	row("PutTraceSegments, durable", l.documents, time.Since(begin).Seconds(), s.cpu()-cpu, "server; %.0f MB peak, %.0f MB disk",
		s.memory("VmHWM"), float64(s.disk())/1e6)
	return nil
}

func requestOf(docs [][]byte) ([]byte, error) {
	in := struct{ TraceSegmentDocuments []string }{make([]string, len(docs))}
	for i, d := range docs {
		in.TraceSegmentDocuments[i] = string(d)
	}
	return json.Marshal(in)
}

func put(s *server, body []byte) error {
	var out struct{ UnprocessedTraceSegments []json.RawMessage }
	if err := call(s, "/TraceSegments", json.RawMessage(body), &out); err != nil {
		return err
	}
	if n := len(out.UnprocessedTraceSegments); n > 0 {
		return fmt.Errorf("%d documents refused, the first: %s", n, out.UnprocessedTraceSegments[0])
	}
	return nil
}

func call(s *server, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.Post(s.url+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %.300s", path, r.Status, b)
	}
	return json.Unmarshal(b, out)
}

// datagrams sends the load by UDP at a fixed rate and waits until what arrived is durable.
func datagrams(c config, s *server, l *load) error {
	conn, err := net.Dial("udp", s.udp)
	if err != nil {
		return err
	}
	defer conn.Close()
	before, err := s.metric(acceptedMetric)
	if err != nil {
		return err
	}
	begin, cpu := time.Now(), s.cpu()
	sent, packet := 0, []byte(nil)
	err = l.batches(1, func(docs [][]byte) error {
		due := begin.Add(time.Duration(float64(sent) / float64(c.rate) * float64(time.Second)))
		if wait := time.Until(due); wait > time.Millisecond {
			time.Sleep(wait) // the pace of the load, in steps that the system's timer can keep
		}
		sent++
		packet = append(append(packet[:0], "{\"format\":\"json\",\"version\":1}\n"...), docs[0]...)
		_, err := conn.Write(packet)
		return err
	})
	if err != nil {
		return fmt.Errorf("send datagrams: %w", err)
	}
	wall := time.Since(begin).Seconds()
	arrived, err := settled(s, before)
	if err != nil {
		return err
	}
	kernel, err := s.metric("rayscope_daemon_kernel_dropped_datagrams_total")
	if err != nil {
		return err
	}
	spilled, err := s.metric("rayscope_daemon_spilled_datagrams_total")
	if err != nil {
		return err
	}
	row(fmt.Sprintf("UDP at %d/s, durable", c.rate), sent, wall, s.cpu()-cpu, "server; %.3f %% lost (%.0f in the kernel, %.0f spilled), %.0f MB peak",
		100*(1-arrived/float64(sent)), kernel, spilled, s.memory("VmHWM"))
	return nil
}

// acceptedMetric counts the documents that are durable.
const acceptedMetric = "rayscope_ingest_documents_total"

// settled waits until no more documents arrive and returns how many did since before.
func settled(s *server, before float64) (float64, error) {
	last := -1.0
	for {
		n, err := s.metric(acceptedMetric)
		if err != nil || n == last {
			return n - before, err
		}
		last = n
		time.Sleep(500 * time.Millisecond) // longer than any batch waits
	}
}

// settle waits for compactions and tells what is on disk.
func settle(_ config, s *server, l *load) error {
	quiet := 0
	for last := s.cpu(); quiet < 5; {
		time.Sleep(time.Second)
		now := s.cpu()
		if quiet++; now-last > 0.05 {
			quiet = 0
		}
		last = now
	}
	const documentsPerSpan = 0.373
	total := 2 * l.documents
	disk := s.disk()
	fmt.Printf("%-34s %12d %14s %16s  %.0f MB on disk, %.0f bytes/document (%.0f bytes/span), %.0f MB resident\n", "at rest, documents", total, "", "",
		float64(disk)/1e6, float64(disk)/float64(total), float64(disk)/float64(total)*documentsPerSpan, s.memory("VmRSS"))
	return nil
}

// queries runs n queries one after the other and prints their latencies.
func queries(s *server, name string, n int, one func(i int) error) error {
	return latencies("server", s.cpu, name, n, one)
}

// latencies runs n queries one after the other and prints their latencies and the CPU time of the side that answers.
func latencies(side string, cpu func() float64, name string, n int, one func(i int) error) error {
	times := make([]time.Duration, n)
	begin, before := time.Now(), cpu()
	for i := range times {
		t := time.Now()
		if err := one(i); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		times[i] = time.Since(t)
	}
	wall := time.Since(begin).Seconds()
	slices.Sort(times)
	row(name, n, wall, cpu()-before, "%s; p50 %s, p99 %s", side, times[n/2].Round(10*time.Microsecond), times[n*99/100].Round(10*time.Microsecond))
	return nil
}

func tracesByID(c config, s *server, l *load) error {
	rnd := rand.New(rand.NewPCG(seed, 2))
	return queries(s, "BatchGetTraces, one id", c.queries, func(int) error {
		var out struct{ Traces []json.RawMessage }
		id := l.sample[rnd.IntN(len(l.sample))]
		if err := call(s, "/Traces", map[string]any{"TraceIds": []string{id}}, &out); err != nil {
			return err
		}
		if len(out.Traces) != 1 {
			return fmt.Errorf("trace %s is not there", id)
		}
		return nil
	})
}

func searches(c config, s *server, _ *load) error {
	return queries(s, "GetTraceSummaries, newest 100", c.queries, func(int) error {
		var out struct{ TraceSummaries []json.RawMessage }
		now := float64(time.Now().UnixMilli()) / 1000
		if err := call(s, "/TraceSummaries", map[string]any{"StartTime": now - 3600, "EndTime": now}, &out); err != nil {
			return err
		}
		if len(out.TraceSummaries) != 100 {
			return fmt.Errorf("got %d summaries, want 100", len(out.TraceSummaries))
		}
		return nil
	})
}

func maps(c config, s *server, _ *load) error {
	return queries(s, "GetServiceGraph, all traffic", 5, func(int) error {
		var out struct{ Services []json.RawMessage }
		now := float64(time.Now().UnixMilli()) / 1000
		if err := call(s, "/ServiceGraph", map[string]any{"StartTime": now - 3600, "EndTime": now}, &out); err != nil {
			return err
		}
		if len(out.Services) == 0 {
			return errors.New("the map is empty")
		}
		return nil
	})
}

// scan reads every digest of the data directory in this process, as filters do, without and with decoding.
func scan(s *server) error {
	if err := s.quit(); err != nil {
		return err
	}
	db, err := pebble.Open(s.data(), pebble.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	now := segment.TimeOf(time.Now())
	window := store.Window{Axis: store.ByStart, From: now - 86400*segment.Second, To: now + segment.Second}
	var d segment.Digest
	for _, decode := range []bool{false, true} {
		n := 0
		begin, cpu := time.Now(), ownCPU()
		for t, err := range db.Scan(context.Background(), 0, store.Selection{Window: window}) {
			if err != nil {
				return err
			}
			n += len(t.Rows)
			if !decode {
				continue
			}
			for i := range t.Rows {
				if err := d.Decode(t.ID, t.Rows[i].Segment, t.Rows[i].Data); err != nil {
					return err
				}
			}
		}
		name := map[bool]string{false: "window scan, digests", true: "window scan + decode, digests"}[decode]
		cpu = ownCPU() - cpu
		row(name, n, time.Since(begin).Seconds(), cpu, "%.2f M digests/s/core", float64(n)/cpu/1e6)
	}
	return nil
}
