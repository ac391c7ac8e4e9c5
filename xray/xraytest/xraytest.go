// Package xraytest records segments in memory, so that tests can look at what a program traces. Nothing is sent, and no daemon is
// needed.
//
//	rec := xraytest.New(t)
//	placeOrder(rec.Context(), cart)
//	order := rec.Segment("orders")
//	order.WantAnnotation("tenant", "blue")
//	order.WantTree(`
//		orders
//			price
//			stock (fault)`)
//
// Tests of HTTP handlers wrap them with xray.HandlerWithContext(rec.Context(), ...).
package xraytest

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// patience is how long Segment waits: a server's segment ends a little after its client has the answer.
const patience = 5 * time.Second

// A Recorder keeps the segments of one test. It may be used by several goroutines, but what can fail the test only by the test's own.
type Recorder struct {
	t   testing.TB
	ctx context.Context

	mu      sync.Mutex
	docs    [][]byte      // documents in the order of their arrival
	arrival chan struct{} // closed at the next arrival
}

// New returns a recorder for the test t.
func New(t testing.TB) *Recorder {
	t.Helper()
	r := &Recorder{t: t, arrival: make(chan struct{})}
	ctx, err := xray.ContextWithConfig(t.Context(), r.Config())
	if err != nil {
		t.Fatalf("xraytest: %v", err)
	}
	r.ctx = ctx
	return r
}

// Context returns a context whose segments are all sampled, and recorded by r.
func (r *Recorder) Context() context.Context { return r.ctx }

// Config returns what makes Context, for tests that need a configuration of their own.
func (r *Recorder) Config() xray.Config {
	return xray.Config{Emitter: emitter{r}, SamplingStrategy: always{}}
}

// always samples everything.
type always struct{}

func (always) ShouldTrace(*sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: true}
}

// An emitter gives the recorder what would be sent.
type emitter struct{ to *Recorder }

// Emit keeps the document that the daemon would get. The caller holds the lock of s.
func (e emitter) Emit(s *xray.Segment) {
	doc, err := json.Marshal(s)
	if err != nil {
		e.to.t.Errorf("xraytest: segment %q is no JSON: %v", s.Name, err)
		return
	}
	e.to.mu.Lock()
	defer e.to.mu.Unlock()
	e.to.docs = append(e.to.docs, doc)
	close(e.to.arrival)
	e.to.arrival = make(chan struct{})
}

// RefreshEmitterWithAddress does nothing, as nothing is sent.
func (emitter) RefreshEmitterWithAddress(*net.UDPAddr) {}

// Segments returns what has been sent so far, in the order of starts: segments with their subsegments, also those that were sent apart,
// and subsegments whose segment was not sent. The values belong to the caller.
func (r *Recorder) Segments() []*Segment {
	r.t.Helper()
	r.mu.Lock()
	docs := slices.Clone(r.docs)
	r.mu.Unlock()
	return r.assemble(docs)
}

// Segment returns the segment of that name, and waits a few seconds for it if need be. It fails the test if there is none, or several.
func (r *Recorder) Segment(name string) *Segment {
	r.t.Helper()
	timeout := time.After(patience)
	for {
		r.mu.Lock()
		arrival := r.arrival
		r.mu.Unlock()
		all := r.Segments()
		switch found := named(all, name); len(found) {
		case 0:
		case 1:
			return found[0]
		default:
			r.t.Fatalf("xraytest: %d segments are named %q: choose among Segments()", len(found), name)
			return nil
		}
		select {
		case <-arrival:
		case <-timeout:
			r.t.Fatalf("xraytest: no segment named %q was sent; %s", name, r.hint(all))
			return nil
		}
	}
}

// hint says what was sent instead.
func (r *Recorder) hint(all []*Segment) string {
	switch {
	case len(all) > 0:
		return "there are " + names(all)
	case xray.SdkDisabled():
		return "AWS_XRAY_SDK_DISABLED is true, so nothing is recorded"
	}
	return "nothing was sent at all: is the segment begun with the recorder's Context, and are it and all its subsegments closed?"
}

func named(list []*Segment, name string) (found []*Segment) {
	for _, s := range list {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

func names(list []*Segment) string {
	quoted := make([]string, 0, len(list))
	for _, s := range list {
		quoted = append(quoted, `"`+s.Name+`"`)
	}
	return strings.Join(quoted, ", ")
}
