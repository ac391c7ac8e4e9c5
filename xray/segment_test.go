package xray_test

import (
	"context"
	"encoding/json"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// A recorder keeps the documents of what it is given.
type recorder struct {
	mu   sync.Mutex
	docs []string
}

func (r *recorder) Emit(s *xray.Segment) {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.docs = append(r.docs, string(b))
}

func (r *recorder) RefreshEmitterWithAddress(*net.UDPAddr) {}

// A channel is an emitter for one segment.
type channel chan *xray.Segment

func (c channel) Emit(s *xray.Segment)                 { c <- s }
func (channel) RefreshEmitterWithAddress(*net.UDPAddr) {}

// A counter counts documents.
type counter struct{ documents int }

func (c *counter) Emit(*xray.Segment)                   { c.documents++ }
func (*counter) RefreshEmitterWithAddress(*net.UDPAddr) {}

// take returns the documents so far, parsed, and forgets them.
func (r *recorder) take(t *testing.T) []document {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []document
	for _, text := range r.docs {
		var d document
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatalf("document %s: %v", text, err)
		}
		list = append(list, d)
	}
	r.docs = nil
	return list
}

// A document is what tests look at.
type document struct {
	TraceID     string  `json:"trace_id"`
	ID          string  `json:"id"`
	ParentID    string  `json:"parent_id"`
	Type        string  `json:"type"`
	Name        string  `json:"name"`
	StartTime   float64 `json:"start_time"`
	EndTime     float64 `json:"end_time"`
	InProgress  bool    `json:"in_progress"`
	Fault       bool
	Error       bool
	Annotations map[string]any
	Metadata    map[string]map[string]any
	AWS         map[string]any
	Service     map[string]any
	Cause       struct {
		Exceptions []struct{ ID, Type, Message, Cause string }
	}
	Subsegments []document
}

// tree is the names of d and what is below it, as in "a(b c(d))".
func (d document) tree() string {
	s := d.Name
	if d.InProgress {
		s += "…"
	}
	if len(d.Subsegments) == 0 {
		return s
	}
	s += "("
	for i, c := range d.Subsegments {
		if i > 0 {
			s += " "
		}
		s += c.tree()
	}
	return s + ")"
}

func trees(docs []document) []string {
	var list []string
	for _, d := range docs {
		list = append(list, d.tree())
	}
	return list
}

// decided is a strategy that always decides the same.
type decided bool

func (d decided) ShouldTrace(*sampling.Request) *sampling.Decision { return decisions[d] }

var (
	everything = "everything"
	decisions  = map[decided]*sampling.Decision{true: {Sample: true, Rule: &everything}, false: {Rule: &everything}}
)

// recording returns a context whose segments are sampled and recorded.
func recording(t testing.TB) (context.Context, *recorder) {
	t.Helper()
	r := new(recorder)
	return configured(t, xray.Config{Emitter: r, SamplingStrategy: decided(true)}), r
}

func configured(t testing.TB, c xray.Config) context.Context {
	t.Helper()
	ctx, err := xray.ContextWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func decisionOf(rule *string) *sampling.Decision { return &sampling.Decision{Sample: true, Rule: rule} }

func TestOneDocumentForATree(t *testing.T) {
	ctx, r := recording(t)
	ctx, root := xray.BeginSegment(ctx, "shop")
	actx, a := xray.BeginSubsegment(ctx, "a")
	_, b := xray.BeginSubsegment(actx, "b")
	_, c := xray.BeginSubsegment(ctx, "c")
	b.Close(nil)
	a.Close(nil)
	root.Close(nil)
	if docs := r.take(t); len(docs) != 0 {
		t.Fatalf("before c is closed: got %q, want nothing", trees(docs))
	}
	c.Close(nil)
	docs := r.take(t)
	if len(docs) != 1 || docs[0].tree() != "shop(a(b) c)" {
		t.Fatalf("got %q, want shop(a(b) c) once", trees(docs))
	}
	if d := docs[0]; d.TraceID != root.TraceID || d.Type != "" || d.ParentID != "" || d.Subsegments[0].TraceID != "" || d.Subsegments[0].ParentID != "" {
		t.Errorf("got %+v, want a trace id on the root alone", d)
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, r := recording(t)
		begun := time.Now()
		_, s := xray.BeginSegment(ctx, "r")
		<-time.After(1500 * time.Millisecond)
		s.Close(nil)
		d := r.take(t)[0]
		if want := float64(begun.UnixMicro()) / 1e6; d.StartTime != want || d.EndTime != want+1.5 {
			t.Errorf("got %f to %f, want %f to %f", d.StartTime, d.EndTime, want, want+1.5)
		}
	})
}
