package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/trace"
)

type batchGetTracesInput struct {
	TraceIds  []string
	NextToken *string
}

type batchGetTracesOutput struct {
	Traces              []traceShape
	UnprocessedTraceIds []string
	NextToken           *string
}

type traceShape struct {
	Id            string
	Duration      *float64
	LimitExceeded bool
	Segments      []segmentShape
}

type segmentShape struct {
	Id       string
	Document string
}

func (a *API) batchGetTraces(ctx context.Context, in *batchGetTracesInput) (any, error) {
	if err := noToken(in.NextToken); err != nil {
		return nil, err
	}
	if len(in.TraceIds) == 0 {
		return nil, invalid("TraceIds is empty. Send 1 to %d trace ids.", maxTraceIDs)
	}
	if len(in.TraceIds) > maxTraceIDs {
		return nil, invalid("Exceeding maximum query size: %d", maxTraceIDs)
	}
	list, err := ids(in.TraceIds)
	if err != nil {
		return nil, err
	}
	found, err := a.Query.Traces(ctx, a.Account, list...)
	if err != nil {
		return nil, err
	}
	return batchGetTracesOutput{Traces: convert(found, toTrace), UnprocessedTraceIds: []string{}}, nil
}

func toTrace(w query.Whole) traceShape {
	return traceShape{
		Id: w.ID.String(), Duration: secondsIf(w.Duration, w.HasDuration), LimitExceeded: w.LimitExceeded,
		Segments: convert(w.Documents, func(d trace.Document) segmentShape { return segmentShape{d.ID.String(), d.JSON} }),
	}
}
