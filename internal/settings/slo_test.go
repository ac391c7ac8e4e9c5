package settings_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/settings"
)

func TestTargets(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	if got := must[[]settings.Target](t)(r.Targets(ctx, own)); len(got) != 0 {
		t.Errorf("before any is set: got %+v, want none", got)
	}
	must[*settings.Group](t)(r.CreateGroup(ctx, own, "gold", settings.GroupChange{FilterExpression: ptr(`annotation.plan = "gold"`)}, nil))
	list := []settings.Target{{Availability: 99.5, ResponseTime: .8}, {Group: "gold", Availability: 99.99, ResponseTime: .3}}
	for _, target := range []settings.Target{list[1], {Availability: 1, ResponseTime: 1}, list[0]} {
		if err := r.SetTarget(ctx, own, target); err != nil {
			t.Fatal(err)
		}
	}
	if got := must[[]settings.Target](t)(r.another().Targets(ctx, own)); !slices.Equal(got, list) {
		t.Errorf("got %+v, want %+v", got, list)
	}
	if err := r.DeleteGroup(ctx, own, "gold", ""); err != nil {
		t.Fatal(err)
	}
	if got := must[[]settings.Target](t)(r.Targets(ctx, own)); !slices.Equal(got, list[:1]) {
		t.Errorf("after its group is deleted: got %+v, want %+v", got, list[:1])
	}
}

func TestTargetLimits(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	for about, c := range map[string]struct {
		target settings.Target
		part   string
	}{
		"all":            {settings.Target{Availability: 100, ResponseTime: 1}, "Availability is 100, it must be from 0 to 99.999 percent"},
		"less than none": {settings.Target{Availability: -1, ResponseTime: 1}, "Availability is -1"},
		"no number":      {settings.Target{Availability: math.NaN(), ResponseTime: 1}, "Availability is NaN"},
		"no time":        {settings.Target{Availability: 99, ResponseTime: 0}, "ResponseTime is 0, it must be more than 0 and at most 3600 seconds"},
		"long":           {settings.Target{Availability: 99, ResponseTime: 3601}, "ResponseTime is 3601"},
		"no such group":  {settings.Target{Group: "gone", Availability: 99, ResponseTime: 1}, "Group not found"},
		"long name":      {settings.Target{Group: string(make([]byte, 33)), Availability: 99, ResponseTime: 1}, "GroupName has 33 characters"},
	} {
		want(t, about, r.SetTarget(ctx, own, c.target), settings.Invalid, c.part)
	}
}
