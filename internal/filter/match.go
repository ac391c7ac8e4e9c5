package filter

import (
	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// Match tells whether the expression holds for the trace.
func (x *Expression) Match(t *trace.Trace, e *Env) bool {
	r := run{t: t, env: e}
	return match(x.root, &subject{run: &r, place: inTrace, entity: t.RootSegment()})
}

// A run is what one Match has found out so far.
type run struct {
	t      *trace.Trace
	env    *Env
	groups int        // that were asked: these are in few, then in more
	few    [4]verdict // so that expressions with few groups allocate nothing
	more   []verdict
	causes [trace.CauseResponseTime + 1]*[]trace.Cause

	noted map[*term][]bool // of large traces, by index of the segment
}

// verdict is that of the i-th group that was asked.
func (r *run) verdict(i int) *verdict {
	if i < len(r.few) {
		return &r.few[i]
	}
	return &r.more[i-len(r.few)]
}

// ask makes room for a verdict.
func (r *run) ask(ref GroupRef) (i int) {
	i = r.groups
	r.groups++
	if i >= len(r.few) {
		r.more = append(r.more, verdict{})
	}
	*r.verdict(i) = verdict{ref: ref}
	return i
}

// A verdict is whether the trace is in a group. While it is being found out, and if there is no such group, it is not known.
type verdict struct {
	ref       GroupRef
	known, in bool
}

// A subject is what a condition is asked about.
type subject struct {
	*run
	place scope

	// What times, class and http are of: the root, or nil, at the top level; a segment or the call that infers its node in
	// service{}; what the caller saw in edge{}.
	entity   *trace.Entity
	from, to *trace.Entity // in edge{}; from is nil if it is a client

	part part // in rootcause.*
}

func match(n node, s *subject) bool {
	switch n := n.(type) {
	case *and:
		for _, kid := range n.cheap {
			if !match(kid, s) {
				return false
			}
		}
		return true
	case *or:
		for _, kid := range n.cheap {
			if match(kid, s) {
				return true
			}
		}
		return false
	case *not:
		return !match(n.of, s)
	case *term:
		return n.matches(s)
	case *service:
		return n.matches(s.run)
	case *edge:
		return n.matches(s.run)
	case *cause:
		return n.matches(s.run)
	case *pattern:
		return n.matches(s.run)
	case *group:
		return n.matches(s.run)
	}
	return true // every
}

// matches tells whether some node has a segment, reported or inferred, of which all conditions hold. A client has none.
func (n *service) matches(r *run) bool {
	for i := range r.t.Entities {
		e := &r.t.Entities[i]
		isSegment := e.IsSegment()
		if !isSegment && !e.Infers() {
			continue
		}
		if n.at.choosesNodeOf(e, r.env.Account) && (n.cond == nil || match(n.cond, &subject{run: r, place: inService, entity: e})) {
			return true
		}
	}
	return n.cond == nil && n.matchesClient(r)
}

func (n *service) matchesClient(r *run) bool {
	for _, i := range r.t.Segments {
		if e := &r.t.Entities[i]; !e.Is(segment.HasParent) && n.at.choosesClientOf(e, r.env.Account) {
			return true
		}
	}
	return false
}

func (n *edge) matches(r *run) bool {
	own := r.env.Account
	for c := range r.t.Calls {
		from := c.From != nil && n.from.choosesNodeOf(c.From, own) || c.From == nil && n.from.choosesClientOf(c.To, own)
		if !from || !n.to.choosesNodeOf(c.To, own) {
			continue
		}
		if n.cond == nil || match(n.cond, &subject{run: r, place: inEdge, entity: c.Seen, from: c.From, to: c.To}) {
			return true
		}
	}
	return false
}

// matches asks the current expression of the group, once for each trace. A group that is being asked already is part of a
// cycle and is treated as unknown.
func (n *group) matches(r *run) bool {
	for i := range r.groups {
		if v := r.verdict(i); v.ref == n.ref {
			return v.known && v.in != n.not
		}
	}
	i := r.ask(n.ref)
	x := r.env.group(n.ref)
	if x == nil {
		return false
	}
	in := match(x.root, &subject{run: r, place: inTrace, entity: r.t.RootSegment()})
	v := r.verdict(i)
	v.known, v.in = true, in
	return in != n.not
}

func (e *Env) group(ref GroupRef) *Expression {
	if e.Group == nil {
		return nil
	}
	return e.Group(ref)
}

func (n *term) matches(s *subject) bool {
	switch words[n.word].kind {
	case truth:
		return s.truth(n.word)
	case number:
		v, ok := s.number(n.word)
		return ok && n.is.Holds(fact.Value{Kind: fact.Number, Number: v})
	case anyKind:
		return n.matchesNote(s)
	}
	return n.matchesText(s)
}

func (s *subject) truth(w word) bool {
	switch w {
	case wOK, wError, wFault, wThrottle:
		return s.entity != nil && hasClass(s.entity, w)
	case wPartial:
		return s.t.Partial()
	case wInferred:
		return s.inferred()
	case wRoot:
		return s.entity.IsSegment() && !s.entity.Is(segment.HasParent)
	case wFirst:
		return s.part.index == 0
	case wLast:
		return s.part.last
	}
	return s.part.remote // wRemote
}

// hasClass tells whether a completed entity is of a class. What is throttled is no error, though its status says so.
func hasClass(e *trace.Entity, w word) bool {
	if !e.Complete() {
		return false
	}
	switch w {
	case wFault:
		return e.IsFault()
	case wThrottle:
		return e.IsThrottle()
	case wError:
		return e.IsError() && !e.IsThrottle()
	}
	return e.Class() == segment.ClassOK
}

func (s *subject) inferred() bool {
	switch s.place {
	case inService:
		return s.entity.Infers()
	case inCauseService:
		return s.part.inferred
	}
	for i := range s.t.Entities {
		if s.t.Entities[i].Infers() {
			return true
		}
	}
	return false
}

func (s *subject) number(w word) (n float64, ok bool) {
	switch w {
	case wIndex:
		return float64(s.part.index), true
	case wCoverage:
		return s.part.coverage, true
	case wDuration:
		d, ok := s.duration()
		return d.Seconds(), ok
	}
	switch {
	case s.entity == nil:
		return 0, false
	case w == wStatus:
		return float64(s.entity.HTTP.Status), s.entity.HTTP.Status != 0
	}
	return s.entity.Duration().Seconds(), s.entity.Complete() // wResponseTime
}

// duration is that of the trace at the top level; a segment's with all its subsegments; else the entity's own.
func (s *subject) duration() (segment.Time, bool) {
	switch {
	case s.place == inTrace:
		return s.t.Duration()
	case s.place == inService && s.entity.IsSegment():
		return s.entity.Until - s.entity.From, s.entity.Complete()
	}
	return s.entity.Duration(), s.entity.Complete()
}

func (n *term) matchesText(s *subject) bool {
	switch n.word {
	case wUser, wZone, wInstance, wARN:
		return n.matchesOwner(s)
	case wName:
		if s.place == inService {
			return n.text(s.entity.NodeName())
		}
		return n.text(s.part.name)
	case wType:
		if s.place == inService {
			return n.text(s.entity.Service().Type)
		}
		return n.text(s.part.typ)
	case wMessage:
		return n.text(s.part.message)
	case wTemplate:
		return s.entity != nil && n.matchesTemplate(&s.entity.HTTP)
	case wException:
		return n.matchesNote(s)
	}
	return s.entity != nil && n.text(httpText(&s.entity.HTTP, n.word))
}

// text compares a text, which has no value if it is empty.
func (n *term) text(v string) bool {
	return v != "" && n.is.Holds(fact.Value{Kind: fact.String, String: v})
}

func httpText(h *segment.HTTP, w word) string {
	switch w {
	case wURL:
		return h.URL
	case wMethod:
		return h.Method
	case wAgent:
		return h.UserAgent
	}
	return h.ClientIP
}

// matchesOwner compares what documents of segments say: that of any segment, of the node's, of the caller's.
func (n *term) matchesOwner(s *subject) bool {
	e := s.entity
	switch s.place {
	case inTrace:
		for _, i := range s.t.Segments {
			if n.owned(s.t.Entities[i].Digest) {
				return true
			}
		}
		return false
	case inEdge:
		e = s.from
	}
	return e != nil && e.IsSegment() && n.owned(e.Digest)
}

func (n *term) owned(d *segment.Digest) bool {
	switch n.word {
	case wUser:
		return n.text(d.User)
	case wZone:
		return n.text(d.EC2Zone) || n.text(d.ECSZone)
	case wInstance:
		return n.text(d.InstanceID)
	}
	return n.text(d.ResourceARN)
}

// matchesNote looks for an annotation or an exception, which any entity of the place may have.
func (n *term) matchesNote(s *subject) bool {
	switch {
	case s.place == inEdge && n.side == here:
		return n.noted(s.entity)
	case n.side == source:
		return n.notedWithin(s.run, s.from)
	case n.side == destination:
		return n.notedWithin(s.run, s.to)
	case s.place == inService:
		return n.notedWithin(s.run, s.entity)
	}
	for i := range s.t.Entities {
		if n.noted(&s.t.Entities[i]) {
			return true
		}
	}
	return false
}

// notedWithin looks at a segment and its subsegments. What a call infers has no notes: they are the caller's.
func (n *term) notedWithin(r *run, of *trace.Entity) bool {
	if of == nil || !of.IsSegment() {
		return false
	}
	all := r.t.Entities
	if len(all) > smallTrace {
		return r.notedSegments(n)[of.Index]
	}
	for i := range all {
		if e := &all[i]; e.Segment == of.Index && n.noted(e) {
			return true
		}
	}
	return false
}

// smallTrace is how many entities are looked through for each node or edge. In a larger trace that would be too often: they
// are looked through once for each term, and the segments noted.
const smallTrace = 64

// notedSegments tells for each entity whether it is a segment that has the note of the term.
func (r *run) notedSegments(n *term) []bool {
	if segments, known := r.noted[n]; known {
		return segments
	}
	if r.noted == nil {
		r.noted = make(map[*term][]bool)
	}
	segments := make([]bool, len(r.t.Entities))
	for i := range r.t.Entities {
		if e := &r.t.Entities[i]; e.Segment != trace.None && !segments[e.Segment] {
			segments[e.Segment] = n.noted(e)
		}
	}
	r.noted[n] = segments
	return segments
}

func (n *term) noted(e *trace.Entity) bool {
	if n.word == wException {
		return n.raised(e)
	}
	return n.annotated(e)
}

// annotated looks at the annotations of one entity. A bare truth counts as its value.
func (n *term) annotated(e *trace.Entity) bool {
	for i := range e.Annotations {
		a := &e.Annotations[i]
		if a.Key != n.key {
			continue
		}
		if n.is.Op == fact.Set && a.Kind == segment.BoolValue {
			if a.Bool {
				return true
			}
		} else if n.is.Holds(fact.ValueOf(a)) {
			return true
		}
	}
	return false
}
