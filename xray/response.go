package xray

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// A response is the writer that a traced handler sees: it passes everything on and notes status and length. What it can do beyond
// http.ResponseWriter is exactly what the writer below can, as handlers ask by type assertion.
type response struct {
	http.ResponseWriter
	status   int   // of the final answer, 0 before its header is written
	length   int64 // bytes of the body
	head     bool  // it answers a HEAD request, so nothing of the body is sent
	hijacked bool  // the handler speaks for itself
	returned bool  // the handler did not panic
}

// record puts the answer into seg. It is a deferred function: it records a panic of the handler too, and lets it go on.
func (w *response) record(seg *Segment) {
	if w.returned {
		if w.status == 0 && !w.hijacked {
			w.status = http.StatusOK // what net/http sends for a handler that says nothing
		}
		w.capture(seg)
		return
	}
	v := recover() // nil if the handler ended its goroutine
	w.capture(seg)
	if v == nil {
		return
	}
	if v != http.ErrAbortHandler { // with which a handler means to close the connection
		_ = seg.AddError(seg.panicked(v)) // never fails
	}
	panic(v)
}

func (w *response) capture(seg *Segment) {
	seg.Lock()
	defer seg.Unlock()
	if w.status == 0 || !seg.observed() {
		return
	}
	seg.setStatus(w.status)
	if !w.head {
		seg.HTTP.Response.ContentLength = int(w.length)
	}
}

// WriteHeader notes the first final status; answers of 1xx come before it, except 101, after which there is no other.
func (w *response) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// begin notes the status of an answer whose body or flush comes before its header.
func (w *response) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

func (w *response) Write(b []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(b)
	w.length += int64(n)
	return n, err
}

func (w *response) WriteString(s string) (int, error) {
	w.begin()
	n, err := io.WriteString(w.ResponseWriter, s)
	w.length += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// The optional methods, each in a type of its own, so that they can be combined.
type (
	flusher       struct{ w *response }
	hijacker      struct{ w *response }
	readerFrom    struct{ w *response }
	pusher        struct{ w *response }
	closeNotifier struct{ w *response }
)

func (f flusher) Flush() {
	f.w.begin()
	f.w.ResponseWriter.(http.Flusher).Flush()
}

// FlushError is what http.ResponseController asks for first.
func (f flusher) FlushError() error {
	f.w.begin()
	if e, ok := f.w.ResponseWriter.(interface{ FlushError() error }); ok {
		return e.FlushError()
	}
	f.w.ResponseWriter.(http.Flusher).Flush()
	return nil
}

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := h.w.ResponseWriter.(http.Hijacker).Hijack()
	h.w.hijacked = h.w.hijacked || err == nil
	return conn, rw, err
}

func (f readerFrom) ReadFrom(r io.Reader) (int64, error) {
	f.w.begin()
	n, err := f.w.ResponseWriter.(io.ReaderFrom).ReadFrom(r)
	f.w.length += n
	return n, err
}

func (p pusher) Push(target string, o *http.PushOptions) error {
	return p.w.ResponseWriter.(http.Pusher).Push(target, o)
}

// notifying is http.CloseNotifier, which is deprecated but still asked for.
type notifying interface{ CloseNotify() <-chan bool }

func (c closeNotifier) CloseNotify() <-chan bool { return c.w.ResponseWriter.(notifying).CloseNotify() }

// What a writer can do, as bits: the index into wrappers.
const (
	flush = 1 << iota
	hijack
	readFrom
	push
	closeNotify
)

// wrap returns w with the optional methods that the writer below has.
func (w *response) wrap() http.ResponseWriter {
	can := 0
	if _, ok := w.ResponseWriter.(http.Flusher); ok {
		can |= flush
	}
	if _, ok := w.ResponseWriter.(http.Hijacker); ok {
		can |= hijack
	}
	if _, ok := w.ResponseWriter.(io.ReaderFrom); ok {
		can |= readFrom
	}
	if _, ok := w.ResponseWriter.(http.Pusher); ok {
		can |= push
	}
	if _, ok := w.ResponseWriter.(notifying); ok {
		can |= closeNotify
	}
	return wrappers[can](w)
}
