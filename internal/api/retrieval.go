package api

import (
	"context"
	"errors"

	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/retrieval"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/trace"
)

type startTraceRetrievalInput struct {
	TraceIds  []string
	StartTime timestamp
	EndTime   timestamp
}

type startTraceRetrievalOutput struct{ RetrievalToken string }

type retrievedInput struct {
	RetrievalToken string
	TraceFormat    *string // of ListRetrievedTraces
	NextToken      string
}

type listRetrievedTracesOutput struct {
	RetrievalStatus retrieval.Status
	TraceFormat     string
	Traces          []retrievedTraceShape
	NextToken       *string
}

type retrievedTraceShape struct {
	Id       string
	Duration *float64
	Spans    []segmentShape
}

type getRetrievedTracesGraphOutput struct {
	RetrievalStatus retrieval.Status
	Services        []retrievedServiceShape
	NextToken       *string
}

type retrievedServiceShape struct {
	Service rayapi.Service
	Links   []graphLinkShape
}

type graphLinkShape struct {
	ReferenceType       string // what the destinations are to the source: "parent" or "child"
	SourceTraceId       string
	DestinationTraceIds []string
}

// maxRetrievalToken is the length that the model allows.
const maxRetrievalToken = 1020

// formatXRay is the form of documents that this release hands out.
const formatXRay = "XRAY"

func (a *API) startTraceRetrieval(_ context.Context, in *startTraceRetrievalInput) (any, error) {
	if len(in.TraceIds) == 0 {
		return nil, invalid("TraceIds is empty. Send 1 to %d trace ids.", retrieval.MaxIDs)
	}
	if len(in.TraceIds) > retrieval.MaxIDs {
		return nil, invalid("TraceIds has %d ids, at most %d are allowed. Start another retrieval for the rest.", len(in.TraceIds), retrieval.MaxIDs)
	}
	list, err := ids(in.TraceIds)
	if err != nil {
		return nil, err
	}
	if err := ordered(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	token, err := a.Retrieval.Start(a.Account, in.StartTime.Time, in.EndTime.Time, list...)
	if errors.Is(err, retrieval.ErrBusy) {
		return nil, throttled("There are too many trace retrievals. Cancel those that are no longer needed with CancelTraceRetrieval, or start this one later.")
	}
	if err != nil {
		return nil, err
	}
	return startTraceRetrievalOutput{token}, nil
}

func (a *API) listRetrievedTraces(ctx context.Context, in *retrievedInput) (any, error) {
	if err := checkRetrievalToken(in.RetrievalToken); err != nil {
		return nil, err
	}
	if f := in.TraceFormat; f != nil && *f != formatXRay {
		if *f == "OTEL" {
			return nil, invalid("TraceFormat OTEL is not supported yet: it comes together with OTLP. Send XRAY, or leave it out.")
		}
		return nil, invalid("TraceFormat %.60q is not known. Send XRAY, or leave it out.", *f)
	}
	p, err := a.Retrieval.Traces(ctx, a.Account, in.RetrievalToken, in.NextToken)
	if err != nil {
		return nil, retrievalError(err, in.RetrievalToken)
	}
	return listRetrievedTracesOutput{p.Status, formatXRay, convert(p.Traces, toRetrievedTrace), optional(p.Next)}, nil
}

func toRetrievedTrace(w query.Whole) retrievedTraceShape {
	return retrievedTraceShape{
		Id: w.ID.String(), Duration: secondsIf(w.Duration, w.HasDuration),
		Spans: convert(w.Documents, func(d trace.Document) segmentShape { return segmentShape{d.ID.String(), d.JSON} }),
	}
}

func (a *API) getRetrievedTracesGraph(ctx context.Context, in *retrievedInput) (any, error) {
	if err := checkRetrievalToken(in.RetrievalToken); err != nil {
		return nil, err
	}
	g, err := a.Retrieval.Graph(ctx, a.Account, in.RetrievalToken, in.NextToken)
	if err != nil {
		return nil, retrievalError(err, in.RetrievalToken)
	}
	nodes, shapes := g.Map.Sorted(), toServices(g.Map, withoutTimes)
	services := make([]retrievedServiceShape, 0, g.To-g.From)
	for i := g.From; i < g.To; i++ {
		services = append(services, retrievedServiceShape{shapes[i], toGraphLinks(g.Links, nodes[i])})
	}
	return getRetrievedTracesGraphOutput{g.Status, services, optional(g.Next)}, nil
}

func toGraphLinks(links query.ServiceLinks, n *servicemap.Node) []graphLinkShape {
	return convert(links[n.Service], func(l query.TraceLink) graphLinkShape {
		kind := "parent"
		if l.Child {
			kind = "child"
		}
		return graphLinkShape{kind, l.Source.String(), convert(l.Destinations, segment.TraceID.String)}
	})
}

func (a *API) cancelTraceRetrieval(_ context.Context, in *retrievedInput) (any, error) {
	if err := checkRetrievalToken(in.RetrievalToken); err != nil {
		return nil, err
	}
	if err := a.Retrieval.Cancel(a.Account, in.RetrievalToken); err != nil {
		return nil, retrievalError(err, in.RetrievalToken)
	}
	return struct{}{}, nil
}

func checkRetrievalToken(token string) error {
	switch {
	case token == "":
		return invalid("RetrievalToken is missing. Send the one that StartTraceRetrieval answered.")
	case len(token) > maxRetrievalToken:
		return invalid("RetrievalToken has %d characters, at most %d are allowed. Send the one that StartTraceRetrieval answered.", len(token), maxRetrievalToken)
	}
	return nil
}

// retrievalError names the job that is not there, as the model has it.
func retrievalError(err error, token string) error {
	if errors.Is(err, retrieval.ErrUnknown) {
		return notFound(token, "Trace retrieval not found. Retrievals are forgotten %s after their start, and when the server stops: start another with StartTraceRetrieval.", 2*retrieval.Lifetime)
	}
	return err
}
