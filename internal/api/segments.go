package api

import (
	"context"
	"sync"

	"github.com/rayscope/rayscope/internal/ingest"
)

// bodies lends buffers for request bodies.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

type unprocessedSegment struct {
	Id        *string
	ErrorCode *string
	Message   *string
}

type putTraceSegmentsOutput struct {
	UnprocessedTraceSegments []unprocessedSegment
}

// putTraceSegments keeps documents. It answers when those that it does not list as unprocessed are durable.
func (a *API) putTraceSegments(ctx context.Context, body []byte) (any, error) {
	batch := batches.Get().(*documentBatch)
	defer batches.Put(batch)
	docs, err := batch.read(body)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, invalid("Segments can not be empty")
	}
	refused, err := a.Ingest.Put(ctx, a.Account, docs)
	if err != nil {
		return nil, err
	}
	return putTraceSegmentsOutput{unprocessed(refused)}, nil
}

func unprocessed(refused []ingest.Refusal) []unprocessedSegment {
	list := make([]unprocessedSegment, len(refused))
	for i, r := range refused {
		message := r.Reason.Error()
		code := string(r.Reason.Code)
		list[i] = unprocessedSegment{Id: optional(r.Reason.ID), ErrorCode: &code, Message: &message}
	}
	return list
}
