package filter

import (
	"cmp"
	"slices"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/trace"
)

// A node is a part of an expression. Matching goes by type switch, not by method: so nothing that it hands down escapes
// to the heap.
type node interface{ print(*printer) }

type (
	every struct{} // holds always

	and struct {
		of    []node // as written; none is an and
		cheap []node // the same, those that cost least first
	}
	or struct {
		of    []node // as written; none is an or
		cheap []node
	}
	not struct{ of node } // of is no not

	// A term compares what a word stands for.
	term struct {
		word word
		side side
		key  string // of an annotation
		is   fact.Condition
	}
	service struct {
		at   *selector // nil: any node
		cond node      // nil: no condition
	}
	edge struct {
		from, to *selector // both nil: any edge
		cond     node
	}
	cause struct {
		kind trace.CauseKind
		list list
		cond node
	}
	pattern struct {
		text   string // JSON without white space
		causes []causePattern
	}
	group struct {
		ref   GroupRef
		byARN bool
		not   bool // not a negation: of an unknown group both are false
	}
)

// A side is the end of an edge that an annotation is looked for at.
type side uint8

const (
	here side = iota
	source
	destination
)

// A list is which parts of a root cause are looked at.
type list uint8

const (
	services list = iota
	entities
	exceptions
)

func newAnd(of []node) node {
	if of = flatten(of, func(n node) []node {
		if a, ok := n.(*and); ok {
			return a.of
		}
		return nil
	}); len(of) == 1 {
		return of[0]
	}
	return &and{of, byCost(of)}
}

func newOr(of []node) node {
	if of = flatten(of, func(n node) []node {
		if o, ok := n.(*or); ok {
			return o.of
		}
		return nil
	}); len(of) == 1 {
		return of[0]
	}
	return &or{of, byCost(of)}
}

func newNot(n node) node {
	if n, ok := n.(*not); ok {
		return n.of
	}
	return &not{n}
}

// flatten replaces the nodes that have parts of the same kind by these.
func flatten(of []node, parts func(node) []node) (flat []node) {
	for _, n := range of {
		if inner := parts(n); inner != nil {
			flat = append(flat, inner...)
		} else {
			flat = append(flat, n)
		}
	}
	return flat
}

func byCost(of []node) []node {
	sorted := slices.Clone(of)
	slices.SortStableFunc(sorted, func(a, b node) int { return cmp.Compare(cost(a), cost(b)) })
	return sorted
}

// cost puts nodes in an order: what looks at the root only, at the segments, at all entities, makes root causes.
func cost(n node) int {
	switch n := n.(type) {
	case *and:
		return cost(n.cheap[len(n.of)-1])
	case *or:
		return cost(n.cheap[len(n.of)-1])
	case *not:
		return cost(n.of)
	case *term:
		switch n.word {
		case wUser, wZone, wInstance, wARN:
			return 1
		case wAnnotation, wException, wInferred, wDuration:
			return 2
		}
		return 0
	case *service:
		return 3
	case *edge:
		return 4
	case *group:
		return 5
	}
	return 6
}
