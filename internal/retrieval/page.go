package retrieval

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/rayscope/rayscope/internal/cursor"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// Bounds of pages. All but maxPageBytes are X-Ray's own.
const (
	maxTraces   = 5         // of a page
	maxSpans    = 100       // of a trace on a page; it goes on on the next
	maxDocument = 200 << 10 // bytes of a span; longer segments come apart
	maxServices = 1000      // of a page of a map
	maxBytes    = 4 << 20   // of documents on a page, exceeded by less than one: 500 of 200 KiB would be 100 MB
)

// A Page is a part of what a job found. Unless the status is Complete it is empty.
type Page struct {
	Status Status
	Traces []query.Whole // with at most 100 documents each, which need not be all: a trace may begin on the page before
	Next   string        // token of the next page; empty at the end
}

// Traces answers the page of the job's traces that the token next names; the first if that is empty. ErrUnknown: the
// account has no such job. cursor.ErrToken: next is of another one.
func (r *Room) Traces(ctx context.Context, account store.Account, token, next string) (*Page, error) {
	at, err := decode(next, "retrieved traces", token)
	if err != nil {
		return nil, err
	}
	j, status, found, err := r.results(account, token)
	if err != nil {
		return nil, err
	}
	p := page{max: maxBytes}
	for !p.full && at.item < len(found) && len(p.traces) < maxTraces {
		w, err := r.read(ctx, j, found[at.item])
		if err != nil {
			return nil, err
		}
		at = p.add(w, at)
	}
	out := &Page{Status: status, Traces: p.traces}
	if at.item < len(found) {
		out.Next = at.encode("retrieved traces", token)
	}
	return out, nil
}

// read is the trace as it was when the job was started, with its documents short enough. It has none if the trace was
// removed meanwhile because of its age.
func (r *Room) read(ctx context.Context, j *job, id segment.TraceID) (*query.Whole, error) {
	w, err := r.query.TraceAsOf(ctx, j.account, id, j.asOf)
	if err != nil || w == nil {
		return new(query.Whole), err
	}
	docs := make([]trace.Document, 0, len(w.Documents))
	for _, d := range w.Documents {
		parts, err := trace.Split(d, id, maxDocument)
		if err != nil {
			return nil, err
		}
		docs = append(docs, parts...)
	}
	w.Documents = docs
	return w, nil
}

// A page is one that is being filled.
type page struct {
	traces []query.Whole
	max    int  // bytes of documents that there is room for
	full   bool // the next document belongs to the next page
}

// add takes what fits of the trace, from the place on, and returns the place behind it.
func (p *page) add(w *query.Whole, at place) place {
	at.part = min(at.part, len(w.Documents))
	rest := w.Documents[at.part:]
	n := 0
	for n < len(rest) && n < maxSpans && p.max > 0 {
		p.max -= len(rest[n].JSON)
		n++
	}
	if n > 0 {
		part := *w
		part.Documents = rest[:n]
		p.traces = append(p.traces, part)
	}
	if n < len(rest) {
		p.full = true // a trace goes on where it ended, not beside another part of itself
		return place{at.item, at.part + n}
	}
	return place{item: at.item + 1}
}

// A Graph is the map of what a job found, or a part of its nodes. Unless the status is Complete it is empty.
type Graph struct {
	Status   Status
	Map      *servicemap.Map // of all traces together
	Links    query.ServiceLinks
	From, To int    // the page has the nodes with these places in Map.Sorted, To not included
	Next     string // token of the next page; empty at the end
}

// Graph answers the page of the job's map that the token next names. Errors are those of Traces.
func (r *Room) Graph(ctx context.Context, account store.Account, token, next string) (*Graph, error) {
	at, err := decode(next, "retrieved map", token)
	if err != nil {
		return nil, err
	}
	j, status, found, err := r.results(account, token)
	if err != nil {
		return nil, err
	}
	g := &Graph{Status: status, Map: new(servicemap.Map)}
	if len(found) == 0 {
		return g, nil
	}
	if g.Map, g.Links, err = r.query.TracesGraph(ctx, account, j.asOf, found...); err != nil {
		return nil, err
	}
	n := len(g.Map.Nodes)
	g.From, g.To = min(at.item, n), min(at.item+maxServices, n)
	if g.To < n {
		g.Next = place{item: g.To}.encode("retrieved map", token)
	}
	return g, nil
}

// A place is where a list goes on: behind the given number of items, and in the next one behind a number of parts.
type place struct{ item, part int }

// encode is the token of the place in the list of the job.
func (p place) encode(list, token string) string {
	b := binary.AppendUvarint(nil, uint64(p.item))
	return cursor.Encode(binary.AppendUvarint(b, uint64(p.part)), list, token)
}

// decode is the place that the token next names; the first if it is empty.
func decode(next, list, token string) (place, error) {
	if next == "" {
		return place{}, nil
	}
	b, err := cursor.Decode(next, list, token)
	if err != nil {
		return place{}, err
	}
	item, n := binary.Uvarint(b)
	part, m := binary.Uvarint(b[max(n, 0):])
	const most = 1 << 30 // of either: places are counts of what a server can hold
	if n <= 0 || m <= 0 || n+m != len(b) || item > most || part > most {
		return place{}, fmt.Errorf("%w: %.80q", cursor.ErrToken, next)
	}
	return place{int(item), int(part)}, nil
}
