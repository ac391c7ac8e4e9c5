// Command jobs is a program without a web server that uses AWS' X-Ray SDK for Go, version 1, in all the ways that its documentation
// describes for such programs. Built once with that SDK and once with ours, it must leave the same traces.
//
//	jobs
//
// It runs one job after another and prints what the SDK answers. The last segment is named "end"; then it waits until its standard
// input is closed.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-xray-sdk-go/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/xray"
	"github.com/aws/aws-xray-sdk-go/xraylog"
)

// byName is a sampling strategy of the program's own: it samples everything but one service.
type byName struct{}

func (byName) ShouldTrace(r *sampling.Request) *sampling.Decision {
	rule := "by name"
	return &sampling.Decision{Sample: r.ServiceName != "quiet", Rule: &rule}
}

func main() {
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelError))
	must(xray.Configure(xray.Config{ServiceVersion: "4.5.6", SamplingStrategy: byName{}}))
	for _, job := range jobs {
		ctx, segment := xray.BeginSegment(context.Background(), job.name)
		job.run(ctx)
		segment.Close(nil)
	}
	for _, job := range loose {
		job(context.Background())
	}
	_, end := xray.BeginSegment(context.Background(), "end")
	end.Close(nil)
	_, err := io.Copy(io.Discard, os.Stdin)
	must(err)
}

// tell prints what a job has learnt from the SDK.
func tell(job string, facts ...any) { fmt.Println(append([]any{job + ":"}, facts...)...) }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
