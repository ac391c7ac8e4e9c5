package api

import (
	"context"
	"sync"

	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/wire"
)

// Memory for requests. The pools forget what is idle, and with it the memory of an unusually large body.
var (
	bodies  = sync.Pool{New: func() any { return new([]byte) }}
	batches = sync.Pool{New: func() any { return new(wire.Documents) }}
)

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
	batch := batches.Get().(*wire.Documents)
	defer batches.Put(batch)
	docs, err := batch.Read(body)
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
