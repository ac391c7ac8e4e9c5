package xrayfasthttp_test

import (
	"context"
	"log"

	"github.com/rayscope/rayscope/xray"
	xrayfasthttp "github.com/rayscope/rayscope/xray/fasthttp"
	"github.com/valyala/fasthttp"
)

func count(context.Context) error { return nil }

func ExampleNewFastHTTPInstrumentor() {
	instrumentor := xrayfasthttp.NewFastHTTPInstrumentor(nil)
	log.Fatal(fasthttp.ListenAndServe("127.0.0.1:8080", instrumentor.Handler(xray.NewFixedSegmentNamer("stock"), func(ctx *fasthttp.RequestCtx) {
		if err := xray.Capture(ctx, "count", count); err != nil {
			ctx.Error("cannot count", fasthttp.StatusInternalServerError)
		}
	})))
}

func ExampleDo() {
	ask := func(ctx context.Context, client *fasthttp.Client, req *fasthttp.Request, resp *fasthttp.Response) error {
		req.SetRequestURI("http://stock.internal/sku/9")
		err := xrayfasthttp.Do(ctx, client, req, resp)
		return err
	}
	_ = ask
}
