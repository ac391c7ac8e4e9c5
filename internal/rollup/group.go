package rollup

import (
	"context"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// A Group is what decides which traces belong to a group. It is decided once, when the trace's minute is sealed, and kept:
// an expression that is changed later applies to later traces.
type Group struct {
	ID      string
	Version int                     // of the expression; it grows with every change
	Match   func(*trace.Trace) bool // whether the expression matches
}

// Groups tells the groups of an account as they are now.
type Groups func(context.Context, store.Account) ([]Group, error)

// Members is the clause that members of the group satisfy.
func (g *Group) Members() []fact.Clause {
	return []fact.Clause{{{Field: fact.Group, Key: g.ID, Op: fact.Set}}}
}

// OldMembers is the clause that those satisfy who became members by an earlier version of the expression.
func (g *Group) OldMembers() []fact.Clause {
	return []fact.Clause{{{Field: fact.Group, Key: g.ID, Op: fact.Less, Value: g.version()}}}
}

func (g *Group) version() fact.Value {
	return fact.Value{Kind: fact.Number, Number: float64(g.Version)}
}

// note notes to which of the groups the trace belongs.
func note(groups []Group, t *trace.Trace, note func(fact.Fact)) {
	for i := range groups {
		if g := &groups[i]; g.Match(t) {
			note(fact.Fact{Field: fact.Group, Key: g.ID, Value: g.version()})
		}
	}
}
