package analysis

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/fold"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// Bounds of groups of exceptions: with more than maxGroups the half that fewest traces have is dropped. Of each so many users
// are told apart.
const (
	maxGroups     = 2048
	maxGroupUsers = 256
)

// exceptions groups the exceptions of all entities.
type exceptions struct {
	groups  map[string]*group
	scratch []byte // of a key: service, type and folded message, each behind a zero byte
	dropped bool
}

// A group is the exceptions with one key.
type group struct {
	service, kind, message string
	round                  uint64
	count, traces          int64
	sides                  [2]int64
	users                  *distinct
	first, last            segment.Time
	newest                 segment.Time // start of the example's entity
	example                segment.TraceID
	text                   string
}

func newExceptions() *exceptions { return &exceptions{groups: make(map[string]*group)} }

func (x *exceptions) add(t *trace.Trace, round uint64, o *observation) {
	for i := range t.Entities {
		e := &t.Entities[i]
		if len(e.Exceptions) == 0 {
			continue
		}
		service := ""
		if e.Segment != trace.None {
			service = t.Entities[e.Segment].Name
		}
		for j := range e.Exceptions {
			x.count(t, e, service, &e.Exceptions[j], round, o)
		}
	}
}

func (x *exceptions) count(t *trace.Trace, e *trace.Entity, service string, what *segment.Exception, round uint64, o *observation) {
	g := x.group(service, what)
	g.count++
	if g.first == 0 || e.Start < g.first {
		g.first = e.Start
	}
	g.last = max(g.last, e.Start)
	if g.round == round {
		return
	}
	g.round = round
	g.traces++
	for side, in := range o.sides {
		if in {
			g.sides[side]++
		}
	}
	for _, i := range t.Segments {
		if u := t.Entities[i].Digest.User; u != "" {
			g.users.add(u, present)
		}
	}
	if e.Start >= g.newest {
		g.newest, g.example = e.Start, t.ID
		if g.text != what.Message {
			g.text = strings.Clone(what.Message)
		}
	}
}

// group is that of the exception, which it makes if there is none.
func (x *exceptions) group(service string, what *segment.Exception) *group {
	b := append(append(x.scratch[:0], service...), 0)
	b = append(append(b, what.Type...), 0)
	at := len(b)
	b = fold.AppendMessage(b, what.Message)
	x.scratch = b
	if g := x.groups[string(b)]; g != nil {
		return g
	}
	if len(x.groups) >= maxGroups {
		x.shrink(maxGroups / 2)
	}
	key := string(b)
	g := &group{service: key[:len(service)], kind: key[len(service)+1 : at-1], message: key[at:], users: newDistinct(maxGroupUsers)}
	x.groups[key] = g
	return g
}

// sorted are the keys, those that most traces have first.
func (x *exceptions) sorted() []string {
	keys := make([]string, 0, len(x.groups))
	for k := range x.groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(x.groups[b].traces, x.groups[a].traces), cmp.Compare(a, b))
	})
	return keys
}

func (x *exceptions) shrink(keep int) {
	keys := x.sorted()
	for _, k := range keys[min(keep, len(keys)):] {
		delete(x.groups, k)
		x.dropped = true
	}
}

func (x *exceptions) merge(o *exceptions) {
	for key, g := range o.groups {
		to := x.groups[key]
		if to == nil {
			x.groups[key] = g
			continue
		}
		to.count, to.traces = to.count+g.count, to.traces+g.traces
		for side, n := range g.sides {
			to.sides[side] += n
		}
		to.users.merge(g.users)
		to.first, to.last = min(to.first, g.first), max(to.last, g.last)
		if g.newest > to.newest {
			to.newest, to.example, to.text = g.newest, g.example, g.text
		}
	}
	x.dropped = x.dropped || o.dropped
	if len(x.groups) > maxGroups {
		x.shrink(maxGroups)
	}
}

func (x *exceptions) result(limit int) *rayapi.Exceptions {
	r := &rayapi.Exceptions{Exact: !x.dropped, Groups: []rayapi.ExceptionGroup{}}
	keys := x.sorted()
	for _, k := range keys[:min(limit, len(keys))] {
		g := x.groups[k]
		r.Groups = append(r.Groups, rayapi.ExceptionGroup{
			Service: g.service, Type: g.kind, Message: g.message, Count: g.count, A: g.sides[0], B: g.sides[1],
			Users: g.users.count(present), UsersExact: g.users.exact(),
			FirstSeen: rayapi.EpochSeconds(g.first.Seconds()), LastSeen: rayapi.EpochSeconds(g.last.Seconds()),
			ExampleTrace: g.example.String(), Example: g.text,
		})
	}
	return r
}
