package filter

import (
	"slices"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/trace"
)

// Limits of hints. To leave a clause out is always right; it only means more traces to look at.
const (
	maxClauses    = 32  // more cut off nothing that the first do not
	maxConditions = 128 // of a clause: more look-ups than that cost more than they save
)

// Where is what every trace has for which Match, with the same Env, is true: all of the clauses. It is empty if nothing can
// be said. A clause without conditions says that there is no such trace.
func (x *Expression) Where(e *Env) []fact.Clause {
	h := hinter{env: e, groups: make(map[GroupRef][]fact.Clause)}
	return h.hints(x.root, hintPlace{scope: inTrace}, false)
}

// A hinter is one run of Where. Groups are looked at once; one that is being looked at has no hints yet, so a cycle ends.
type hinter struct {
	env    *Env
	groups map[GroupRef][]fact.Clause
}

// A hintPlace is where a condition stands; node is what is known of the name of the node it is about.
type hintPlace struct {
	scope scope
	node  fact.Condition // of field Service: Equal, or Set if nothing is known
}

// hints are the clauses of a node, or of its negation. Facts say what a trace has, never what it lacks, so a negation has
// hints only where it meets another.
func (h *hinter) hints(n node, at hintPlace, negated bool) []fact.Clause {
	switch n := n.(type) {
	case *and:
		return h.join(n.of, at, negated, negated)
	case *or:
		return h.join(n.of, at, negated, !negated)
	case *not:
		return h.hints(n.of, at, !negated)
	}
	if negated {
		return nil
	}
	switch n := n.(type) {
	case *term:
		return n.hints(at)
	case *service:
		return h.service(n)
	case *edge:
		return h.edge(n)
	case *cause:
		return h.cause(n)
	case *pattern:
		return n.hints()
	case *group:
		return h.group(n)
	}
	return nil // every
}

// join is the hints of several nodes, of all of which or of any of which the clauses have to hold.
func (h *hinter) join(of []node, at hintPlace, negated, anyOf bool) (all []fact.Clause) {
	for i, n := range of {
		hints := h.hints(n, at, negated)
		switch {
		case !anyOf:
			all = append(all, hints...)
		case i == 0:
			all = hints
		default:
			all = either(all, hints)
		}
		if anyOf && len(all) == 0 {
			return nil
		}
	}
	return slices.Clip(all[:min(len(all), maxClauses)])
}

// either joins the best clause of each side.
func either(a, b []fact.Clause) []fact.Clause {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	union := slices.Clone(best(a))
	for _, c := range best(b) {
		if !slices.Contains(union, c) {
			union = append(union, c)
		}
	}
	if len(union) > maxConditions {
		return nil
	}
	return []fact.Clause{union}
}

// best is the clause that probably holds for the fewest traces.
func best(clauses []fact.Clause) fact.Clause {
	return slices.MinFunc(clauses, func(a, b fact.Clause) int { return breadth(a) - breadth(b) })
}

// breadth ranks clauses by their widest condition.
func breadth(c fact.Clause) (widest int) {
	for i := range c {
		widest = max(widest, breadthOf(&c[i]))
	}
	return widest
}

func breadthOf(c *fact.Condition) int {
	switch {
	case c.Field == fact.Is && (c.Value.String == fact.OK || c.Value.String == fact.Inferred):
		return 5
	case c.Op == fact.Set && (c.Field == fact.FaultIn || c.Field == fact.ErrorIn || c.Field == fact.ThrottleIn), c.Field == fact.Is:
		return 3
	case c.Op == fact.Set:
		return 6
	case c.Op != fact.Equal:
		return 4
	case c.Field == fact.Service, c.Field == fact.Method, c.Field == fact.Status:
		return 2
	}
	return 1
}

func one(c fact.Condition) []fact.Clause { return []fact.Clause{{c}} }

// condition is that of a term for a field whose facts have the very values that the term compares.
func (n *term) condition(f fact.Field) []fact.Clause {
	return one(fact.Condition{Field: f, Key: n.key, Op: n.is.Op, Value: n.is.Value})
}

func is(value string) []fact.Clause {
	return one(fact.Condition{Field: fact.Is, Op: fact.Equal, Value: fact.Value{String: value}})
}

func (n *term) hints(at hintPlace) []fact.Clause {
	// These are found at the top level wherever they were asked for.
	switch {
	case n.word == wAnnotation:
		return n.condition(fact.Annotation)
	case n.word == wUser:
		return n.condition(fact.User)
	case n.word == wName && at.scope&(inService|inCauseService) != 0:
		return n.condition(fact.Service)
	case n.word == wInferred && at.scope&(inService|inTrace) != 0:
		return is(fact.Inferred)
	}
	switch at.scope {
	case inTrace:
		return n.rootHints()
	case inService:
		return n.nodeHints(at.node)
	}
	return nil
}

// rootHints are those of terms about the root or the whole trace.
func (n *term) rootHints() []fact.Clause {
	switch n.word {
	case wOK:
		return is(fact.OK)
	case wError:
		return is(fact.Error)
	case wFault:
		return is(fact.Fault)
	case wThrottle:
		return is(fact.Throttle)
	case wPartial:
		return is(fact.Partial)
	case wResponseTime:
		return n.onGrid(fact.ResponseTime)
	case wDuration:
		return n.onGrid(fact.Duration)
	case wStatus:
		return n.condition(fact.Status)
	case wMethod:
		return n.condition(fact.Method)
	case wURL:
		return n.condition(fact.URL)
	case wTemplate:
		return n.templateHints()
	}
	return nil
}

// nodeHints are those of failures of a node.
func (n *term) nodeHints(node fact.Condition) []fact.Clause {
	switch n.word {
	case wError:
		node.Field = fact.ErrorIn
	case wFault:
		node.Field = fact.FaultIn
	case wThrottle:
		node.Field = fact.ThrottleIn
	default:
		return nil
	}
	return one(node)
}

// onGrid compares rounded times: what was strictly more or less may have been rounded to the same.
func (n *term) onGrid(f fact.Field) []fact.Clause {
	c := fact.Condition{Field: f, Op: n.is.Op, Value: fact.Value{Kind: fact.Number, Number: fact.Grid(n.is.Value.Number)}}
	switch c.Op {
	case fact.Greater:
		c.Op = fact.GreaterOrEqual
	case fact.Less:
		c.Op = fact.LessOrEqual
	case fact.Set, fact.NotEqual:
		c.Op, c.Value = fact.Set, fact.Value{}
	}
	return one(c)
}

// nameOf is the condition on the name of a node that the selector means; Set if it gives none.
func nameOf(c *selector) fact.Condition {
	if c == nil || !c.hasName {
		return fact.Condition{Field: fact.Service, Op: fact.Set}
	}
	return fact.Condition{Field: fact.Service, Op: fact.Equal, Value: fact.Value{String: c.name}}
}

func (h *hinter) service(n *service) []fact.Clause {
	name := nameOf(n.at)
	var inner []fact.Clause
	if n.cond != nil {
		inner = h.hints(n.cond, hintPlace{inService, name}, false)
	}
	if name.Op == fact.Set || slices.ContainsFunc(inner, func(c fact.Clause) bool { return implies(c, name.Value) }) {
		return inner
	}
	return append([]fact.Clause{{name}}, inner...)
}

// implies tells whether a clause says that there is a node of the name, as it says how that failed.
func implies(c fact.Clause, name fact.Value) bool {
	for i := range c {
		failed := c[i].Field == fact.FaultIn || c[i].Field == fact.ErrorIn || c[i].Field == fact.ThrottleIn
		if !failed || c[i].Op != fact.Equal || c[i].Value != name {
			return false
		}
	}
	return true
}

func (h *hinter) edge(n *edge) (all []fact.Clause) {
	for _, end := range []*selector{n.from, n.to} {
		if name := nameOf(end); name.Op != fact.Set {
			all = append(all, fact.Clause{name})
		}
	}
	if n.cond != nil {
		all = append(all, h.hints(n.cond, hintPlace{scope: inEdge}, false)...)
	}
	return all
}

// cause says that something failed, or that the root has ended: else there are no causes.
func (h *hinter) cause(n *cause) []fact.Clause {
	var what fact.Clause
	switch n.kind {
	case trace.CauseFault:
		what = fact.Clause{{Field: fact.FaultIn}}
	case trace.CauseError:
		what = fact.Clause{{Field: fact.ErrorIn}, {Field: fact.ThrottleIn}}
	case trace.CauseResponseTime:
		what = fact.Clause{{Field: fact.ResponseTime}}
	}
	at := hintPlace{scope: inException}
	if n.list == services {
		at.scope = inCauseService
	}
	return append(h.hints(n.cond, at, false), what)
}

// hints of a pattern are the names of its services.
func (n *pattern) hints() (all []fact.Clause) {
	for i := range n.causes {
		for j := range n.causes[i].services {
			if name := n.causes[i].services[j].name; name != nil && len(all) < maxClauses {
				all = append(all, fact.Clause{{Field: fact.Service, Op: fact.Equal, Value: fact.Value{String: *name}}})
			}
		}
	}
	return all
}

func (h *hinter) group(n *group) []fact.Clause {
	x := h.env.group(n.ref)
	if x == nil {
		return []fact.Clause{{}} // false, also with !=
	}
	if n.not {
		return nil
	}
	known, ok := h.groups[n.ref]
	if !ok {
		h.groups[n.ref] = nil
		known = h.hints(x.root, hintPlace{scope: inTrace}, false)
		h.groups[n.ref] = known
	}
	return known
}
