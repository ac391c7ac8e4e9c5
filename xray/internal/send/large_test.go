package send

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A desk is the daemon's TCP side: it keeps what it is given and answers as it is told.
type desk struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	answer string
	calls  int
	docs   []string
}

func newDesk(t *testing.T, status int, answer string) *desk {
	d := &desk{status: status, answer: answer}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var call struct{ TraceSegmentDocuments []string }
	if err == nil {
		err = json.Unmarshal(body, &call)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	if err != nil || r.Method+r.URL.Path+r.Header.Get("Content-Type") != "POST/TraceSegmentsapplication/json" {
		http.Error(w, "bad call", http.StatusBadRequest)
		return
	}
	d.docs = append(d.docs, call.TraceSegmentDocuments...)
	w.WriteHeader(d.status)
	_, _ = io.WriteString(w, d.answer) // a client that is gone is no matter here
}

func (d *desk) address() string { return strings.TrimPrefix(d.URL, "http://") }

func (d *desk) set(status int, answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status, d.answer = status, answer
}

const taken = `{"UnprocessedTraceSegments":[]}`

func largeDoc(mark string) string {
	return `{"m":"` + mark + strings.Repeat("<é\u2028\\\"", MaxDocument/8) + `"}`
}

func TestLarge(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	d := newDesk(t, http.StatusOK, taken)
	s := sender(t, daemon.address(), d.address(), Options{})
	docs := []string{strings.Repeat("x", MaxDocument+1), largeDoc("a"), largeDoc("b")}
	for _, doc := range docs {
		s.Send([]byte(doc))
		s.Send([]byte("small"))
	}
	flush(t, s)
	if got, want := s.Stats(), (Stats{Sent: 6}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
	for i, doc := range docs {
		if i >= len(d.docs) || d.docs[i] != doc {
			t.Fatalf("document %d of %d came changed or not at all", i, len(docs))
		}
		if got := daemon.receive(); got != "small" {
			t.Errorf("by UDP came %.20q", got)
		}
	}
}

func TestLargeNotTaken(t *testing.T) {
	for _, tt := range []struct {
		about  string
		status int
		answer string
		want   string // in the error and in the log
	}{
		{"refused", 200, `{"UnprocessedTraceSegments":[{"Id":"1","ErrorCode":"InvalidId","Message":"no id"}]}`, "did not take the document: InvalidId: no id"},
		{"throttled", 429, `{"Message":"later"}`, `answered 429 Too Many Requests: {"Message":"later"}`},
		{"moved", 307, "", "answered 307 Temporary Redirect"},
		{"no X-Ray daemon", 200, "hello", "answer of http://"},
		{"no such call", 404, "", "the daemon does not take documents by TCP"},
	} {
		d := newDesk(t, tt.status, tt.answer)
		var said journal
		s := sender(t, nowhere(t), d.address(), Options{Log: said.log})
		s.Send([]byte(largeDoc("a")))
		err := s.Flush(context.Background())
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(said.all(), tt.want) {
			t.Errorf("%s: Flush: %v; logged %q, want %s in both", tt.about, err, said.all(), tt.want)
		}
		if got, want := s.Stats(), (Stats{TooLarge: 1}); got != want {
			t.Errorf("%s: Stats() = %+v, want %+v", tt.about, got, want)
		}
	}
}

func TestLargeNobody(t *testing.T) {
	s := sender(t, nowhere(t), nowhere(t), Options{})
	s.Send([]byte(largeDoc("a")))
	if err := s.Flush(context.Background()); err == nil || !strings.Contains(err.Error(), "X-Ray documents not sent: 1: ") {
		t.Errorf("Flush: %v", err)
	}
}

// A daemon without the call is asked once in ten minutes, and that is said once for good.
func TestLargeOff(t *testing.T) {
	d := newDesk(t, http.StatusNotFound, "")
	var said journal
	z := &zone{now: time.Unix(1000, 0)}
	s := sender(t, nowhere(t), d.address(), Options{Log: said.log})
	s.log.clock = z.clock
	for _, step := range []struct {
		about  string
		before func()
		calls  int
		want   Stats
	}{
		{"first", func() {}, 1, Stats{TooLarge: 1}},
		{"right after", func() {}, 1, Stats{TooLarge: 2}},
		{"too early", func() { z.pass(offTime - 1) }, 1, Stats{TooLarge: 3}},
		{"after ten minutes", func() { z.pass(1) }, 2, Stats{TooLarge: 4}},
		{"another daemon", func() { d.set(http.StatusOK, taken); s.Redirect("127.0.0.1:1", d.address()) }, 3, Stats{TooLarge: 4, Sent: 1}},
	} {
		step.before()
		s.Send([]byte(largeDoc("a")))
		_ = s.Flush(context.Background()) // fails, or not, with the counts below
		if got := s.Stats(); got != step.want || d.calls != step.calls {
			t.Errorf("%s: Stats() = %+v, %d calls, want %+v, %d", step.about, got, d.calls, step.want, step.calls)
		}
	}
	if got, want := said.all(), errNotServed.Error(); got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}

// stuck is a desk that does not answer while the test runs.
func stuck(t *testing.T) (address string, asked chan struct{}) {
	asked = make(chan struct{}, 100)
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the client go
		asked <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	return strings.TrimPrefix(server.URL, "http://"), asked
}

func TestLargeBound(t *testing.T) {
	address, asked := stuck(t)
	var said journal
	doc := []byte(largeDoc("a"))
	s := sender(t, nowhere(t), address, Options{LargeBytes: 3 * len(doc), Log: said.log})
	for range 5 {
		s.Send(doc)
	}
	<-asked
	if got, want := s.Stats(), (Stats{TooLarge: 2}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
	if want := "bytes may wait to be sent by TCP"; strings.Count(said.all(), want) != 1 {
		t.Errorf("logged %q, want %q once", said.all(), want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Flush with a cancelled context: %v", err)
	}
	if err := s.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close with a cancelled context: %v", err)
	}
	if got, want := s.Stats(), (Stats{TooLarge: 5}); got != want {
		t.Errorf("after Close: Stats() = %+v, want %+v", got, want)
	}
}

// What the system does not take as a datagram goes by TCP too: systems differ in their bound.
func TestSystemBound(t *testing.T) {
	skipWithoutRefusals(t) // nor does it have the same error for this
	daemon := listen(t, "127.0.0.1:0")
	d := newDesk(t, http.StatusOK, taken)
	s := sender(t, daemon.address(), d.address(), Options{})
	doc := strings.Repeat("x", MaxDocument+1)
	s.buf.put([]byte(doc)) // as Send would if MaxDocument were larger
	s.Send([]byte("small"))
	flush(t, s)
	if got := daemon.receive(); got != "small" {
		t.Errorf("by UDP came %.20q", got)
	}
	if len(d.docs) != 1 || d.docs[0] != doc {
		t.Errorf("by TCP came %d documents", len(d.docs))
	}
	if got, want := s.Stats(), (Stats{Sent: 2}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}
