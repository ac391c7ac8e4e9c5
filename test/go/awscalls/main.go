// Command awscalls is a program that calls AWS services with AWS SDK for Go v2, recorded by AWS' X-Ray SDK for Go. Built once with that
// SDK and once with ours, it must leave the same traces.
//
//	awscalls ADDRESS
//
// It plays the services itself, on ADDRESS, makes one call after another, each in a segment of its own, and prints what the program and
// the services see. The last segment is named "end"; then it waits until its standard input is closed.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-xray-sdk-go/v2/instrumentation/awsv2"
	"github.com/aws/aws-xray-sdk-go/v2/lambda"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
)

// byName samples everything but one segment.
type byName struct{}

func (byName) ShouldTrace(r *sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: r.ServiceName != "quiet"}
}

func main() {
	address := os.Args[1]
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelError))
	must(xray.Configure(xray.Config{SamplingStrategy: byName{}}))
	listener, err := net.Listen("tcp", address)
	must(err)
	go func() { must(http.Serve(listener, http.HandlerFunc(serve))) }()

	cfg := configuration("http://" + address)
	for _, c := range calls {
		ctx, segment := xray.BeginSegment(context.Background(), c.name)
		err := c.make(ctx, cfg)
		tell(c.name, "failed:", err != nil)
		segment.Close(nil)
	}
	err = calls[0].make(context.Background(), cfg)
	tell("without segment", "failed:", err != nil)
	messages()

	_, end := xray.BeginSegment(context.Background(), "end")
	end.Close(nil)
	_, err = io.Copy(io.Discard, os.Stdin)
	must(err)
}

// configuration is that of clients of the services at url, which try three times without waiting in between.
func configuration(url string) aws.Config {
	cfg := aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
	awsv2.AWSV2Instrumentor(&cfg.APIOptions)
	return cfg
}

// messages tells what package lambda says of messages.
func messages() {
	for _, header := range []string{
		"Root=1-632bb806-bd862e3fe1be46a994272793;Sampled=1",
		"Root=1-632bb806-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
		"",
	} {
		message := events.SQSMessage{Attributes: map[string]string{"AWSTraceHeader": header}}
		tell("message", lambda.IsSampled(message))
	}
}

// tell prints a fact about something.
func tell(about string, facts ...any) { fmt.Println(append([]any{about + ":"}, facts...)...) }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
