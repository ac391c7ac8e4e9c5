package xraygrpc_test

import (
	"context"
	"net"
	"testing"

	"github.com/rayscope/rayscope/xray"
	xraygrpc "github.com/rayscope/rayscope/xray/grpc"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"google.golang.org/grpc"
)

// nowhere is an emitter that drops what it is given.
type nowhere struct{}

func (nowhere) Emit(*xray.Segment)                       {}
func (nowhere) RefreshEmitterWithAddress(_ *net.UDPAddr) {}

// configurations are what benchmarks compare; nil is not traced.
var configurations = []struct {
	name string
	cfg  *xray.Config
}{
	{"bare", nil},
	{"unsampled", &xray.Config{Emitter: nowhere{}, SamplingStrategy: strategy(func(*sampling.Request) bool { return false })}},
	{"recorded", &xray.Config{Emitter: nowhere{}, SamplingStrategy: strategy(func(*sampling.Request) bool { return true })}},
}

// BenchmarkCall is a call with all that gRPC does for it, over a connection in memory, traced on both sides.
func BenchmarkCall(b *testing.B) {
	s := &shop{take: func(_ context.Context, sku string) (string, error) { return sku, nil }}
	for _, c := range configurations {
		b.Run(c.name, func(b *testing.B) {
			if c.cfg == nil {
				conn := startWith(b, s, nil)
				call(b, b.Context(), conn)
				return
			}
			option := xraygrpc.WithRecorder(c.cfg)
			conn := startWith(b, s, []grpc.ServerOption{grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor(option))},
				grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor(option)))
			call(b, context.WithValue(b.Context(), xray.RecorderContextKey{}, c.cfg), conn)
		})
	}
}

// call is the loop of a benchmark: each call has a segment of its own above it.
func call(b *testing.B, ctx context.Context, conn *grpc.ClientConn) {
	b.ReportAllocs()
	for b.Loop() {
		ctx, seg := ctx, (*xray.Segment)(nil)
		if xray.GetRecorder(ctx) != nil {
			ctx, seg = xray.BeginSegment(ctx, "web")
		}
		if _, err := take(ctx, conn, "9"); err != nil {
			b.Fatal(err)
		}
		seg.Close(nil)
	}
}

// BenchmarkServerInterceptor is what the interceptor itself costs.
func BenchmarkServerInterceptor(b *testing.B) {
	for _, c := range configurations[1:] {
		b.Run(c.name, func(b *testing.B) {
			intercept := xraygrpc.UnaryServerInterceptor(xraygrpc.WithRecorder(c.cfg))
			info := &grpc.UnaryServerInfo{FullMethod: "/shop.Stock/Take"}
			handle := func(context.Context, any) (any, error) { return nil, nil }
			b.ReportAllocs()
			for b.Loop() {
				if _, err := intercept(b.Context(), nil, info, handle); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
