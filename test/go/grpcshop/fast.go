package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/valyala/fasthttp"
)

// askFast makes requests to a server on fasthttp; each path exercises one thing.
func askFast(address string) {
	l, err := net.Listen("tcp", address)
	must(err)
	go serveFast(l, xray.NewFastHTTPInstrumentor(nil))
	for _, r := range []struct{ path, header string }{
		{"/plain?card=4711", ""},
		{"/plain", "Root=1-5759e988-bd862e3fe1be46a994272797;Parent=53995c3f42cd8ad8;Sampled=1"},
		{"/plain", "Root=1-5759e988-bd862e3fe1be46a994272798;Parent=53995c3f42cd8ad8;Sampled=0"},
		{"/plain", "Root=1-5759e988-bd862e3fe1be46a994272799;Sampled=?"},
		{"/quiet", ""},
		{"/missing", ""},
		{"/throttled", ""},
		{"/broken", ""},
		{"/a/../plain", ""},
	} {
		askOne("http://"+address, r.path, r.header)
	}
}

func serveFast(l net.Listener, instrumentor xray.FastHTTPHandler) {
	must(fasthttp.Serve(l, instrumentor.Handler(xray.NewFixedSegmentNamer("fast"), fast)))
}

func fast(ctx *fasthttp.RequestCtx) {
	switch string(ctx.Path()) {
	case "/missing":
		ctx.SetStatusCode(fasthttp.StatusNotFound)
	case "/throttled":
		ctx.SetStatusCode(fasthttp.StatusTooManyRequests)
	case "/broken":
		ctx.Error("broken", fasthttp.StatusServiceUnavailable)
	default:
		must(xray.Capture(ctx, "work", func(ctx context.Context) error { return xray.AddAnnotation(ctx, "items", 3) }))
		ctx.SetBodyString("book")
	}
}

func askOne(server, path, trace string) {
	req, err := http.NewRequest(http.MethodGet, server, nil)
	must(err)
	req.URL.Opaque = path
	if trace != "" {
		req.Header.Set(xray.TraceIDHeaderKey, trace)
	}
	req.Header.Set("User-Agent", "shopper/1")
	resp, err := http.DefaultClient.Do(req)
	must(err)
	body, err := io.ReadAll(resp.Body)
	must(err)
	must(resp.Body.Close())
	reply := header.FromString(resp.Header.Get(xray.TraceIDHeaderKey))
	fmt.Printf("%s: %d %q, trace %v, parent %q, decision %q\n", path, resp.StatusCode, body, len(reply.TraceID), reply.ParentID, reply.SamplingDecision)
}
