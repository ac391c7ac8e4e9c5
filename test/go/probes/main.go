// Command probes uses AWS' X-Ray SDK for Go, version 2, where programs go beyond its samples: calls that are redirected, repeated or
// compressed, connections that are used again, handlers of all sorts, connectors of databases, emitters, streaming and sampling of the
// program's own. Built once with that SDK and once with ours, it must leave the same traces.
//
//	probes STOCK_ADDRESS NOBODY_ADDRESS PROXY_ADDRESS
//
// It listens on the first and the last loopback address; nobody listens at the second. It prints what the SDK answers. The last segment is
// named "end"; then it waits until its standard input is closed.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
)

// addresses that the probes call.
var stock, nobody, proxy = os.Args[1], os.Args[2], os.Args[3]

func main() {
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelError))
	all, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version":2,"default":{"fixed_target":0,"rate":1},"rules":[]}`))
	must(err)
	must(xray.Configure(xray.Config{ServiceVersion: "1.2.3", SamplingStrategy: all}))
	listen(stock, http.HandlerFunc(stockRoom))
	listen(proxy, http.HandlerFunc(pass))
	for _, p := range probes {
		tell := func(facts ...any) { fmt.Println(append([]any{p.name + ":"}, facts...)...) }
		ctx, segment := xray.BeginSegment(context.Background(), p.name)
		try(ctx, tell, p.run)
		segment.Close(nil)
	}
	_, end := xray.BeginSegment(context.Background(), "end")
	end.Close(nil)
	_, err = io.Copy(io.Discard, os.Stdin)
	must(err)
}

type probe struct {
	name string
	run  func(ctx context.Context, tell func(...any))
}

var probes = []probe{
	{"redirected", redirected},
	{"redirected with a body", redirectedBody},
	{"repeated", repeated},
	{"used again", usedAgain},
	{"compressed", compressed},
	{"after a promise", expected},
	{"through a proxy", proxied},
	{"cancelled", cancelled},
	{"given up", givenUp},
	{"to nobody", toNobody},
	{"wrong request", wrongRequest},
	{"own transport", ownTransport},
	{"hooks", hooks},
	{"handlers", handlers},
	{"namers", namers},
	{"answers", answers},
	{"connector", connector},
	{"own sampling", ownSampling},
	{"own streaming", ownStreaming},
	{"own emitter", ownEmitter},
	{"own config", ownConfig},
	{"own decision", ownDecision},
	{"many at once", manyAtOnce},
	{"deep", deep},
	{"flags", flags},
	{"no error", noError},
}

// try runs a probe and prints what it panics with.
func try(ctx context.Context, tell func(...any), run func(context.Context, func(...any))) {
	defer func() {
		if p := recover(); p != nil {
			tell("panics", p)
		}
	}()
	run(ctx, tell)
}

func listen(address string, h http.Handler) {
	l, err := net.Listen("tcp", address)
	must(err)
	server := http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { must(server.Serve(l)) }()
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
