package sdkdiff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// A recorder stands where the X-Ray daemon would, and keeps what comes.
type recorder struct {
	address string

	mu   sync.Mutex
	docs []document
	bad  []error // what is no segment document
}

// A document is a segment document as it came.
type document = map[string]any

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	udp, tcp := r.listen(t)
	server := &http.Server{Handler: http.HandlerFunc(r.put)}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(tcp) }) // always an error: that it was closed
	running.Go(func() { r.receive(udp) })
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := udp.Close(); err != nil {
			t.Error(err)
		}
		running.Wait()
	})
	return r
}

// listen finds an address. Programs of others may take one that was free a moment ago.
func (r *recorder) listen(t *testing.T) (udp net.PacketConn, tcp net.Listener) {
	t.Helper()
	harness.Eventually(t, 10*time.Second, func() (err error) {
		r.address = harness.FreeAddress(t)
		if udp, err = net.ListenPacket("udp", r.address); err != nil {
			return err
		}
		if tcp, err = net.Listen("tcp", r.address); err != nil {
			return errors.Join(err, udp.Close())
		}
		return nil
	})
	return udp, tcp
}

// receive takes datagrams until the socket is closed.
func (r *recorder) receive(udp net.PacketConn) {
	buf := make([]byte, 1<<16)
	for {
		n, _, err := udp.ReadFrom(buf)
		if err != nil {
			return
		}
		header, doc, found := bytes.Cut(buf[:n], []byte("\n"))
		var format struct {
			Format  string
			Version int
		}
		if err := json.Unmarshal(header, &format); err != nil || !found || format.Format != "json" || format.Version != 1 {
			r.keep(nil, fmt.Errorf("datagram with header line %q", header))
			continue
		}
		r.add(doc)
	}
}

// put is the daemon's answer to documents that come by HTTP.
func (r *recorder) put(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var in struct{ TraceSegmentDocuments []string }
	if err == nil && req.URL.Path == "/TraceSegments" {
		err = json.Unmarshal(body, &in)
	}
	if err != nil || len(in.TraceSegmentDocuments) == 0 {
		r.keep(nil, fmt.Errorf("%s %s with body %.100q: %v", req.Method, req.URL, body, err))
		http.Error(w, "nothing here but /TraceSegments", http.StatusBadRequest)
		return
	}
	for _, doc := range in.TraceSegmentDocuments {
		r.add([]byte(doc))
	}
	if _, err := io.WriteString(w, `{"UnprocessedTraceSegments":[]}`); err != nil {
		r.keep(nil, err)
	}
}

func (r *recorder) add(doc []byte) {
	var d document
	if err := json.Unmarshal(doc, &d); err != nil {
		r.keep(nil, fmt.Errorf("document %.100q: %w", doc, err))
		return
	}
	r.keep(d, nil)
}

func (r *recorder) keep(d document, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.bad = append(r.bad, err)
		return
	}
	r.docs = append(r.docs, d)
}

// quiet is how long nothing may come before the recorder believes that nothing more will: the AWS SDK sends some documents a second
// time, from goroutines of their own.
const quiet = 300 * time.Millisecond

// await waits for the segment "end", and then until it is quiet.
func (r *recorder) await(t *testing.T) (docs []document, bad []error) {
	t.Helper()
	count, since := 0, time.Now()
	harness.Eventually(t, 30*time.Second, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if n := len(r.docs) + len(r.bad); n != count {
			count, since = n, time.Now()
		}
		for _, d := range r.docs {
			if d["name"] == "end" && time.Since(since) > quiet {
				docs, bad = r.docs, r.bad
				return nil
			}
		}
		return fmt.Errorf("%d documents came, the last of them not %q or less than %v ago", len(r.docs), "end", quiet)
	})
	return docs, bad
}
