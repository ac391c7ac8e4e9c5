package query

import (
	"context"
	"slices"

	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A SeriesQuery asks for statistics in buckets of receipt.
type SeriesQuery struct {
	Account  store.Account
	From, To segment.Time    // the ends of the buckets lie in [From, To)
	Period   segment.Time    // of a bucket; whole minutes
	Of       servicemap.Want // which nodes or edges are counted, not both
	Name     string          // tells what Of is from other queries'
	Events   bool            // edges of events are counted too, if Of wants them; they cost look-ups
	Group    *rollup.Group   // only traces that belong to it; nil for all
	Token    string          // of the page before; empty for the first
}

// A Series is one page of buckets, the newest first. Those that count nothing are left out.
type Series struct {
	Buckets     []Bucket
	OldVersions bool   // traces of the group count that an earlier version of its expression chose
	Token       string // of the next page; empty at the end
}

// A Bucket counts what was received in the Period before End.
type Bucket struct {
	End           segment.Time
	Stats         servicemap.Stats
	ResponseTimes servicemap.Histogram
}

// seriesPage is how many buckets a page covers, empty ones too: six hours of minutes. Each may bring hundreds of values.
const seriesPage = 360

// ClientEdges are the edges from clients to what they call: all that comes in.
type ClientEdges struct{}

// Node is false.
func (ClientEdges) Node(trace.Service) bool { return false }

// Edge tells whether a client calls.
func (ClientEdges) Edge(from, _ trace.Service) bool { return from.Type == trace.TypeClient }

// TimeSeries answers one page of a SeriesQuery: what is sealed from its parts, the rest from the traces. Of a group it
// reads the members' traces. Every page is as of when it is asked for.
func (q *Query) TimeSeries(ctx context.Context, sq SeriesQuery) (*Series, error) {
	first, end := ceil(sq.From, sq.Period), ceil(sq.To, sq.Period) // ends of buckets, half-open
	if sq.Token != "" {
		var err error
		if end, err = decodeSeriesToken(sq, first, end); err != nil {
			return nil, err
		}
	}
	page := &Series{}
	if end-first > seriesPage*sq.Period {
		first = end - seriesPage*sq.Period
		page.Token = seriesToken(sq, first)
	}
	if first >= end {
		return page, nil
	}
	b := buckets{q: q, ctx: ctx, sq: sq, maps: make(map[segment.Time]*servicemap.Map)}
	from, to := first-sq.Period, end-sq.Period
	if err := b.fill(from, to); err != nil {
		return nil, err
	}
	page.Buckets = b.list()
	var err error
	page.OldVersions, err = q.oldMembers(ctx, sq.Account, from, to, sq.Group)
	return page, err
}

// ceil is the first multiple of the period that is not before t.
func ceil(t, period segment.Time) segment.Time { return (t + period - 1) / period * period }

// buckets are the maps of what is wanted, by the ends of their spans.
type buckets struct {
	q       *Query
	ctx     context.Context
	sq      SeriesQuery
	maps    map[segment.Time]*servicemap.Map
	waiting int // links in them
}

// fill counts what was received in [from, to).
func (b *buckets) fill(from, to segment.Time) error {
	c := newCover(from, to)
	if b.sq.Group == nil {
		err := c.take(b.ctx, b.q.store, b.sq.Account, func(received store.Minute, data []byte) error {
			return b.merge(received, func(m *servicemap.Map) error { return m.MergeEncoded(data, b.sq.Of) })
		})
		if err != nil {
			return err
		}
	}
	for _, r := range c.rest() {
		if err := b.read(r); err != nil {
			return err
		}
	}
	return b.q.drawLinks(b.ctx, b.sq.Account, b.all()...)
}

// merge adds to the map of the bucket that the minute lies in. Links are forgotten if they are not wanted, and drawn when
// there are many.
func (b *buckets) merge(received store.Minute, add func(*servicemap.Map) error) error {
	end := (received.Time()/b.sq.Period + 1) * b.sq.Period
	m := b.maps[end]
	if m == nil {
		m = new(servicemap.Map)
		b.maps[end] = m
	}
	before := len(m.Links)
	if err := add(m); err != nil {
		return err
	}
	if !b.sq.Events {
		m.Links = nil
		return nil
	}
	if b.waiting += len(m.Links) - before; b.waiting < maxLinks {
		return nil
	}
	b.waiting = 0
	return b.q.drawLinks(b.ctx, b.sq.Account, b.all()...)
}

// read counts traces. It makes the whole map of one home minute at a time, and takes what is wanted of that.
func (b *buckets) read(r reading) error {
	maps, home := make(rollup.Maps), store.Minute(0)
	flush := func() error {
		for received, m := range maps {
			if at := received.Time(); at >= r.from && at < r.to {
				err := b.merge(received, func(to *servicemap.Map) error { to.Merge(m, b.sq.Of); return nil })
				if err != nil {
					return err
				}
			}
		}
		clear(maps)
		return nil
	}
	nothing := func(segment.TraceID) bool { return false }
	err := b.q.read(b.ctx, b.sq.Account, r, members{group: b.sq.Group}, nothing, nil, func(stored *store.Trace, t *trace.Trace) error {
		if m := stored.Home.Minute(); m != home {
			home = m
			if err := flush(); err != nil {
				return err
			}
		}
		maps.Add(stored, t)
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (b *buckets) all() []*servicemap.Map {
	list := make([]*servicemap.Map, 0, len(b.maps))
	for _, m := range b.maps {
		list = append(list, m)
	}
	return list
}

// list sums up each bucket.
func (b *buckets) list() []Bucket {
	list := make([]Bucket, 0, len(b.maps))
	for end, m := range b.maps {
		bucket := Bucket{End: end}
		bucket.sum(m, b.sq.Of)
		if bucket.Stats.Total() > 0 {
			list = append(list, bucket)
		}
	}
	slices.SortFunc(list, func(x, y Bucket) int { return int(y.End - x.End) })
	return list
}

// sum adds up what is wanted of the map.
func (b *Bucket) sum(m *servicemap.Map, want servicemap.Want) {
	for s, n := range m.Nodes {
		if want.Node(s) {
			b.Stats.Add(&n.Stats)
			b.ResponseTimes.Merge(&n.ResponseTimes)
		}
		for to, e := range n.Edges {
			if want.Edge(s, to) {
				b.Stats.Add(&e.Stats)
				b.ResponseTimes.Merge(&e.ResponseTimes)
			}
		}
	}
}
