package relay

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/spool"
	"github.com/rayscope/rayscope/internal/uplink"
)

// A sink is an X-Ray endpoint on a real socket that has faults first.
type sink struct {
	want int           // different documents
	all  chan struct{} // closed when they are there
	bad  int32         // calls left that go wrong
	how  http.HandlerFunc

	mu   sync.Mutex
	docs map[string]bool
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if atomic.AddInt32(&s.bad, -1) >= 0 {
		s.how(w, r)
		return
	}
	var body struct{ TraceSegmentDocuments []string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.keep(body.TraceSegmentDocuments)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(nothingUnprocessed) // fails when the client has gone: it sends again
}

func (s *sink) keep(docs []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range docs {
		s.docs[d] = true
	}
	if len(s.docs) >= s.want && s.all != nil {
		close(s.all)
		s.all = nil
	}
}

func status(code int, kind, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("x-amzn-ErrorType", kind)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"message":"`+message+`"}`)
	}
}

// cut takes the connection over and does what it is told with it.
func cut(do func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		do(conn)
		conn.Close()
	}
}

// TestSocketFaults sends through faults of real connections. The bodies are larger than what the kernel buffers, so that some
// are answered before they are read: a body that is used again too early shows in the race detector.
func TestSocketFaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		how  http.HandlerFunc
		bad  int32
	}{
		{"500", status(500, "InternalFailure", "no"), 3},
		{"413 before the body is read", status(413, "", "too large"), 3},
		{"429", status(429, "ThrottledException", "slow down"), 3},
		{"400 throttled", status(400, "ThrottlingException", "slow down"), 3},
		{"closed without an answer", cut(func(net.Conn) {}), 3},
		{"closed in the middle of the answer", cut(func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"Unp") }), 3},
		{"no HTTP", cut(func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n") }), 3},
		{"no answer", cut(func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := make(chan struct{})
			s := &sink{want: 51, all: all, bad: tt.bad, how: tt.how, docs: map[string]bool{}}
			server := httptest.NewServer(s)
			defer server.Close()
			r, sp, done := relayTo(t, server.URL)
			defer done()
			var list [][]byte
			for n := range s.want {
				list = append(list, []byte(string(doc(n))+strings.Repeat(" ", 60<<10)))
			}
			put(t, r, list...)
			select {
			case <-all:
			case <-time.After(30 * time.Second):
				t.Errorf("not all documents arrived: %+v, %+v", r.Counts(), r.State())
			}
			if err := stop(t, r, 10*time.Second); err != nil {
				t.Error(err)
			}
			// One that was taken though its answer was lost may lie on disk.
			if c, left := r.Counts()[0], sp.Stats().Documents; int(c.Sent)+left != s.want || c.Refused+c.Spilled > 0 {
				t.Errorf("counts %+v, %d documents on disk; want %d together", c, left, s.want)
			}
		})
	}
}

// relayTo is a Relay with a spool and an uplink that waits three seconds for answers.
func relayTo(t *testing.T, url string) (*Relay, *spool.Spool, func()) {
	t.Helper()
	transport := &http.Transport{}
	up, err := uplink.New(uplink.Config{URL: url, Client: &http.Client{Transport: transport}, Timeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	sp := openSpool(t, t.TempDir(), nil)
	r := start(Options{Endpoints: []Endpoint{{Uplink: up, Spool: sp}}, Memory: 64 << 20, Uploads: 2})
	return r, sp, func() {
		transport.CloseIdleConnections()
		closeSpool(t, sp)
	}
}

// TestServerStartsLate begins with a port that nobody listens on.
func TestServerStartsLate(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	r, sp, done := relayTo(t, "http://"+address)
	defer done()
	put(t, r, docs(0, 1000)...)
	if _, err := r.Deliver(t.Context(), docs(1000, 1010)); err != nil { // to disk
		t.Error(err)
	}
	if c := r.Counts()[0]; c.ConnectionRefused == 0 || c.Sent > 0 {
		t.Errorf("counts before the server is there: %+v", c)
	}
	all := make(chan struct{})
	s := &sink{want: 1010, all: all, docs: map[string]bool{}}
	if ln, err = net.Listen("tcp", address); err != nil {
		t.Skipf("somebody else took the port meanwhile: %v", err)
	}
	server := &http.Server{Handler: s}
	go func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	select {
	case <-all:
	case <-time.After(30 * time.Second):
		t.Errorf("not all documents arrived: %+v, %+v", r.Counts(), r.State())
	}
	if err := stop(t, r, 10*time.Second); err != nil {
		t.Error(err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if c, left := r.Counts()[0], sp.Stats().Documents; int(c.Sent)+left != s.want || c.Refused+c.Spilled > 0 {
		t.Errorf("counts %+v, %d documents on disk; want %d together", c, left, s.want)
	}
}
