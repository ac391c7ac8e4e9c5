package proxy

import (
	"context"
	"encoding/binary"
	"mime"
	"net/http"
	"strconv"

	"github.com/rayscope/rayscope/internal/wire"
)

// protobuf is the only encoding of OTLP that is taken: the one that exporters use unless they are told otherwise.
const protobuf = "application/x-protobuf"

// Traces answers POST /v1/traces, OTLP over HTTP, whatever the path.
func (p *Proxy) Traces() http.Handler {
	op := operation{"ExportTraces", uploadTime, p.exportTraces}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.run(op, w, r); err != nil {
			writeStatus(w, err)
		}
	})
}

// exportTraces takes an ExportTraceServiceRequest and answers an empty ExportTraceServiceResponse, which has no bytes.
func (p *Proxy) exportTraces(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	// A type with broken parameters is still a type, and one that is broken as a whole is empty.
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != protobuf {
		return &wire.Error{Name: "UnsupportedMediaType", Status: http.StatusUnsupportedMediaType, Message: "Content-Type " +
			strconv.Quote(r.Header.Get("Content-Type")) + " is not taken. Send OTLP as " + protobuf + ": set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf."}
	}
	if err := p.uploads.take(ctx); err != nil {
		return err
	}
	defer p.uploads.give()
	body := p.bodies.Get().(*[]byte)
	defer p.bodies.Put(body)
	if err := wire.ReadBody(r, maxTraces, body); err != nil {
		return err
	}
	if len(*body) > 0 { // an empty request is allowed, and asks for nothing
		p.documents.Add(1)
		if err := p.relay.DeliverOTLP(ctx, *body); err != nil {
			return p.undelivered(1, err)
		}
		p.metrics.documents.WithLabelValues(delivered).Inc()
	}
	w.Header().Set("Content-Type", protobuf)
	w.WriteHeader(http.StatusOK)
	return nil
}

// writeStatus answers with e as OTLP has it: the status of HTTP, and a google.rpc.Status in the encoding of requests.
func writeStatus(w http.ResponseWriter, e *wire.Error) {
	const code, message = 1 << 3, 2<<3 | 2 // tags of protobuf: a varint and a string
	body := append([]byte{code}, rpcCode(e.Status), message)
	body = binary.AppendUvarint(body, uint64(len(e.Message)))
	body = append(body, e.Message...)
	w.Header().Set("Content-Type", protobuf)
	w.WriteHeader(e.Status)
	_, _ = w.Write(body) // the caller is gone: nobody is left to tell
}

// rpcCode is the code of gRPC that goes with a status of HTTP.
func rpcCode(status int) byte {
	const invalidArgument, resourceExhausted, unavailable = 3, 8, 14
	switch resultOf(status) {
	case resultThrottled:
		return resourceExhausted
	case resultRefused:
		return invalidArgument
	}
	return unavailable
}
