package awsv2_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsv2"
	"github.com/rayscope/rayscope/xray/xraytest"
)

// instant is a transport that answers at once, so that what is measured is the client and the instrumentation.
type instant struct{ body string }

func (i instant) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(i.body)),
		Header: http.Header{"X-Amzn-Requestid": {"REQUEST"}}, Body: io.NopCloser(strings.NewReader(i.body)),
	}, nil
}

// BenchmarkGetItem is a call with parameters; BenchmarkSendMessage also carries the trace in the message. Each is made without
// instrumentation, with it but not sampled, and recorded; what is recorded is thrown away.
func BenchmarkGetItem(b *testing.B) {
	in := &dynamodb.GetItemInput{TableName: aws.String("orders"), Key: map[string]dynamotypes.AttributeValue{"id": &dynamotypes.AttributeValueMemberS{Value: "7"}}}
	bench(b, "DynamoDB_20120810.GetItem", func(cfg aws.Config) func(context.Context) error {
		client := dynamodb.NewFromConfig(cfg)
		return func(ctx context.Context) error {
			_, err := client.GetItem(ctx, in)
			return err
		}
	})
}

func BenchmarkSendMessage(b *testing.B) {
	in := &sqs.SendMessageInput{QueueUrl: aws.String(queue), MessageBody: aws.String("hello")}
	bench(b, "AmazonSQS.SendMessage", func(cfg aws.Config) func(context.Context) error {
		client := sqs.NewFromConfig(cfg)
		return func(ctx context.Context) error {
			_, err := client.SendMessage(ctx, in)
			return err
		}
	})
}

// bench measures the calls of a client.
func bench(b *testing.B, operation string, client func(aws.Config) func(context.Context) error) {
	bare := aws.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: instant{usual[operation].body}},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")}
	traced := bare
	awsv2.Instrument(&traced.APIOptions)
	config := xraytest.New(b).Config()
	config.Emitter = nobody{}
	recorded, err := xray.ContextWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	recorded, _ = xray.BeginSegment(recorded, "program")
	dropped, _ := unsampled(b.Context())
	for _, bb := range []struct {
		name string
		cfg  aws.Config
		ctx  context.Context
	}{{"bare", bare, b.Context()}, {"unsampled", traced, dropped}, {"sampled", traced, recorded}} {
		b.Run(bb.name, func(b *testing.B) {
			call := client(bb.cfg)
			b.ReportAllocs()
			for b.Loop() {
				if err := call(bb.ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// nobody is an emitter that throws away.
type nobody struct{ xray.Emitter }

func (nobody) Emit(*xray.Segment) {}
