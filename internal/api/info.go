package api

import "context"

// infoPath is the first of Rayscope's own operations, which the console and scripts use beside X-Ray's.
const infoPath = "/rayscope/v1/info"

// Info is what a server says about itself: what people need to point programs at it.
type Info struct {
	Version string
	Account string
	Region  string
	Listen  string // address of the API and the console
	Daemon  string // address of the UDP and TCP listener for SDKs; empty if there is none
}

func (a *API) info(context.Context, []byte) (any, error) { return a.Info(), nil }
