package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// Info is what a server says about itself.
type Info = rayapi.Info

func (a *API) info(context.Context, []byte) (any, error) { return a.Info(), nil }
