package proxy

import (
	"context"
	"errors"
	"net/http"

	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/wire"
)

// Documents is how many documents came over TCP so far. An OTLP request counts as one.
func (p *Proxy) Documents() uint64 { return p.documents.Load() }

type unprocessed struct {
	ID      *string `json:"Id"` // null if the document has none
	Code    string  `json:"ErrorCode"`
	Message string
}

type putTraceSegmentsOutput struct {
	UnprocessedTraceSegments []unprocessed
}

// putTraceSegments is PutTraceSegments, for documents that do not fit into a datagram. It answers when those that it does
// not list as unprocessed are safe.
func (p *Proxy) putTraceSegments(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	if err := p.uploads.take(ctx); err != nil {
		return err
	}
	defer p.uploads.give()
	body, list := p.bodies.Get().(*[]byte), p.lists.Get().(*wire.Documents)
	defer p.bodies.Put(body)
	defer p.lists.Put(list)
	if err := wire.ReadBody(r, wire.MaxBody, body); err != nil {
		return err
	}
	docs, err := list.Read(*body)
	if err != nil {
		return err
	}
	if len(docs) == 0 {
		return wire.Invalid("Segments can not be empty")
	}
	p.documents.Add(uint64(len(docs)))
	refusals, err := p.relay.Deliver(ctx, docs)
	if err != nil {
		return p.undelivered(len(docs), err)
	}
	p.metrics.documents.WithLabelValues(refused).Add(float64(len(refusals)))
	p.metrics.documents.WithLabelValues(delivered).Add(float64(len(docs) - len(refusals)))
	return wire.Write(w, http.StatusOK, putTraceSegmentsOutput{toUnprocessed(refusals)})
}

// undelivered counts documents of a request that nobody took, and says whether to send it again.
func (p *Proxy) undelivered(n int, err error) error {
	if errors.Is(err, relay.ErrRefused) {
		p.metrics.documents.WithLabelValues(refused).Add(float64(n))
		return wire.Invalid("%v", err)
	}
	p.metrics.documents.WithLabelValues(returned).Add(float64(n))
	return notNow{err}
}

func toUnprocessed(refusals []relay.Refusal) []unprocessed {
	list := make([]unprocessed, len(refusals))
	for i, r := range refusals {
		list[i] = unprocessed{Code: r.Code, Message: r.Message}
		if r.ID != "" {
			list[i].ID = &r.ID
		}
	}
	return list
}
