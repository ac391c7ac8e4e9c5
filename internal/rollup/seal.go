package rollup

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// Bounds of what is held in memory of a minute while it is sealed. A minute with more is not sealed; its traces are read
// one by one for as long as they are kept.
const (
	maxNodes = 50_000  // in the maps of all minutes of receipt: those of five maps as large as they may be
	maxLinks = 500_000 // more than a minute at the rate that one machine takes in has
	checked  = 1024    // after so many traces each
)

// maxWaiting bounds the traces that the links of one part wait for. They are looked up at each question that the part
// takes part in. Senders that report a minute later than their receivers are few; those that never report are no use.
const maxWaiting = 256

// A seal derives the content of one minute.
type seal struct {
	ctx       context.Context
	store     Store
	account   store.Account
	groups    []*Group
	assembler *trace.Assembler
	maps      Maps
}

// derive is the store.Derive of the seal.
func (s *seal) derive(traces iter.Seq2[*store.Trace, error], state func(fact.Fact)) ([]store.Part, error) {
	s.maps = make(Maps)
	n := 0
	for stored, err := range traces {
		if err != nil {
			return nil, err
		}
		t, err := stored.Assemble(s.assembler, store.Forever)
		if err != nil {
			return nil, err
		}
		fact.Of(t, state)
		note(s.groups, t, state)
		s.maps.Add(stored, t)
		if n++; n%checked == 0 {
			if err := s.check(); err != nil {
				return nil, err
			}
		}
	}
	if err := s.drawLinks(); err != nil {
		return nil, err
	}
	return s.parts(), nil
}

func (s *seal) check() error {
	nodes, links := 0, 0
	for _, m := range s.maps {
		nodes += len(m.Nodes)
		links += len(m.Links)
	}
	if nodes > maxNodes || links > maxLinks {
		return fmt.Errorf("its service maps have %d nodes and %d links, %d and %d are the most", nodes, links, maxNodes, maxLinks)
	}
	return nil
}

// drawLinks draws what is settled of the links, and keeps the newest of the rest.
func (s *seal) drawLinks() error {
	all := slices.Collect(maps.Values(s.maps))
	err := Senders(s.ctx, s.store, s.account, s.assembler, all, func(t *trace.Trace) {
		for _, m := range all {
			m.DrawSettled(t)
		}
	})
	if err != nil {
		return err
	}
	for _, m := range all {
		m.Links = newest(m.Links, maxWaiting)
	}
	return nil
}

// Senders looks up the traces that the links of the maps lead to, those that are there, and calls each with them. It asks
// for them in the order in which they are likely to lie. The assembler holds the trace until each returns.
func Senders(ctx context.Context, s store.Reader, account store.Account, a *trace.Assembler, all []*servicemap.Map, each func(*trace.Trace)) error {
	ids := make(map[segment.TraceID]bool)
	for _, m := range all {
		for id := range m.Links {
			ids[id] = true
		}
	}
	for stored, err := range s.Digests(ctx, account, newestFirst(ids)...) {
		if err != nil {
			return err
		}
		t, err := stored.Assemble(a, store.Forever)
		if err != nil {
			return err
		}
		each(t)
	}
	return nil
}

// newest are the n links with the greatest ids, or all.
func newest(l servicemap.Links, n int) servicemap.Links {
	if len(l) <= n {
		return l
	}
	few := make(servicemap.Links, n)
	for _, id := range newestFirst(l)[:n] {
		few[id] = l[id]
	}
	return few
}

// newestFirst lists ids in the order in which their traces are likely to lie: those with time in their ids by time.
func newestFirst[V any](m map[segment.TraceID]V) []segment.TraceID {
	return slices.SortedFunc(maps.Keys(m), func(x, y segment.TraceID) int { return bytes.Compare(y[:], x[:]) })
}

func (s *seal) parts() []store.Part {
	list := make([]store.Part, 0, len(s.maps))
	for received, m := range s.maps {
		list = append(list, store.Part{Kind: MapPart, Key: keyOf(received), Data: m.Append(nil)})
	}
	return list
}
