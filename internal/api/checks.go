package api

import (
	"context"
	"net"
	"net/http"

	"github.com/rayscope/rayscope/internal/arrivals"
)

// sends is the operation by which documents come in.
const sends = "PutTraceSegments"

// asksForRules are the operations that SDKs call for their sampling rules.
var asksForRules = map[string]bool{"GetSamplingRules": true, "GetSamplingTargets": true}

func (a *API) checks(ctx context.Context, _ []byte) (any, error) { return a.Checkup.Checks(ctx) }

func (a *API) storage(ctx context.Context, _ []byte) (any, error) { return a.Checkup.Storage(ctx) }

// sender is who calls, and at which of the two addresses.
func (a *API) sender(r *http.Request) arrivals.Sender {
	s := arrivals.Sender{Door: arrivals.API, Address: r.RemoteAddr, Agent: r.UserAgent()}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		s.Address = host
	}
	if at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && at.String() == a.Info().Daemon {
		s.Door = arrivals.TCP
	}
	return s
}
