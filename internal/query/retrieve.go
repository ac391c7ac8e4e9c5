package query

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// Active yields those of the given traces that went on at some time in [from, to], both ends included, in the order
// given. What was received after asOf does not count.
func (q *Query) Active(ctx context.Context, account store.Account, from, to, asOf segment.Time, ids ...segment.TraceID) iter.Seq2[segment.TraceID, error] {
	return func(yield func(segment.TraceID, error) bool) {
		for t, err := range q.assembled(ctx, account, asOf, ids) {
			if err != nil {
				yield(segment.TraceID{}, err)
				return
			}
			if t.Start() <= to && t.End() >= from && !yield(t.ID, nil) {
				return
			}
		}
	}
}

// assembled yields the given traces from their digests received until asOf. A trace is valid until the next step.
func (q *Query) assembled(ctx context.Context, account store.Account, asOf segment.Time, ids []segment.TraceID) iter.Seq2[*trace.Trace, error] {
	return func(yield func(*trace.Trace, error) bool) {
		a, done := q.assembler(account)
		defer done()
		for stored, err := range q.store.Digests(ctx, account, ids...) {
			if err != nil {
				yield(nil, err)
				return
			}
			t, err := stored.Assemble(a, asOf)
			if err != nil {
				yield(nil, err)
				return
			}
			if t != nil && !yield(t, nil) {
				return
			}
		}
	}
}

// TraceAsOf is a trace by what was received until asOf; nil if nothing was.
func (q *Query) TraceAsOf(ctx context.Context, account store.Account, id segment.TraceID, asOf segment.Time) (*Whole, error) {
	a, done := q.assembler(account)
	defer done()
	for stored, err := range q.store.Documents(ctx, account, id) {
		if err != nil {
			return nil, err
		}
		return whole(a, stored, asOf)
	}
	return nil, nil
}

// A TraceLink says to which traces the segments of a service in one trace link.
type TraceLink struct {
	Child        bool // what the destinations are to the source: traces that it caused; else those that caused it
	Source       segment.TraceID
	Destinations []segment.TraceID // each once, in the order of the segments
}

// Bounds of what is told of links, both X-Ray's own: the links of one service on a map, and those of one trace.
const (
	MaxServiceLinks = 100
	MaxDestinations = 100
)

// ServiceLinks are the links of the services of a map, in the order of the traces they were taken from.
type ServiceLinks map[trace.Service][]TraceLink

// TracesGraph is the map of the given traces together, by what was received until asOf, with what its services link to.
// Events that went from one of the traces to another are edges.
func (q *Query) TracesGraph(ctx context.Context, account store.Account, asOf segment.Time, ids ...segment.TraceID) (*servicemap.Map, ServiceLinks, error) {
	m, services := new(servicemap.Map), make(ServiceLinks)
	for t, err := range q.assembled(ctx, account, asOf, ids) {
		if err != nil {
			return nil, nil, err
		}
		m.Add(t, 0, forever)
		services.collect(t)
		maps.DeleteFunc(m.Links, func(sender segment.TraceID, _ []servicemap.Link) bool { return !slices.Contains(ids, sender) })
	}
	senders := slices.DeleteFunc(slices.Clone(ids), func(id segment.TraceID) bool { return len(m.Links[id]) == 0 })
	for t, err := range q.assembled(ctx, account, asOf, senders) {
		if err != nil {
			return nil, nil, err
		}
		m.Draw(t)
	}
	m.Links = nil
	return m, services, nil
}

// collect adds the links of the trace's segments.
func (l ServiceLinks) collect(t *trace.Trace) {
	for _, i := range t.Segments {
		e := &t.Entities[i]
		for _, k := range e.Digest.Links {
			l.add(e.Service(), k.Child, t.ID, k.Trace)
		}
	}
}

func (l ServiceLinks) add(s trace.Service, child bool, source, destination segment.TraceID) {
	list := l[s]
	i := slices.IndexFunc(list, func(k TraceLink) bool { return k.Child == child && k.Source == source })
	if i < 0 {
		if len(list) < MaxServiceLinks {
			l[s.Clone()] = append(list, TraceLink{child, source, []segment.TraceID{destination}})
		}
		return
	}
	k := &list[i]
	if len(k.Destinations) < MaxDestinations && !slices.Contains(k.Destinations, destination) {
		k.Destinations = append(k.Destinations, destination)
	}
}
