package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/settings"
)

func (a *API) listTargets(ctx context.Context, _ []byte) (any, error) {
	targets, err := a.Settings.Targets(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return rayapi.TargetsResponse{Default: toWanted(settings.DefaultTarget), Targets: convert(targets, toWanted)}, nil
}

func (a *API) putTarget(ctx context.Context, in *rayapi.PutTargetRequest) (any, error) {
	switch {
	case in.Availability == nil:
		return nil, invalid("Availability is missing. Send the percentage of requests that have to end without a fault, for example 99.9.")
	case in.ResponseTime == nil:
		return nil, invalid("ResponseTime is missing. Send the seconds that 95 %% of requests have to keep within, for example 1.")
	}
	t := settings.Target{Group: in.GroupName, Availability: *in.Availability, ResponseTime: float64(*in.ResponseTime)}
	if err := a.Settings.SetTarget(ctx, a.Account, t); err != nil {
		return nil, err
	}
	return rayapi.PutTargetResponse{Target: toWanted(t)}, nil
}

func toWanted(t settings.Target) rayapi.Target {
	return rayapi.Target{GroupName: t.Group, Availability: t.Availability, ResponseTime: rayapi.Seconds(t.ResponseTime)}
}
