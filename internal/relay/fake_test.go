package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/spool"
	"github.com/rayscope/rayscope/internal/uplink"
)

// A rule decides about a call. It may block.
type rule = func(ctx context.Context, path string, docs []string) (refused []Refusal, err error)

// An endpoint is a Poster that keeps what it takes and answers as its rule says.
type endpoint struct {
	name string

	mu    sync.Mutex
	rule  rule           // nil takes all
	docs  map[string]int // how often each document was taken, by its text
	otlp  [][]byte       // requests taken
	calls int
	now   int // calls under way
}

func newEndpoint(name string) *endpoint { return &endpoint{name: name, docs: map[string]int{}} }

func (e *endpoint) obey(r rule) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rule = r
}

func (e *endpoint) Name() string { return e.name }

func (e *endpoint) Post(ctx context.Context, r uplink.Request) (uplink.Answer, error) {
	rule := e.begin()
	defer e.end()
	var docs []string
	if r.Path == "/TraceSegments" {
		var body struct{ TraceSegmentDocuments []string }
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return uplink.Answer{}, &uplink.Error{Kind: uplink.Refused, Endpoint: e.name, Status: 400, Code: "SerializationException", Message: err.Error()}
		}
		docs = body.TraceSegmentDocuments
	}
	var refused []Refusal
	if rule != nil {
		var err error
		if refused, err = rule(ctx, r.Path, docs); err != nil {
			return uplink.Answer{}, err
		}
	}
	return e.take(r, docs, refused)
}

func (e *endpoint) begin() rule {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	e.now++
	return e.rule
}

func (e *endpoint) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now--
}

func (e *endpoint) take(r uplink.Request, docs []string, refused []Refusal) (uplink.Answer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.Path != "/TraceSegments" {
		e.otlp = append(e.otlp, append([]byte(nil), r.Body...))
		return uplink.Answer{Status: 200}, nil
	}
	no := map[string]bool{}
	type entry struct{ Id, ErrorCode, Message string }
	list := []entry{}
	for _, f := range refused {
		no[f.ID] = true
		list = append(list, entry{f.ID, f.Code, f.Message})
	}
	for _, d := range docs {
		if !no[idOf(d)] {
			e.docs[d]++
		}
	}
	body, err := json.Marshal(map[string]any{"UnprocessedTraceSegments": list})
	return uplink.Answer{Status: 200, Header: http.Header{}, Body: body}, err
}

// taken is the number of different documents taken, and of those taken more than once.
func (e *endpoint) taken() (docs, twice int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range e.docs {
		docs++
		if n > 1 {
			twice++
		}
	}
	return docs, twice
}

func (e *endpoint) took(doc []byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.docs[string(doc)] > 0
}

// called is the number of calls.
func (e *endpoint) called() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

// requests are those of OTLP.
func (e *endpoint) requests() [][]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.otlp)
}

// doc is a small document with the number as its id.
func doc(n int) []byte { return fmt.Appendf(nil, `{"id":"%016x","name":"shop"}`, n) }

func docs(from, to int) (list [][]byte) {
	for n := from; n < to; n++ {
		list = append(list, doc(n))
	}
	return list
}

func idOf(doc string) string {
	var d struct{ ID string }
	if json.Unmarshal([]byte(doc), &d) != nil {
		return ""
	}
	return d.ID
}

func fail(k uplink.Kind, status int) error {
	return &uplink.Error{Kind: k, Endpoint: "http://test", Status: status, Code: "Test" + k.String()}
}

// start makes a Relay; it is closed by the test.
func start(o Options) *Relay {
	if o.Memory == 0 {
		o.Memory = 8 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	o.Now = time.Now
	return New(o)
}

// pass lets time pass in a synctest bubble, and all that is due happen.
func pass(d time.Duration) {
	time.Sleep(d) // sleeps in the bubble's time
	synctest.Wait()
}

func put(t *testing.T, r *Relay, list ...[]byte) {
	t.Helper()
	if err := r.Put(context.Background(), list); err != nil {
		t.Fatal(err)
	}
}

// stop closes the Relay within d.
func stop(t *testing.T, r *Relay, d time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return r.Close(ctx)
}

func openSpool(t *testing.T, dir string, drops *Drops) *spool.Spool {
	t.Helper()
	o := spool.Options{MaxBytes: 64 << 20, MaxAge: time.Hour, Now: time.Now}
	if drops != nil {
		o.Dropped = drops.Count
	}
	s, err := spool.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeSpool(t *testing.T, s *spool.Spool) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// checkCounts compares the counts of one endpoint.
func checkCounts(t *testing.T, r *Relay, i int, sent, refused, spilled uint64) {
	t.Helper()
	if c := r.Counts()[i]; c.Sent != sent || c.Refused != refused || c.Spilled != spilled {
		t.Errorf("counts of %s are sent %d, refused %d, spilled %d; want %d, %d, %d", c.Endpoint, c.Sent, c.Refused, c.Spilled, sent, refused, spilled)
	}
}

func checkTaken(t *testing.T, e *endpoint, want int) {
	t.Helper()
	if got, twice := e.taken(); got != want || twice > 0 {
		t.Errorf("%s took %d documents, %d of them twice; want %d", e.name, got, twice, want)
	}
}
