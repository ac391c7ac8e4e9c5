package query

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// PageSize is the number of summaries on a page. The service does not document its own.
const PageSize = 100

// pageTime bounds the work for one page, well below the minute after which clients give up. A page that ends early has a
// token to go on with, as the API allows.
const pageTime = 10 * time.Second

// timeCheck is the number of traces between two looks at the clock: a millisecond or so of them.
const timeCheck = 256

// A SummaryQuery asks for the traces of a window, newest first.
type SummaryQuery struct {
	Account store.Account
	Window  store.Window
	Filter  *filter.Expression // what they match; nil for all
	Env     *filter.Env        // of Filter; not nil if that is not
	Share   *float64           // of the traces, 0 to 1, that is looked at, the same traces each time; nil for all
	Token   string             // of the page before; empty for the first
}

// selection is what the store is asked for.
func (sq *SummaryQuery) selection(after *store.Position) store.Selection {
	s := store.Selection{Window: sq.Window, After: after}
	if sq.Filter != nil {
		s.Where = sq.Filter.Where(sq.Env)
	}
	return s
}

// samples tells whether the trace belongs to the share that is looked at. Ids are random, but not in all of their bytes.
func (sq *SummaryQuery) samples(id segment.TraceID) bool {
	if sq.Share == nil {
		return true
	}
	h := binary.BigEndian.Uint64(id[:8]) ^ bits.RotateLeft64(binary.BigEndian.Uint64(id[8:]), 29)
	for range 2 { // a bit decides about all higher ones in a multiplication, and about lower ones after a shift
		h *= 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return float64(h>>11) < *sq.Share*(1<<53)
}

// matches tells whether the trace satisfies the filter.
func (sq *SummaryQuery) matches(t *trace.Trace) bool {
	return sq.Filter == nil || sq.Filter.Match(t, sq.Env)
}

// A Page is one page of summaries.
type Page struct {
	Summaries []Match
	Seen      int          // traces looked at, matching or not
	Reached   segment.Time // start of the part of the window that this page covers
	Token     string       // of the next page; empty at the end
}

// A Match is a trace with the instant that put it into the window.
type Match struct {
	*trace.Summary
	At segment.Time // the last receipt, or the last end of a segment, inside the window; on ByStart the start
}

// Summaries answers one page.
//
// Traces come in the order of their starts. The store hands them out by home, which is the second of the start give or
// take the skew between hosts; up to sortSkew of it is put right here, traces dated further off stay near their home. All
// pages of one query see the documents that were received before the first page was asked for, so that none comes twice
// and none is lost while writes go on. (An index knows only the newest state of a trace: one that did match, and no longer
// does when a later page is asked for, may be missing there.)
func (q *Query) Summaries(ctx context.Context, sq SummaryQuery) (*Page, error) {
	p := page{seenUntil: segment.TimeOf(q.now()), asOf: forever}
	var after *store.Position
	if sq.Token != "" {
		t, err := decodeToken(sq.Token, sq)
		if err != nil {
			return nil, err
		}
		p.asOf, p.seenUntil, p.after = t.asOf, t.asOf, &t.place
		// Homes from which this place or one behind it can come: those above it are passed.
		after = &store.Position{Home: store.Home(t.place.order.Floor()+int64(sortSkew/segment.Second)) + 1, Trace: lastID}
	}
	return q.fill(ctx, sq, &p, after)
}

// sortSkew is how far before its home, or behind the end of its home's second, a trace is still put in its place.
const sortSkew = segment.Second

// lastID is the greatest trace id.
var lastID = segment.TraceID(bytes.Repeat([]byte{0xff}, 16))

func (q *Query) fill(ctx context.Context, sq SummaryQuery, p *page, after *store.Position) (*Page, error) {
	a, done := q.assembler(sq.Account)
	defer done()
	deadline := q.now().Add(pageTime)
	n := 0
	for stored, err := range q.store.Scan(ctx, sq.Account, sq.selection(after)) {
		if err != nil {
			return nil, err
		}
		// No trace from here on can come before this.
		horizon := stored.Home.Time() + segment.Second + sortSkew
		if p.full(horizon) {
			return p.cut(sq, PageSize), nil
		}
		if n++; n%timeCheck == 0 && q.now().After(deadline) {
			return p.pause(sq, horizon), nil
		}
		if !sq.samples(stored.ID) {
			continue
		}
		p.seen++
		t, err := stored.Assemble(a, p.asOf)
		if err != nil {
			return nil, err
		}
		if t != nil {
			p.offer(&sq, stored.Home, t)
		}
	}
	return p.cut(sq, len(p.list)), nil
}

// A place is where a trace stands in the order of pages: later starts first, then smaller ids.
type place struct {
	order segment.Time
	id    segment.TraceID
}

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(o.order, p.order), bytes.Compare(p.id[:], o.id[:]))
}

// A page collects the first PageSize+1 matches behind a place; the extra one tells whether more follow.
type page struct {
	asOf      segment.Time // documents received later are not looked at: those that came after the first page
	seenUntil segment.Time // asOf for the pages that follow
	after     *place
	seen      int
	list      []entry // in order
}

type entry struct {
	place
	match Match
}

// offer takes the trace if it matches and belongs to the page as far as is known.
func (p *page) offer(sq *SummaryQuery, home store.Home, t *trace.Trace) {
	at, ok := instant(sq.Window, t)
	if !ok {
		return
	}
	start := t.Start()
	order := max(home.Time()-sortSkew, min(start, home.Time()+segment.Second+sortSkew-1))
	e := entry{place: place{order, t.ID}}
	if p.after != nil && e.compare(*p.after) <= 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(p.list, e, func(a, b entry) int { return a.compare(b.place) })
	if i > PageSize || !sq.matches(t) {
		return
	}
	for j := range t.Entities {
		p.seenUntil = max(p.seenUntil, t.Entities[j].Received)
	}
	e.match = Match{t.Summary(), at}
	p.list = slices.Insert(p.list, i, e)
	p.list = p.list[:min(len(p.list), PageSize+1)]
}

// instant is when the trace was in the window, if it was.
func instant(w store.Window, t *trace.Trace) (at segment.Time, ok bool) {
	if w.Axis == store.ByStart {
		at = t.Start()
		return at, at >= w.From && at < w.To
	}
	for i := range t.Entities {
		e := &t.Entities[i]
		i := e.Received
		if w.Axis == store.ByEnd {
			if !e.IsSegment() || !e.Complete() {
				continue
			}
			i = e.End
		}
		if i >= w.From && i < w.To && (!ok || i > at) {
			at, ok = i, true
		}
	}
	return at, ok
}

// full tells whether the page is complete, given that all that follows stands behind the horizon.
func (p *page) full(horizon segment.Time) bool {
	return len(p.list) > PageSize && p.list[PageSize].order >= horizon
}

// cut ends the page after n entries, with a token if there are more.
func (p *page) cut(sq SummaryQuery, n int) *Page {
	n = min(n, PageSize)
	if n == len(p.list) {
		return p.end(sq, n, nil)
	}
	return p.end(sq, n, &p.list[n-1].place)
}

// pause ends the page before its time with what is certain, and a token that goes on at the horizon.
func (p *page) pause(sq SummaryQuery, horizon segment.Time) *Page {
	n := 0
	for n < len(p.list) && n < PageSize && p.list[n].order >= horizon {
		n++
	}
	return p.end(sq, n, &place{horizon, lastID})
}

// end is the page of the first n entries. The next one begins behind the given place; there is none if that is nil.
func (p *page) end(sq SummaryQuery, n int, next *place) *Page {
	page := &Page{Seen: p.seen, Reached: sq.Window.From}
	for _, e := range p.list[:n] {
		page.Summaries = append(page.Summaries, e.match)
	}
	if next != nil {
		page.Reached = max(sq.Window.From, next.order)
		page.Token = token{asOf: p.seenUntil, place: *next}.encode(sq)
	}
	return page
}
