package main

import (
	"bytes"
	"encoding/json"
	"runtime"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/synthetic"
)

// A load is documents of the synthetic shop, made anew with the time of sending: ids and times of the traffic lie in order,
// as those of real traffic do.
type load struct {
	documents int
	shop      *synthetic.Shop
	trace     uint64   // next of the shop
	sample    []string // ids of traces that were sent whole and are durable
	sampling  bool
}

// The load's shop is busy: at the demo's own rate a run of the bench would take it through years of spells.
const (
	seed       = 1
	busy       = 2_000 // requests a second in the shop's own time
	sampleStep = 64    // every so many traces one id is kept for queries
)

func newLoad(documents int) *load {
	return &load{documents: documents, shop: synthetic.New(seed, busy)}
}

// next makes the documents of the next trace, starting now. They are valid until the next call.
func (l *load) next() []synthetic.Document {
	docs := l.shop.Trace(l.trace, segment.TimeOf(time.Now().Add(-300*time.Millisecond)))
	if l.sampling && l.trace%sampleStep == 0 {
		l.sample = append(l.sample, traceID(docs[0].Body))
	}
	l.trace++
	return docs
}

// batches calls send with up to size documents at a time until all are sent. The documents are send's to keep.
func (l *load) batches(size int, send func([][]byte) error) error {
	batch := make([][]byte, 0, size)
	for sent := 0; sent < l.documents; {
		for _, d := range l.next() {
			batch = append(batch, bytes.Clone(d.Body))
			if sent++; len(batch) == size || sent == l.documents {
				if err := send(batch); err != nil {
					return err
				}
				batch = make([][]byte, 0, size)
			}
			if sent == l.documents {
				break
			}
		}
	}
	return nil
}

func traceID(doc []byte) string {
	i := bytes.Index(doc, []byte(`"trace_id":"`)) + len(`"trace_id":"`)
	return string(doc[i : i+segment.TraceIDLen])
}

// parse measures parsing and digesting in this process.
func parse(l *load) {
	var docs [][]byte
	size := 0
	for range 2_000 {
		for _, d := range l.next() {
			docs = append(docs, bytes.Clone(d.Body))
			size += len(d.Body)
		}
	}
	var d segment.Digest
	var b []byte
	digests := 0
	const rounds = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin, cpu := time.Now(), ownCPU()
	for range rounds {
		for _, doc := range docs {
			if err := segment.Parse(doc, &d); err != nil {
				panic(err) // the shop's documents are good
			}
			b = d.Append(b[:0])
			digests += len(b)
		}
	}
	cpu = ownCPU() - cpu
	wall := time.Since(begin).Seconds()
	runtime.ReadMemStats(&after)
	n := rounds * len(docs)
	yardstick(docs)
	row("parse + digest", n, wall, cpu, "%.0f bytes/document, %.0f bytes/digest, %.2f allocations, %.0f MB/s",
		float64(size)/float64(len(docs)), float64(digests)/float64(n), float64(after.Mallocs-before.Mallocs)/float64(n),
		float64(size*rounds)/cpu/1e6)
}

// yardstick measures the standard library's json.Valid on the same documents: how fast the machine is just now.
func yardstick(docs [][]byte) {
	begin, cpu := time.Now(), ownCPU()
	for _, doc := range docs {
		if !json.Valid(doc) {
			panic("a document of the shop is not JSON")
		}
	}
	row("encoding/json.Valid, a yardstick", len(docs), time.Since(begin).Seconds(), ownCPU()-cpu, "")
}
