package xraygrpc

import (
	"context"
	"strings"

	"github.com/rayscope/rayscope/xray"
)

// A GrpcOption changes what an interceptor does: WithRecorder, WithSegmentNamer.
type GrpcOption interface{ apply(*settings) }

type option func(*settings)

func (o option) apply(s *settings) { o(s) }

// settings are those of an interceptor.
type settings struct {
	recorder *xray.Config      // nil: that of the call's context
	namer    xray.SegmentNamer // nil: the name is the service's
}

// WithRecorder makes the interceptor work with cfg, completed by the global configuration. A nil cfg changes nothing.
func WithRecorder(cfg *xray.Config) GrpcOption {
	return option(func(s *settings) { s.recorder = cfg })
}

// WithSegmentNamer names segments and subsegments by sn, which is asked with the authority that is called, "stock.internal:443" for
// example. Without it, or with nil, the name is that of the gRPC service, "shop.Stock".
func WithSegmentNamer(sn xray.SegmentNamer) GrpcOption {
	return option(func(s *settings) { s.namer = sn })
}

func settle(options []GrpcOption) *settings {
	s := new(settings)
	for _, o := range options {
		o.apply(s)
	}
	return s
}

// context returns ctx with the recorder.
func (s *settings) context(ctx context.Context) context.Context {
	if s.recorder == nil {
		return ctx
	}
	return context.WithValue(ctx, xray.RecorderContextKey{}, s.recorder)
}

// name is that of a call of a method, "/shop.Stock/Take", at an authority.
func (s *settings) name(method, authority string) string {
	if s.namer != nil {
		return s.namer.Name(authority)
	}
	service, _, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
	return service
}

// address is the URL of a method.
func address(authority, method string) string {
	if strings.HasPrefix(method, "/") {
		return "grpc://" + authority + method
	}
	return "grpc://" + authority + "/" + method
}
