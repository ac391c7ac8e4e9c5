package clients

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

// manySteps is more subsegments than any SDK keeps in one document: Go sends on its own what is above 20, Python 30, Node.js and
// Java 100.
const manySteps = 130

// TestManySubsegments has each SDK send a segment in parts: some subsegments leave on their own, before the segment. The trace must
// be one document with each of them once.
func TestManySubsegments(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(shop.SDKs)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			service := shop.Start(t, server, "shop", name, nil)
			trace := harness.NewTraceID(time.Now())
			before := server.Metric(t, "rayscope_ingest_documents_total")
			if err := service.BuyInSteps(trace, manySteps); err != nil {
				t.Fatal(err)
			}
			harness.Eventually(t, visible, func() error { return wholeWithSteps(server, trace, manySteps) })
			harness.Eventually(t, visible, func() error { // documents are counted a moment after they can be seen
				if n := server.Metric(t, "rayscope_ingest_documents_total") - before; n < 2 {
					return fmt.Errorf("the SDK sent %v documents: it did not send parts, so this test says nothing", n)
				}
				return nil
			})
		})
	}
}

// wholeWithSteps tells what a trace lacks of being one complete document with so many different subsegments named step.
func wholeWithSteps(c harness.Caller, trace string, steps int) error {
	got, err := harness.Get[harness.Traces](c, "BatchGetTraces", harness.Args{"TraceIds": []string{trace}})
	if err != nil {
		return err
	}
	if len(got.Traces) != 1 || len(got.Traces[0].Segments) != 1 {
		return fmt.Errorf("got %+v, want one trace of one document", got)
	}
	docs, err := got.Traces[0].Documents()
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	n := 0
	for e := range docs[0].All {
		if e.Name == "step" {
			n++
			ids[e.ID] = true
		}
	}
	if n != steps || len(ids) != steps {
		return fmt.Errorf("the document has %d subsegments with %d ids, want %d", n, len(ids), steps)
	}
	return nil
}

// TestSentTwice sends a segment a second time with each subsegment in it twice, as AWS' SDK for Go was seen to do, over UDP
// and over HTTP: nothing counts twice.
func TestSentTwice(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	at := time.Now()
	trace, id := harness.NewTraceID(at), harness.NewID()
	step := func(id string) harness.Args {
		return harness.Args{"id": id, "name": "step", "start_time": harness.Seconds(at), "end_time": harness.Seconds(at), "trace_id": trace, "Dummy": false}
	}
	steps := []harness.Args{step(harness.NewID()), step(harness.NewID())}
	once := harness.Segment(trace, at, time.Second, harness.Args{"id": id, "subsegments": steps})
	twice := harness.Segment(trace, at, time.Second, harness.Args{"id": id, "subsegments": append(steps, steps...)})
	for _, first := range []string{twice, once} {
		if err := server.Datagram(harness.DaemonHeader + first); err != nil {
			t.Fatal(err)
		}
	}
	if err := harness.Put(server, once, twice); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, visible, func() error {
		if n := server.Metric(t, "rayscope_ingest_documents_total"); n != 4 {
			return fmt.Errorf("%v documents were taken, want 4", n)
		}
		return nil
	})
	if err := wholeWithSteps(server, trace, len(steps)); err != nil {
		t.Error(err)
	}
	window := harness.Args{"StartTime": harness.At(at.Add(-time.Minute)), "EndTime": harness.At(at.Add(time.Minute))}
	graph, err := harness.Get[harness.Graph](server, "GetServiceGraph", window)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range graph.Services {
		if n.Type != "client" && n.SummaryStatistics.TotalCount != 1 {
			t.Errorf("node %s counts %d requests, want 1", n.Name, n.SummaryStatistics.TotalCount)
		}
	}
}
