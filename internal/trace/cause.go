package trace

import (
	"github.com/rayscope/rayscope/internal/segment"
)

// CauseKind is what a root cause explains.
type CauseKind uint8

// The kinds of root causes. Throttles count as errors.
const (
	CauseError CauseKind = iota
	CauseFault
	CauseResponseTime
)

// Limits of a list of causes: what a person can still read, and what keeps a hostile trace's answer small.
const (
	MaxCauses     = 100   // in one list
	maxCausePath  = 500   // entities of one path; a document nests some 250 deep at most
	maxCauseItems = 5_000 // entities and exceptions in one list: 50 for each cause, ten times what honest traces have
)

// A Cause explains a failure, or the time that the root took, by one path through the trace, upstream to downstream.
type Cause struct {
	Services        []CauseService
	ClientImpacting bool // the path begins at the root segment
}

// A CauseService is the part of a path within one service.
type CauseService struct {
	Service  Service
	Inferred bool          // the service did not report: it is known from the call to it
	Path     []CauseEntity // from the segment down to where it happened, or to the call that left
}

// A CauseEntity is one segment or subsegment of a path.
type CauseEntity struct {
	Name       string
	Exceptions []segment.Exception // its own; of failures only
	Remote     bool                // a call to another service
	Coverage   float64             // its duration as a share of the root's; of response time only
}

// Causes are the root causes of a kind. Their strings and exceptions may point into the trace. A trace without a failed
// segment has none of a failure, which costs a look at each of its segments.
func (t *Trace) Causes(kind CauseKind) []Cause {
	switch kind {
	case CauseResponseTime:
		return t.timeCauses()
	case CauseFault:
		return t.failureCauses((*Entity).IsFault)
	}
	return t.failureCauses((*Entity).isErrorOrThrottle)
}

func (e *Entity) isErrorOrThrottle() bool { return e.IsError() || e.IsThrottle() }

// up is the entity that e is a child of, nested in it or called by it; None at the top.
func (e *Entity) up() int32 {
	if e.Parent != None {
		return e.Parent
	}
	return e.Caller
}

// calls tells whether the namespace says that the entity is a call.
func (e *Entity) calls() bool {
	return !e.IsSegment() && e.Flags&(segment.NamespaceAWS|segment.NamespaceRemote) != 0
}

// describe is the cause whose path goes through the given entities, the first a segment; with infer it goes on to the
// callee that the last one infers.
func (t *Trace) describe(path []int32, infer bool, as func(*Entity) CauseEntity) Cause {
	c := Cause{ClientImpacting: path[0] == t.Root}
	all := make([]CauseEntity, 0, len(path)+1)
	for _, i := range path {
		e := &t.Entities[i]
		if e.IsSegment() {
			c.Services = append(c.Services, CauseService{Service: e.Service()})
		}
		all = append(all, as(e))
		s := &c.Services[len(c.Services)-1]
		s.Path = all[len(all)-len(s.Path)-1 : len(all) : len(all)]
	}
	if infer {
		e := &t.Entities[path[len(path)-1]]
		all = append(all, CauseEntity{Name: e.Name, Coverage: all[len(all)-1].Coverage})
		c.Services = append(c.Services, CauseService{Service: e.Service(), Inferred: true, Path: all[len(all)-1:]})
	}
	return c
}

// timeCauses is the path of what took more than half of the root's time: from the root to its longest child, and so on.
// A child that took longer than the root ran on without it and is passed over.
func (t *Trace) timeCauses() []Cause {
	root := t.RootSegment()
	if root == nil || !root.Complete() {
		return nil
	}
	total := root.Duration()
	longest := t.longestChildren(total)
	if longest == nil {
		return nil
	}
	path := []int32{t.Root}
	last := root
	for len(path) < maxCausePath && !last.Infers() && longest[last.Index] != None {
		last = &t.Entities[longest[last.Index]]
		path = append(path, last.Index)
	}
	if len(path) == 1 {
		return nil
	}
	return []Cause{t.describe(path, last.Infers(), func(e *Entity) CauseEntity {
		return CauseEntity{Name: e.Name, Remote: e.calls(), Coverage: e.Duration().Seconds() / total.Seconds()}
	})}
}

// longestChildren is for each entity its longest child of more than half of the total and no more than all of it; nil if
// nothing has one. Of equally long ones it is the first listed. A callee is preferred to steps of the call: SDKs for Go record the
// wait for an answer as one, which says nothing of where the time went.
func (t *Trace) longestChildren(total segment.Time) []int32 {
	var longest []int32
	for i := range t.Entities {
		e := &t.Entities[i]
		d, up := e.Duration(), e.up()
		if up == None || 2*d <= total || d > total {
			continue
		}
		if longest == nil {
			longest = make([]int32, len(t.Entities))
			for j := range longest {
				longest[j] = None
			}
		}
		if old := longest[up]; old == None || t.Entities[old].explainsLess(e) {
			longest[up] = e.Index
		}
	}
	return longest
}

// explainsLess tells whether other, a child of the same entity, says better where the time went.
func (e *Entity) explainsLess(other *Entity) bool {
	if e.IsSegment() != other.IsSegment() {
		return other.IsSegment()
	}
	return e.Duration() < other.Duration()
}
