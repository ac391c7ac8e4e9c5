package demo

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	"github.com/rayscope/rayscope/xray"
)

// A caller is on whose behalf a service works. It travels from service to service in the header "baggage" of W3C.
type caller struct {
	User   string // "u-1042"; empty: a guest
	Tenant string // the user's company
	Plan   string // that the tenant pays for
	Region string // where the request comes from
}

// baggageKey is the header, and gRPC's metadata.
const baggageKey = "baggage"

// maxBaggage is the longest header that is read: W3C's bound.
const maxBaggage = 8192

type callerKey struct{}

// callerOf is the caller of a context, the zero caller without.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// onBehalf returns a context of a caller. The segment of ctx says who that is.
func onBehalf(ctx context.Context, c caller, version string) context.Context {
	if seg := xray.GetSegment(ctx); seg != nil {
		seg.Lock()
		seg.User = c.User
		seg.GetService().Version = version
		seg.Unlock()
	}
	for key, value := range map[string]string{"tenant": c.Tenant, "plan": c.Plan, "region": c.Region} {
		if value != "" {
			annotate(ctx, key, value)
		}
	}
	return context.WithValue(ctx, callerKey{}, c)
}

// baggage is the caller as a header.
func (c caller) baggage() string {
	return "user=" + c.User + ",tenant=" + c.Tenant + ",plan=" + c.Plan + ",region=" + c.Region
}

// parseBaggage reads a caller; members that it does not know are not its business.
func parseBaggage(s string) (c caller) {
	if len(s) > maxBaggage {
		return c
	}
	for member := range strings.SplitSeq(s, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		switch key {
		case "user":
			c.User = value
		case "tenant":
			c.Tenant = value
		case "plan":
			c.Plan = value
		case "region":
			c.Region = value
		}
	}
	return c
}

// outgoing returns ctx for a gRPC call, with its caller in the metadata.
func outgoing(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, baggageKey, callerOf(ctx).baggage())
}
