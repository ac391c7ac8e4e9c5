// Command webshop is a program as the README of AWS' X-Ray SDK for Go, version 2, shows them: a web server, calls of other services,
// pieces of work of its own and a database. Built once with that SDK and once with ours, it must leave the same traces.
//
//	webshop FRONT_ADDRESS STOCK_ADDRESS NOBODY_ADDRESS
//
// It listens on the first two loopback addresses, makes one request after another to the first, and prints each reply. Nobody listens
// at the third. The last segment is named "end"; then it waits until its standard input is closed.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
)

// rules sample everything but one path.
const rules = `{"version":2,"default":{"fixed_target":0,"rate":1},"rules":[
	{"description":"quiet","host":"*","http_method":"*","url_path":"/quiet","fixed_target":0,"rate":0}]}`

func main() {
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelError))
	strategy, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(rules))
	must(err)
	must(xray.Configure(xray.Config{ServiceVersion: "1.2.3", SamplingStrategy: strategy}))

	front, stock, nobody := os.Args[1], os.Args[2], os.Args[3]
	listen(front, xray.Handler(xray.NewFixedSegmentNamer("front"), shop("http://"+stock, "http://"+nobody)))
	listen(stock, xray.Handler(xray.NewDynamicSegmentNamer("stock", "*.example.com"), http.HandlerFunc(stockRoom)))
	for _, r := range requests {
		ask("http://"+front+r.path, r.header)
	}
	// A segment that is not of a request would fall under the first rule, whatever that asks for.
	_, end := xray.BeginSegmentWithSampling(context.Background(), "end", &http.Request{}, header.FromString("Sampled=1"))
	end.Close(nil)
	_, err = io.Copy(io.Discard, os.Stdin)
	must(err)
}

// requests are made in this order; the header is that of a caller that is traced itself.
var requests = []struct{ path, header string }{
	{"/plain", ""},
	{"/plain?card=4711", "Root=1-5759e988-bd862e3fe1be46a994272793"},
	{"/plain", "Root=1-5759e988-bd862e3fe1be46a994272794;Parent=53995c3f42cd8ad8;Sampled=1"},
	{"/plain", "Root=1-5759e988-bd862e3fe1be46a994272795;Parent=53995c3f42cd8ad8;Sampled=0"},
	{"/plain", "Root=1-5759e988-bd862e3fe1be46a994272796;Parent=53995c3f42cd8ad8;Sampled=?"},
	{"/plain", "Self=1-5759e989-bd862e3fe1be46a994272797;Root=1-5759e988-bd862e3fe1be46a994272797;Sampled=1;Lineage=a87bd80c:1|68fd508a:5"},
	{"/quiet", ""},
	{"/quiet", "Root=1-5759e988-bd862e3fe1be46a994272798;Parent=53995c3f42cd8ad8;Sampled=1"},
	{"/details", ""},
	{"/nested", ""},
	{"/many", ""},
	{"/call?to=/found", ""},
	{"/call?to=/found", ""}, // on the connection of the one before
	{"/call?to=/missing", ""},
	{"/call?to=/throttled", ""},
	{"/call?to=/broken", ""},
	{"/lineage", "Root=1-5759e988-bd862e3fe1be46a994272799;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5"},
	{"/refused", ""},
	{"/failures", ""},
	{"/status?status=404", ""},
	{"/status?status=429", ""},
	{"/status?status=503", ""},
	{"/stream", ""},
	{"/panic", ""},
	{"/sql", ""},
}

func listen(address string, h http.Handler) {
	l, err := net.Listen("tcp", address)
	must(err)
	server := http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)} // panics are meant
	go func() { must(server.Serve(l)) }()
}

// shopper comes with a new connection each time: on a kept one it would repeat what fails by itself.
var shopper = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// ask makes one request and prints what of the reply the SDK has a part in.
func ask(url, trace string) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	must(err)
	if trace != "" {
		req.Header.Set(xray.TraceIDHeaderKey, trace)
	}
	req.Header.Set("User-Agent", "shopper/1")
	req.Header.Set("X-Forwarded-For", "203.0.113.7, 198.51.100.2")
	resp, err := shopper.Do(req)
	if err != nil {
		fmt.Println(req.URL.RequestURI(), "fails:", err)
		return
	}
	body, err := io.ReadAll(resp.Body)
	must(err)
	must(resp.Body.Close())
	reply := header.FromString(resp.Header.Get(xray.TraceIDHeaderKey))
	fmt.Printf("%s: %d %q, parent %q, decision %q\n", req.URL.RequestURI(), resp.StatusCode, strings.TrimSpace(string(body)),
		reply.ParentID, reply.SamplingDecision)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
