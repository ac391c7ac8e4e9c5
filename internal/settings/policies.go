package settings

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/rayscope/rayscope/internal/store"
)

// A Policy is a resource policy: who else may do what with an account's traces.
type Policy struct {
	Name     string
	Document string // JSON, normalised
	Revision int    // counts the changes, from 1
	Updated  time.Time
}

// The service's quotas of resource policies.
const (
	maxPolicies     = 5
	maxPolicyLength = 5 << 10 // bytes
)

var policyName = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,128}$`)

// NoPolicy is the revision to name for a policy that must not be there yet.
const NoPolicy = "0"

// Policies are all of the account, by name.
func (s *Settings) Policies(ctx context.Context, account store.Account) ([]Policy, error) {
	all, err := list[Policy](ctx, s, account, policyPrefix)
	policies := make([]Policy, len(all))
	for i := range all {
		policies[i] = all[i].value
	}
	return policies, err
}

// PutPolicy sets a policy. With a revision, the policy must be at it, or not be there for NoPolicy; nil does not matter.
// With bypass a document may keep everybody from changing the policy again.
func (s *Settings) PutPolicy(ctx context.Context, account store.Account, name, document string, revision *string, bypass bool) (Policy, error) {
	if err := checkPolicyName(name); err != nil {
		return Policy{}, err
	}
	normal, err := checkPolicy(account, document, bypass)
	if err != nil {
		return Policy{}, err
	}
	p := Policy{Name: name, Document: normal, Updated: s.now().Truncate(time.Second)}
	err = s.change(ctx, account, func() ([]store.Change, error) {
		guard, err := s.guard(ctx, account, policyPrefix)
		if err != nil {
			return nil, err
		}
		all, err := list[Policy](ctx, s, account, policyPrefix)
		if err != nil {
			return nil, err
		}
		is := named(all, name)
		if revision != nil && *revision != strconv.Itoa(is.value.Revision) {
			return nil, wrongRevision("Another concurrent request has modified the resource policy %s", name)
		}
		if is.revision == 0 && len(all) >= maxPolicies {
			e := invalid("PolicyName %s: there are %d resource policies, which is the most. Delete one with DeleteResourcePolicy first.", name, len(all))
			e.Reason = TooManyPolicies
			return nil, e
		}
		p.Revision = is.value.Revision + 1
		c, err := put(policyPrefix+name, p, is.revision)
		return []store.Change{guard, c}, err
	})
	return p, err
}

// DeletePolicy removes a policy. With a revision, it must be at that.
func (s *Settings) DeletePolicy(ctx context.Context, account store.Account, name string, revision *string) error {
	if err := checkPolicyName(name); err != nil {
		return err
	}
	return s.change(ctx, account, func() ([]store.Change, error) {
		is, err := get[Policy](ctx, s, account, policyPrefix+name)
		switch {
		case err != nil:
			return nil, err
		case is.revision == 0 && revision == nil:
			return nil, invalid("The resource policy %s does not exist.", name)
		case revision != nil && (is.revision == 0 || *revision != strconv.Itoa(is.value.Revision)):
			return nil, wrongRevision("Another concurrent request has modified or deleted the resource policy %s", name)
		}
		return []store.Change{{Key: policyPrefix + name, Was: is.revision}}, nil
	})
}

func named(all []kept[Policy], name string) (k kept[Policy]) {
	for _, is := range all {
		if is.value.Name == name {
			return is
		}
	}
	return k
}

func checkPolicyName(name string) error {
	if !policyName.MatchString(name) {
		return invalid("PolicyName %.128q is not the name of a policy: 1 to 128 letters, digits and _ + = , . @ - are allowed.", name)
	}
	return nil
}

func wrongRevision(format, name string) *Error {
	e := invalid(format, name)
	e.Reason = WrongRevision
	return e
}
