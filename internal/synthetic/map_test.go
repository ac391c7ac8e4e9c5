package synthetic_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/synthetic"
	"github.com/rayscope/rayscope/internal/trace"
)

// digests parses the documents of a request and sorts them by trace.
func digests(t *testing.T, documents []synthetic.Document) map[segment.TraceID][]*segment.Digest {
	t.Helper()
	traces := map[segment.TraceID][]*segment.Digest{}
	for _, d := range documents {
		var digest segment.Digest
		if err := segment.Parse(bytes.Clone(d.Body), &digest); err != nil {
			t.Fatalf("%v: %s", err, d.Body)
		}
		traces[digest.Trace] = append(traces[digest.Trace], &digest)
	}
	return traces
}

// Every document is taken, every trace is whole when all of its documents are there, and the map is that of the
// package comment. Links are added by those who read a store, so they are not here.
func TestMap(t *testing.T) {
	s := synthetic.New(2, synthetic.DefaultRate)
	var m servicemap.Map
	for k := range firstMinutes(s) {
		for id, documents := range digests(t, s.Trace(k, start)) {
			var a trace.Assembler
			a.Begin(id)
			for _, d := range documents {
				a.AddDigest(d, start)
			}
			tr := a.Trace()
			if tr.Partial() {
				t.Errorf("request %d: trace %s is partial: orphan %v, in progress %v, promise %v", k, id, tr.HasOrphan, tr.HasInProgress, tr.HasPromise)
			}
			m.Add(tr, start, start+1)
		}
	}

	const queue = "https://sqs.us-east-1.amazonaws.com/111122223333/order-placed"
	want := []string{
		"api ▶ inventory", "api ▶ orders", "api ▶ users",
		"inventory ▶ shop@mysql.internal",
		"notifications ▶ arn:aws:sns:us-east-1:111122223333:order-mail",
		"order-worker ▶ notifications", "order-worker ▶ order-worker", "order-worker ▶ shop@mysql.internal",
		"orders ▶ " + queue, "orders ▶ inventory", "orders ▶ payments", "orders ▶ shop@mysql.internal",
		"payments ▶ api.cardworks.example",
		"users ▶ shop-users",
		"web ▶ api", "web ▶ web",
	}
	var got []string
	for _, n := range m.Sorted() {
		for _, to := range n.Targets() {
			got = append(got, fmt.Sprintf("%s ▶ %s", n.Service.Name, to.Name))
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the edges are\n%q, want\n%q", got, want)
	}
}

// The worker's trace links to the message's sending, whose node is the queue.
func TestWorkerLinksToTheQueue(t *testing.T) {
	s := synthetic.New(2, synthetic.DefaultRate)
	links := 0
	for k := range firstMinutes(s) {
		traces := digests(t, s.Trace(k, start))
		for _, documents := range traces {
			for _, d := range documents {
				for _, l := range d.Links {
					links++
					sent := find(traces[l.Trace], l.ID)
					if sent == nil || sent.ResourceType != "AWS::SQS::Queue" {
						t.Errorf("request %d: the link %+v of %s leads to %+v, want a call to a queue", k, l, d.Own().Name, sent)
					}
				}
			}
		}
	}
	if links == 0 {
		t.Error("no link at all")
	}
}

func find(documents []*segment.Digest, id segment.ID) *segment.Entity {
	for _, d := range documents {
		for i := range d.Entities {
			if d.Entities[i].ID == id {
				return &d.Entities[i]
			}
		}
	}
	return nil
}
