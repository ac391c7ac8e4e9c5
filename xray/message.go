package xray

import (
	"context"
	"slices"

	"github.com/rayscope/rayscope/xray/header"
)

// SQSTraceHeader is the system attribute of an Amazon SQS message that has the trace header. It takes part of no hash and of none
// of the ten attributes that a message may have.
const SQSTraceHeader = "AWSTraceHeader"

// TraceHeader returns the trace header for what is sent on behalf of ctx, a message for example: the receiver's segment hangs
// below ctx's. Without a segment it is "".
func TraceHeader(ctx context.Context) string {
	s := GetSegment(ctx)
	if trace, _ := s.ids(); trace == "" {
		return ""
	}
	return s.DownstreamHeader().String()
}

// BeginSegmentFromTraceHeader begins a segment within the trace that a trace header names, as TraceHeader returns it. The sender's
// decision to record counts; without one, or with a header that is empty or makes no sense, sampling rules decide.
func BeginSegmentFromTraceHeader(ctx context.Context, name, traceHeader string) (context.Context, *Segment) {
	h := header.FromString(traceHeader)
	if h.TraceID == "" {
		return BeginSegment(ctx, name)
	}
	return begin(ctx, name, nil, h, true)
}

// BeginLinkedSegment begins the segment of a new trace that works on messages of others: it links to what each trace header, as TraceHeader
// returns it, names. It is recorded if one of them says so, and not if all say that they are not; else sampling rules decide. Headers
// that are not recorded, make no sense or come again are not linked to, nor is any after the 20 links that X-Ray keeps.
func BeginLinkedSegment(ctx context.Context, name string, traceHeaders ...string) (context.Context, *Segment) {
	links, decision := senders(traceHeaders)
	ctx, s := begin(ctx, name, nil, &header.Header{SamplingDecision: decision}, false)
	if s.Recording() {
		s.Links = links
	}
	return ctx, s
}

// senders returns links to what trace headers name, and what they decide together.
func senders(traceHeaders []string) (links []Link, decision header.SamplingDecision) {
	sane, refused := 0, 0
	for _, text := range traceHeaders {
		h := header.Parse(text)
		if !isTraceID(h.TraceID) {
			continue
		}
		sane++
		switch h.SamplingDecision {
		case header.Sampled:
			decision = header.Sampled
		case header.NotSampled:
			refused++
			continue
		}
		if !isSegmentID(h.ParentID) {
			h.ParentID = ""
		}
		if l := (Link{TraceID: h.TraceID, ID: h.ParentID}); len(links) < maxLinks && !slices.ContainsFunc(links, l.same) {
			links = append(links, parentLink(h.TraceID, h.ParentID))
		}
	}
	if sane > 0 && refused == sane {
		decision = header.NotSampled
	}
	return links, decision
}
