package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"sync"
)

// An endpoint answers daemons as X-Ray's API does and counts the documents that it is given, each once.
type endpoint struct {
	bodies sync.Pool // of *bytes.Buffer

	mu       sync.Mutex
	seen     []uint64 // a bit for each sequence number
	arrivals arrivals
}

// Arrivals are what an endpoint was given.
type arrivals struct {
	Documents int // different ones
	Twice     int // given again
	Requests  int // of documents
	Unsigned  int // of them
}

func newEndpoint() *endpoint {
	return &endpoint{
		bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }},
		seen:   make([]uint64, (maxDatagrams+63)/64),
	}
}

// ServeHTTP answers the two operations that daemons send to by themselves, and says what arrived.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/arrivals" {
		e.mu.Lock()
		defer e.mu.Unlock()
		_ = json.NewEncoder(w).Encode(e.arrivals) // the client is gone
		return
	}
	body := e.bodies.Get().(*bytes.Buffer)
	defer e.bodies.Put(body)
	body.Reset()
	if _, err := body.ReadFrom(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch r.URL.Path {
	case "/TraceSegments":
		if err := e.count(body.Bytes(), r.Header.Get("Authorization") != ""); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"UnprocessedTraceSegments":[]}`) // the client is gone
	case "/TelemetryRecords":
		_, _ = io.WriteString(w, `{}`) // the client is gone
	default:
		http.NotFound(w, r)
	}
}

// escapedMark is a trace's mark within the JSON string that holds the document.
var escapedMark = []byte(`\"trace_id\":\"1-`)

// count notes the documents of a PutTraceSegments request. To parse it would take more CPU than the daemons under test.
func (e *endpoint) count(body []byte, signed bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.arrivals.Requests++
	if !signed {
		e.arrivals.Unsigned++
	}
	for first := true; ; first = false {
		i := bytes.Index(body, escapedMark)
		switch {
		case i < 0 && first:
			return fmt.Errorf("no document in a body of %d bytes", len(body))
		case i < 0:
			return nil
		}
		body = body[i+len(escapedMark):]
		if len(body) < tracePrefix+hexDigits {
			return fmt.Errorf("a trace id is cut off: %q", body)
		}
		n, err := strconv.ParseUint(string(body[tracePrefix:tracePrefix+hexDigits]), 16, 64)
		if err != nil || n >= maxDatagrams {
			return fmt.Errorf("trace id %q: not one of the sender's", body[:tracePrefix+hexDigits])
		}
		if bit := uint64(1) << (n % 64); e.seen[n/64]&bit == 0 {
			e.seen[n/64] |= bit
			e.arrivals.Documents++
		} else {
			e.arrivals.Twice++
		}
	}
}

// runEndpoint is the endpoint's process: it says its URL and serves until its input ends.
func runEndpoint(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: newEndpoint()}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	if err := json.NewEncoder(out).Encode("http://" + l.Addr().String()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	s.Close()
	if err != nil {
		return err
	}
	if err := <-failed; err != http.ErrServerClosed {
		return err
	}
	return nil
}

// A remoteEndpoint is an endpoint in a process of its own, so that what it costs is not what the others cost.
type remoteEndpoint struct {
	cmd *exec.Cmd
	in  io.Closer
	url string
}

func startEndpoint() (*remoteEndpoint, error) {
	cmd, err := myself(context.Background(), endpointRole)
	if err != nil {
		return nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	e := &remoteEndpoint{cmd: cmd, in: in}
	if err := json.NewDecoder(out).Decode(&e.url); err != nil {
		_ = e.stop() // it has said why
		return nil, fmt.Errorf("the endpoint did not start: %w", err)
	}
	return e, nil
}

// arrivals asks what has arrived so far.
func (e *remoteEndpoint) arrivals() (a arrivals, err error) {
	r, err := http.Get(e.url + "/arrivals")
	if err != nil {
		return a, err
	}
	defer r.Body.Close()
	return a, json.NewDecoder(r.Body).Decode(&a)
}

func (e *remoteEndpoint) stop() error {
	_ = e.in.Close() // that is how it is asked to end; Wait tells
	return e.cmd.Wait()
}
