package analysis

import (
	"cmp"
	"slices"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// orders are those in which traces are picked: negative if x is first. Equal ones are ordered by time, newest first, then by id.
var orders = map[string]func(x, y *pick) int{
	"slowest": func(x, y *pick) int { return cmp.Compare(y.took, x.took) },
	"fastest": func(x, y *pick) int { return cmp.Compare(x.took, y.took) },
	"newest":  func(x, y *pick) int { return 0 },
}

// defaultOrder is what people look for most.
const defaultOrder = "slowest"

// A pick is a trace that may be among the first.
type pick struct {
	id       segment.TraceID
	at, took segment.Time
	class    segment.Class
	sides    [2]bool
}

// A picker keeps the traces that are first in an order. It holds up to twice as many as wanted before it drops the rest, so each
// trace costs one comparison and a share of a sort.
type picker struct {
	order func(x, y *pick) int
	limit int
	list  []pick
	full  bool // the list's first limit picks are in order, and what comes after the last of them is not wanted
}

func newPicker(v *rayapi.TracesView) *picker {
	return &picker{order: orders[v.Order], limit: v.Limit}
}

func (p *picker) compare(x, y *pick) int {
	return cmp.Or(p.order(x, y), cmp.Compare(y.at, x.at), slices.Compare(x.id[:], y.id[:]))
}

func (p *picker) add(t *trace.Trace, at segment.Time, o *observation) {
	if o.class != open {
		p.keep(pick{t.ID, at, o.time, o.class, o.sides})
	}
}

func (p *picker) keep(x pick) {
	if p.full && p.compare(&x, &p.list[p.limit-1]) > 0 {
		return
	}
	p.list = append(p.list, x)
	if len(p.list) >= 2*p.limit {
		p.cut()
	}
}

// cut orders the list and drops what is not wanted.
func (p *picker) cut() {
	slices.SortFunc(p.list, func(x, y pick) int { return p.compare(&x, &y) })
	if len(p.list) >= p.limit {
		p.list, p.full = p.list[:p.limit], true
	}
}

func (p *picker) merge(o *picker) {
	for _, x := range o.list {
		p.keep(x)
	}
}

// classNames are the classes of completed traces as clients read them.
var classNames = map[segment.Class]string{segment.ClassOK: "ok", segment.ClassError: "error", segment.ClassFault: "fault", segment.ClassThrottle: "throttle"}

func (p *picker) result() *rayapi.PickedTraces {
	p.cut()
	r := &rayapi.PickedTraces{Items: make([]rayapi.PickedTrace, len(p.list))}
	for i, x := range p.list {
		r.Items[i] = rayapi.PickedTrace{
			Id: x.id.String(), Time: rayapi.EpochSeconds(x.at.Seconds()), ResponseTime: *seconds(x.took), Class: classNames[x.class], InA: x.sides[0], InB: x.sides[1],
		}
	}
	return r
}
