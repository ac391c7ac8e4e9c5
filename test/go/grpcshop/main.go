// Command grpcshop is a program as users of AWS' X-Ray SDK for Go write them: a gRPC server and its client, and a server on fasthttp. Built
// once with that SDK and once with ours, it must leave the same traces.
//
//	grpcshop HEALTH_ADDRESS FAST_ADDRESS
//
// It listens on both loopback addresses, makes one call after another, and prints each reply. The last segment is named "end"; then it
// waits until its standard input is closed.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
)

// rules sample everything but one method and one path.
const rules = `{"version":2,"default":{"fixed_target":0,"rate":1},"rules":[
	{"description":"quiet method","host":"*","http_method":"POST","url_path":"/grpc.health.v1.Health/List","fixed_target":0,"rate":0},
	{"description":"quiet path","host":"*","http_method":"*","url_path":"/quiet","fixed_target":0,"rate":0}]}`

func main() {
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelError))
	strategy, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(rules))
	must(err)
	must(xray.Configure(xray.Config{ServiceVersion: "1.2.3", SamplingStrategy: strategy}))
	callHealth(os.Args[1])
	askFast(os.Args[2])
	_, end := begin("end")
	end.Close(nil)
	_, err = io.Copy(io.Discard, os.Stdin)
	must(err)
}

// begin begins a segment that is sampled: not being of a request, it would fall under the first rule, whatever that asks for.
func begin(name string) (context.Context, *xray.Segment) {
	return xray.BeginSegmentWithSampling(context.Background(), name, &http.Request{}, header.FromString("Sampled=1"))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
