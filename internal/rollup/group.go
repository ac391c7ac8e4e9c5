package rollup

import (
	"context"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/settings"
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
type Groups func(context.Context, store.Account) ([]*Group, error)

// NewGroup is a group that is set, with what its expression means in the environment; nil for the group of all traces.
func NewGroup(g *settings.Group, env *filter.Env) *Group {
	if g.FilterExpression == "" {
		return nil
	}
	return &Group{ID: g.ID, Version: g.Version, Match: func(t *trace.Trace) bool { return g.Expression.Match(t, env) }}
}

// GroupsOf tells the groups that are set. Those whose expression cannot be read get no members.
func GroupsOf(s *settings.Settings) Groups {
	return func(ctx context.Context, a store.Account) ([]*Group, error) {
		all, err := s.Groups(ctx, a)
		if err != nil {
			return nil, err
		}
		env, err := s.Env(ctx, a)
		if err != nil {
			return nil, err
		}
		var groups []*Group
		for _, set := range all {
			if g := NewGroup(set, env); g != nil && set.Problem == nil {
				groups = append(groups, g)
			}
		}
		return groups, nil
	}
}

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
func note(groups []*Group, t *trace.Trace, note func(fact.Fact)) {
	for _, g := range groups {
		if g.Match(t) {
			note(fact.Fact{Field: fact.Group, Key: g.ID, Value: g.version()})
		}
	}
}
