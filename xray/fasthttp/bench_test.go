package xrayfasthttp_test

import (
	"context"
	"net"
	"testing"

	"github.com/rayscope/rayscope/xray"
	xrayfasthttp "github.com/rayscope/rayscope/xray/fasthttp"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/valyala/fasthttp"
)

// nowhere is an emitter that drops what it is given.
type nowhere struct{}

func (nowhere) Emit(*xray.Segment)                       {}
func (nowhere) RefreshEmitterWithAddress(_ *net.UDPAddr) {}

// always records everything.
type always struct{}

func (always) ShouldTrace(*sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: true}
}

var (
	recorded  = xray.Config{Emitter: nowhere{}, SamplingStrategy: always{}}
	unsampled = xray.Config{Emitter: nowhere{}, SamplingStrategy: never{}}
)

// BenchmarkHandler is what a request costs in the handler, without a network.
func BenchmarkHandler(b *testing.B) {
	bare := func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("book") }
	name := xray.NewFixedSegmentNamer("stock")
	for _, bb := range []struct {
		name string
		h    fasthttp.RequestHandler
	}{
		{"bare", bare},
		{"unsampled", xrayfasthttp.NewFastHTTPInstrumentor(&unsampled).Handler(name, bare)},
		{"recorded", xrayfasthttp.NewFastHTTPInstrumentor(&recorded).Handler(name, bare)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var req fasthttp.Request
			req.SetRequestURI("http://stock.internal/sku/9")
			var ctx fasthttp.RequestCtx
			ctx.Init(&req, nil, nil)
			b.ReportAllocs()
			for b.Loop() {
				ctx.Response.Reset()
				bb.h(&ctx)
			}
		})
	}
}

// BenchmarkDo is what a request costs in the client, without a network.
func BenchmarkDo(b *testing.B) {
	client := clientFunc(func(*fasthttp.Request, *fasthttp.Response) error { return nil })
	for _, bb := range []struct {
		name string
		cfg  *xray.Config // nil: not traced
	}{{"bare", nil}, {"unsampled", &unsampled}, {"recorded", &recorded}} {
		b.Run(bb.name, func(b *testing.B) {
			var req fasthttp.Request
			var resp fasthttp.Response
			req.SetRequestURI("http://stock.internal/sku/9")
			do := client.Do
			if bb.cfg != nil {
				ctx := context.WithValue(b.Context(), xray.RecorderContextKey{}, bb.cfg)
				do = func(req *fasthttp.Request, resp *fasthttp.Response) error {
					ctx, seg := xray.BeginSegment(ctx, "web")
					defer seg.Close(nil)
					return xrayfasthttp.Do(ctx, client, req, resp)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := do(&req, &resp); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
