package filter

import "github.com/rayscope/rayscope/internal/trace"

// A part is an element of a list of a root cause.
type part struct {
	name, typ, message string
	inferred, remote   bool
	coverage           float64
	index              int
	last               bool
}

// causesOf are the trace's causes of the kind, found once.
func (r *run) causesOf(kind trace.CauseKind) []trace.Cause {
	if r.causes[kind] == nil {
		found := r.t.Causes(kind)
		r.causes[kind] = &found
	}
	return *r.causes[kind]
}

func (n *cause) matches(r *run) bool {
	causes := r.causesOf(n.kind)
	for i := range causes {
		if n.matchesOne(r, &causes[i]) {
			return true
		}
	}
	return false
}

// matchesOne tells whether an element of the cause's list satisfies the condition. Entities of all services are one list,
// so are the exceptions of all entities.
func (n *cause) matchesOne(r *run, c *trace.Cause) bool {
	place, total := n.extent(c)
	s := subject{run: r, place: place}
	index := 0
	holds := func(p part) bool {
		p.index, p.last = index, index == total-1
		index++
		s.part = p
		return match(n.cond, &s)
	}
	for i := range c.Services {
		v := &c.Services[i]
		if n.list == services && holds(part{name: v.Service.Name, typ: v.Service.Type, inferred: v.Inferred}) {
			return true
		}
		for j := range v.Path {
			e := &v.Path[j]
			if n.list == entities && holds(part{name: e.Name, remote: e.Remote, coverage: e.Coverage}) {
				return true
			}
			for k := range e.Exceptions {
				if n.list == exceptions && holds(part{name: e.Exceptions[k].Type, message: e.Exceptions[k].Message}) {
					return true
				}
			}
		}
	}
	return false
}

// extent is where the condition is asked, and how long the list is.
func (n *cause) extent(c *trace.Cause) (place scope, total int) {
	if n.list == services {
		return inCauseService, len(c.Services)
	}
	for i := range c.Services {
		if n.list == entities {
			total += len(c.Services[i].Path)
			continue
		}
		for j := range c.Services[i].Path {
			total += len(c.Services[i].Path[j].Exceptions)
		}
	}
	if n.list == entities {
		return inTimedEntity, total
	}
	return inException, total
}

// matches tells whether each pattern has a cause, of whichever kind.
func (n *pattern) matches(r *run) bool {
	for i := range n.causes {
		if !n.causes[i].found(r) {
			return false
		}
	}
	return true
}

func (c *causePattern) found(r *run) bool {
	for kind := range trace.CauseResponseTime + 1 {
		causes := r.causesOf(kind)
		for i := range causes {
			if c.matches(&causes[i], kind, r.env.Account) {
				return true
			}
		}
	}
	return false
}
