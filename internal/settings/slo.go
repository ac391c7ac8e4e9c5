package settings

import (
	"context"

	"github.com/rayscope/rayscope/internal/store"
)

// A Target is what an account wants of the requests of a group.
type Target struct {
	Group        string  // name; empty: of all requests
	Availability float64 // percent of requests that have to end without a fault
	ResponseTime float64 // seconds that 95 % of requests have to keep within
}

// DefaultTarget counts until another one is set: three nines, and a second, beyond which people's thoughts begin to wander.
var DefaultTarget = Target{Availability: 99.9, ResponseTime: 1}

// Bounds of targets. 100 % cannot be promised, and leaves nothing to measure a failure by; more than an hour is a slip.
const (
	maxAvailability = 99.999
	maxTargetTime   = 3600
)

// Targets are those that were set, in the order of their groups' names; that of all requests is first.
func (s *Settings) Targets(ctx context.Context, account store.Account) ([]Target, error) {
	kept, err := list[Target](ctx, s, account, targetPrefix)
	if err != nil {
		return nil, err
	}
	targets := make([]Target, len(kept))
	for i := range kept {
		targets[i] = kept[i].value
	}
	return targets, nil
}

// SetTarget sets the target of a group. It goes with the group.
func (s *Settings) SetTarget(ctx context.Context, account store.Account, t Target) error {
	if !(t.Availability >= 0 && t.Availability <= maxAvailability) {
		return invalid("Availability is %v, it must be from 0 to %v percent, for example 99.9.", t.Availability, maxAvailability)
	}
	if !(t.ResponseTime > 0 && t.ResponseTime <= maxTargetTime) {
		return invalid("ResponseTime is %v, it must be more than 0 and at most %d seconds, for example 0.5.", t.ResponseTime, maxTargetTime)
	}
	return s.change(ctx, account, func() ([]store.Change, error) {
		set, err := put(targetPrefix+t.Group, t, store.Any)
		if err != nil || t.Group == "" {
			return []store.Change{set}, err
		}
		// With the guard of groups, a group that is deleted meanwhile leaves no target behind.
		guard, err := s.guard(ctx, account, groupPrefix)
		if err != nil {
			return nil, err
		}
		_, err = s.findGroup(ctx, account, t.Group, "")
		return []store.Change{guard, set}, err
	})
}

// untargeted is the change that removes the target of a group. It belongs to the change that deletes the group.
func untargeted(group string) store.Change {
	return store.Change{Key: targetPrefix + group, Was: store.Any}
}
