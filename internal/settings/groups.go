package settings

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/store"
)

// A Group is a name for the traces that match a filter expression.
type Group struct {
	Name string
	ID   string // made when the group is; "Default" of the group that every account has
	ARN  string

	// FilterExpression is the text as it was given; empty for Default, which is every trace.
	FilterExpression string

	// Expression is that text, read. It is nil if Problem says why it could not be read.
	Expression *filter.Expression

	// Problem is an error of the group alone: another version of Rayscope wrote an expression that this one does not know.
	Problem error

	Version              int // counts the changes of the expression, from 1
	InsightsEnabled      bool
	NotificationsEnabled bool // only with InsightsEnabled
}

// maxGroups is the service's quota, Default included.
const maxGroups = 25

// maxGroupName and maxGroupARN are the model's limits, in characters.
const (
	maxGroupName = 32
	maxGroupARN  = 400
)

// storedGroup is a Group as it is kept under groupPrefix and its name.
type storedGroup struct {
	Name                 string
	ID                   string
	FilterExpression     string
	Version              int
	InsightsEnabled      bool
	NotificationsEnabled bool
}

// Groups are all groups of the account by name, Default among them.
func (s *Settings) Groups(ctx context.Context, account store.Account) ([]*Group, error) {
	stored, err := list[storedGroup](ctx, s, account, groupPrefix)
	if err != nil {
		return nil, err
	}
	groups := make([]*Group, 0, len(stored)+1)
	for i := range stored {
		groups = append(groups, s.group(account, &stored[i].value))
	}
	if !slices.ContainsFunc(groups, func(g *Group) bool { return g.Name == defaultName }) {
		groups = append(groups, s.group(account, defaultGroup()))
	}
	slices.SortFunc(groups, func(a, b *Group) int { return strings.Compare(a.Name, b.Name) })
	return groups, nil
}

// Group is the one with the name or the ARN: one of them is given, or both and they mean the same. If there is none the
// error is an *Error.
func (s *Settings) Group(ctx context.Context, account store.Account, name, arn string) (*Group, error) {
	k, err := s.findGroup(ctx, account, name, arn)
	if err != nil {
		return nil, err
	}
	return s.group(account, &k.value), nil
}

// Env is what filter expressions of the account are evaluated in: the groups as they are now. A group with a Problem is
// not known there; if one of the refs, which an expression names, leads to such a group, the error is an *Error.
func (s *Settings) Env(ctx context.Context, account store.Account, refs ...filter.GroupRef) (*filter.Env, error) {
	groups, err := s.Groups(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if g.Problem != nil && (slices.Contains(refs, filter.GroupRef{Name: g.Name}) || slices.Contains(refs, filter.GroupRef{ARN: g.ARN})) {
			return nil, invalid("FilterExpression names group %s, whose own expression cannot be read: %v. Change it with UpdateGroup.", g.Name, g.Problem)
		}
	}
	return &filter.Env{Account: account.String(), Group: lookup(groups)}, nil
}

// lookup finds the expressions of groups as filters refer to them.
func lookup(groups []*Group) func(filter.GroupRef) *filter.Expression {
	known := make(map[filter.GroupRef]*filter.Expression, 2*len(groups))
	for _, g := range groups {
		known[filter.GroupRef{Name: g.Name}] = g.Expression
		known[filter.GroupRef{ARN: g.ARN}] = g.Expression
	}
	return func(r filter.GroupRef) *filter.Expression { return known[r] }
}

// A GroupChange is what is given of a group to create or to update. Nil is not given.
type GroupChange struct {
	FilterExpression     *string
	InsightsEnabled      *bool
	NotificationsEnabled *bool
}

// CreateGroup makes a group with the tags. Of two that make the same name at the same time one gets an *Error.
func (s *Settings) CreateGroup(ctx context.Context, account store.Account, name string, c GroupChange, tags []Tag) (*Group, error) {
	if err := checkGroupName(name); err != nil {
		return nil, err
	}
	if name == defaultName {
		return nil, invalid("%s already exists", name)
	}
	if c.FilterExpression == nil {
		return nil, invalid("Filter Expression is empty")
	}
	g := storedGroup{Name: name, ID: newGroupID()}
	if err := g.apply(c); err != nil {
		return nil, err
	}
	tagChanges, err := tagged(s.group(account, &g).ARN, tags)
	if err != nil {
		return nil, err
	}
	err = s.change(ctx, account, func() ([]store.Change, error) {
		changes, err := s.writeGroup(ctx, account, &g, 0)
		return append(changes, tagChanges...), err
	})
	if err != nil {
		return nil, err
	}
	return s.group(account, &g), nil
}

// UpdateGroup changes what is given. Of Default only the insights can change.
func (s *Settings) UpdateGroup(ctx context.Context, account store.Account, name, arn string, c GroupChange) (*Group, error) {
	var g storedGroup
	err := s.change(ctx, account, func() ([]store.Change, error) {
		k, err := s.findGroup(ctx, account, name, arn)
		if err != nil {
			return nil, err
		}
		g = k.value
		if err := g.apply(c); err != nil {
			return nil, err
		}
		return s.writeGroup(ctx, account, &g, k.revision)
	})
	if err != nil {
		return nil, err
	}
	return s.group(account, &g), nil
}

// DeleteGroup removes the group with its tags and its target.
func (s *Settings) DeleteGroup(ctx context.Context, account store.Account, name, arn string) error {
	return s.change(ctx, account, func() ([]store.Change, error) {
		guard, err := s.guard(ctx, account, groupPrefix)
		if err != nil {
			return nil, err
		}
		k, err := s.findGroup(ctx, account, name, arn)
		if err != nil {
			return nil, err
		}
		if k.value.Name == defaultName {
			return nil, invalid("GroupName %s is that of the group of all traces, which every account has. It cannot be deleted.", defaultName)
		}
		key := groupPrefix + k.value.Name
		return []store.Change{guard, {Key: key, Was: k.revision}, untagged(s.group(account, &k.value).ARN), untargeted(k.value.Name)}, nil
	})
}

// writeGroup is the change that keeps g, which is at the given revision, 0 if it is new.
func (s *Settings) writeGroup(ctx context.Context, account store.Account, g *storedGroup, revision uint64) ([]store.Change, error) {
	guard, err := s.guard(ctx, account, groupPrefix)
	if err != nil {
		return nil, err
	}
	groups, err := s.Groups(ctx, account)
	if err != nil {
		return nil, err
	}
	if err := s.checkAmong(groups, s.group(account, g), revision == 0); err != nil {
		return nil, err
	}
	c, err := put(groupPrefix+g.Name, g, revision)
	return []store.Change{guard, c}, err
}

// checkAmong holds g to the rules about all groups.
func (s *Settings) checkAmong(groups []*Group, g *Group, isNew bool) error {
	taken := func(is *Group) bool { return is.Name == g.Name }
	switch {
	case isNew && g.Name != defaultName && slices.ContainsFunc(groups, taken):
		return invalid("%s already exists", g.Name)
	case isNew && g.Name != defaultName && len(groups) >= maxGroups:
		return invalid("There are %d groups, %s included, which is the most. Delete one with DeleteGroup first.", len(groups), defaultName)
	}
	if path := cycle(groups, g); path != nil {
		return invalid("FilterExpression of group %s would refer to itself: %s. Leave one of these groups out.", g.Name, strings.Join(path, " -> "))
	}
	return nil
}

// cycle follows the groups that g's expression refers to, and those that these do. It returns the way back to g, if
// there is one.
func cycle(groups []*Group, g *Group) []string {
	byRef := make(map[filter.GroupRef]*Group, 2*len(groups)+2)
	for _, is := range append(slices.Clone(groups), g) { // g stands for the state of itself that is kept
		byRef[filter.GroupRef{Name: is.Name}] = is
		byRef[filter.GroupRef{ARN: is.ARN}] = is
	}
	seen := make(map[*Group]bool, len(groups))
	var follow func(at *Group) []string
	follow = func(at *Group) []string {
		if seen[at] || at.Expression == nil {
			return nil
		}
		seen[at] = true
		for _, ref := range at.Expression.Groups() {
			next := byRef[ref]
			if next == g {
				return []string{at.Name, g.Name}
			}
			if next == nil {
				continue
			}
			if path := follow(next); path != nil {
				return append([]string{at.Name}, path...)
			}
		}
		return nil
	}
	return follow(g)
}

// findGroup reads a group; Default is at revision 0 until something of it is changed.
func (s *Settings) findGroup(ctx context.Context, account store.Account, name, arn string) (k kept[storedGroup], err error) {
	switch {
	case name == "" && arn == "":
		return k, invalid("GroupName and GroupARN are missing. Send one of them.")
	case len(name) > maxGroupName:
		return k, invalid("GroupName has %d characters, 1 to %d are allowed.", len(name), maxGroupName)
	case len(arn) > maxGroupARN:
		return k, invalid("GroupARN has %d characters, 1 to %d are allowed.", len(arn), maxGroupARN)
	}
	want := name
	if arn != "" {
		kind, inARN, _, ok := s.splitARN(account, arn)
		if !ok || kind != groupResource {
			return k, invalid("Group not found.")
		}
		if name != "" && name != inARN {
			return k, invalid("GroupName %q and GroupARN %q are those of two groups. Send one of them.", name, arn)
		}
		want = inARN
	}
	if k, err = get[storedGroup](ctx, s, account, groupPrefix+want); err != nil {
		return k, err
	}
	if k.revision == 0 && want == defaultName {
		k.value = *defaultGroup()
	}
	if k.value.Name == "" || arn != "" && s.group(account, &k.value).ARN != arn {
		return kept[storedGroup]{}, invalid("Group not found.")
	}
	return k, nil
}

func defaultGroup() *storedGroup {
	return &storedGroup{Name: defaultName, ID: defaultName, Version: 1}
}

// group is the group that is kept as g.
func (s *Settings) group(account store.Account, g *storedGroup) *Group {
	out := &Group{
		Name: g.Name, ID: g.ID, ARN: s.ARN(account, groupResource, g.Name), FilterExpression: g.FilterExpression,
		Version: g.Version, InsightsEnabled: g.InsightsEnabled, NotificationsEnabled: g.NotificationsEnabled,
	}
	if g.Name == defaultName {
		out.Expression = filter.All()
		return out
	}
	out.ARN += "/" + g.ID
	x, err := filter.Parse(g.FilterExpression)
	if err != nil {
		out.Problem = fmt.Errorf("group %s: filter expression %q was written by another version: %w", g.Name, g.FilterExpression, err)
		return out
	}
	out.Expression = x
	return out
}

// apply changes what is given.
func (g *storedGroup) apply(c GroupChange) error {
	if c.FilterExpression != nil {
		if err := g.setExpression(*c.FilterExpression); err != nil {
			return err
		}
	}
	if c.InsightsEnabled != nil {
		g.InsightsEnabled = *c.InsightsEnabled
		g.NotificationsEnabled = g.NotificationsEnabled && g.InsightsEnabled
	}
	if c.NotificationsEnabled != nil {
		g.NotificationsEnabled = *c.NotificationsEnabled
	}
	if g.NotificationsEnabled && !g.InsightsEnabled {
		return invalid("InsightsConfiguration.NotificationsEnabled is true, but InsightsEnabled is not. There are no notifications without insights: enable both.")
	}
	return nil
}

func (g *storedGroup) setExpression(text string) error {
	switch {
	case g.Name == defaultName:
		return invalid("FilterExpression of group %s cannot be changed: it is the group of all traces. Create a group of your own.", defaultName)
	case strings.TrimSpace(text) == "":
		return invalid("Filter Expression is empty")
	case text == g.FilterExpression:
		return nil
	}
	if _, err := filter.Parse(text); err != nil {
		return invalid("FilterExpression is invalid: %v", err)
	}
	g.FilterExpression = text
	g.Version++
	return nil
}

func checkGroupName(name string) error {
	if len(name) == 0 || len(name) > maxGroupName {
		return invalid("GroupName has %d characters, 1 to %d are allowed.", len(name), maxGroupName)
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return invalid("GroupName %q has a character that is not allowed: letters, digits and dashes are.", name)
		}
	}
	return nil
}

// newGroupID is as random as the service's: 52 characters, so that a group that is made again is another one.
func newGroupID() string {
	var b [32]byte
	rand.Read(b[:])
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
}
