package relay

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// Prefixes of datagrams that hold no segment document but spans: base64 of an ExportTraceServiceRequest. OpenTelemetry's
// distributions for Lambda send them.
var (
	prefixSampled   = []byte("T1S")
	prefixUnsampled = []byte("T1U") // for statistics of their own; traces have no use for them
)

// otlpPause is how long an endpoint that does not take OTLP is offered none: long enough to cost nothing, short enough
// that an updated server needs no restart of the daemon.
const otlpPause = time.Minute

var errNotSpans = errors.New("no ExportTraceServiceRequest: expected fields of protobuf, the first numbered 1")

// kindOf is the kind of a datagram's document; 0 if it is not to be sent.
func kindOf(doc []byte) kind {
	switch {
	case len(doc) == 0 || doc[0] != prefixSampled[0]:
		return segments
	case bytes.HasPrefix(doc, prefixSampled):
		return otlp
	case bytes.HasPrefix(doc, prefixUnsampled):
		return 0
	}
	return segments
}

// addSpans appends the request whose base64 follows the prefix. On an error the batch is as it was.
func (b *batch) addSpans(text []byte) error {
	text = bytes.TrimRight(text, "=\r\n ") // padding is optional
	n := base64.RawStdEncoding.DecodedLen(len(text))
	b.reserve(n + 8)
	at := len(b.buf)
	n, err := base64.RawStdEncoding.Decode(b.buf[at:at+n], text)
	if err != nil {
		return err
	}
	if err := checkSpans(b.buf[at : at+n]); err != nil {
		return err
	}
	b.buf = b.buf[:at+n]
	b.end()
	return nil
}

// checkSpans walks over the outermost fields of a request. One that is cut short or no protobuf at all would make an
// unreadable whole of the batch that it is joined to; what is inside the fields is the endpoint's to judge.
func checkSpans(m []byte) error {
	if len(m) == 0 || m[0] != 1<<3|2 { // resource_spans, length-delimited
		return errNotSpans
	}
	for len(m) > 0 {
		tag, n := binary.Uvarint(m)
		if n <= 0 || tag>>3 == 0 {
			return errNotSpans
		}
		m = m[n:]
		size, ok := fieldSize(tag&7, m)
		if !ok {
			return errNotSpans
		}
		m = m[size:]
	}
	return nil
}

// fieldSize is the length of a field's value by its wire type.
func fieldSize(wire uint64, m []byte) (size int, ok bool) {
	switch wire {
	case 0:
		_, size = binary.Uvarint(m)
		return size, size > 0
	case 1:
		return 8, len(m) >= 8
	case 2:
		length, n := binary.Uvarint(m)
		if n <= 0 || length > uint64(len(m)-n) {
			return 0, false
		}
		return n + int(length), true
	case 5:
		return 4, len(m) >= 4
	}
	return 0, false
}

// noPlace tells whether the error says that the endpoint has no place for OTLP at all.
func noPlace(e *uplink.Error) bool {
	switch e.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusNotImplemented:
		return true
	}
	return false
}

// refusesOTLP tells whether it is OTLP that the endpoint has no place for, or the caller no right to, rather than calls as such.
func (l *lane) refusesOTLP(it *item, e *uplink.Error) bool {
	if noPlace(e) {
		return true
	}
	if e.Kind != uplink.Foreign && e.Kind != uplink.Denied {
		return false
	}
	l.mu.Lock()
	proven := l.proven
	l.mu.Unlock()
	return proven || l.takesSegments(it.ctx)
}

// takesSegments tells whether the endpoint would take segments, by a call with none. X-Ray refuses it, but only if it is X-Ray
// and the caller may put segments.
func (l *lane) takesSegments(ctx context.Context) bool {
	f := formats[segments]
	_, err := l.uplink.Post(ctx, uplink.Request{Path: f.path, ContentType: f.contentType, Body: []byte(f.before + f.after)})
	var e *uplink.Error
	return err == nil || errors.As(err, &e) && e.Kind == uplink.Refused
}

// withoutOTLP refuses the spans, and those that come in the next minute without asking the endpoint.
func (l *lane) withoutOTLP(it *item, e *uplink.Error) {
	l.mu.Lock()
	l.otlpUntil = l.now().Add(otlpPause)
	l.mu.Unlock()
	if l.said.due("otlp", l.now()) {
		l.log.Warn("endpoint does not take OTLP: spans of OpenTelemetry are dropped for it", "endpoint", l.name, "error", e,
			"hint", "send them to an endpoint that takes POST /v1/traces, or let the program send X-Ray segments")
	}
	l.refuse(it, refusedOTLP, []Refusal{{Code: "OTLPNotSupported", Message: e.Error()}})
	l.finish(it)
}
