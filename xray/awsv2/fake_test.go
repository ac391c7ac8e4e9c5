package awsv2_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsv2"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// A service stands where AWS' would, on a socket. It keeps what it is asked.
type service struct {
	url string

	mu       sync.Mutex
	requests []asked
}

// asked is a request that a service got.
type asked struct {
	operation string // "DynamoDB_20120810.GetItem", "Publish", "GET /path"
	trace     string // the header of the trace
	signed    string // the Authorization header
	body      string
}

// An answer is what a service says to one request.
type answer struct {
	status int
	body   string
}

// serve starts a service. It gives the answers one after the other, and then the last one for ever; without any, what the operation needs.
func serve(t testing.TB, answers ...answer) *service {
	t.Helper()
	s := &service{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("body of a request: %v", err)
		}
		q := asked{operationOf(r, body), r.Header.Get("X-Amzn-Trace-Id"), r.Header.Get("Authorization"), string(body)}
		s.mu.Lock()
		s.requests = append(s.requests, q)
		n := len(s.requests)
		s.mu.Unlock()
		a, ok := usual[q.operation]
		if len(answers) > 0 {
			a, ok = answers[min(n, len(answers))-1], true
		}
		if !ok {
			t.Errorf("the service does not know operation %q", q.operation)
		}
		identify(w.Header(), q.operation)
		w.WriteHeader(a.status)
		if _, err := io.WriteString(w, a.body); err != nil {
			t.Logf("answer to %s: %v", q.operation, err)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// identify sets the ids of an answer as AWS' services do.
func identify(h http.Header, operation string) {
	if strings.Contains(operation, " /pictures") || operation == "GET /" { // S3
		h.Set("X-Amz-Request-Id", "S3-REQUEST")
		h.Set("X-Amz-Id-2", "S3-EXTENDED")
		h.Set("Content-Type", "application/xml")
		return
	}
	h.Set("X-Amzn-Requestid", "REQUEST")
	h.Set("Content-Type", "application/x-amz-json-1.0")
}

func operationOf(r *http.Request, body []byte) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target
	}
	if action, found := strings.CutPrefix(string(body), "Action="); found {
		action, _, _ = strings.Cut(action, "&")
		return action
	}
	return r.Method + " " + r.URL.Path
}

// usual are the answers to operations that go well.
var usual = map[string]answer{
	"DynamoDB_20120810.GetItem": {200, `{"Item":{"id":{"S":"7"}},"ConsumedCapacity":{"TableName":"orders","CapacityUnits":0.5}}`},
	"DynamoDB_20120810.BatchGetItem": {200,
		`{"Responses":{"orders":[],"items":[]},"UnprocessedKeys":{},"ConsumedCapacity":[{"TableName":"items","CapacityUnits":1}]}`},
	"DynamoDB_20120810.DescribeEndpoints": {200, `{"Endpoints":[{"Address":"discovered.example.com","CachePeriodInMinutes":1}]}`},
	"DynamoDB_20120810.Scan":              {200, `{"Items":[],"Count":0,"ScannedCount":12}`},
	"DynamoDB_20120810.ListTables":        {200, `{"TableNames":["items","orders"]}`},
	"AmazonSQS.SendMessage":               {200, `{"MessageId":"m-1","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}`},
	"AmazonSQS.SendMessageBatch": {200, `{"Successful":[{"Id":"a","MessageId":"m-1","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}],` +
		`"Failed":[{"Id":"b","Code":"InternalError","SenderFault":false}]}`},
	"AmazonSQS.ReceiveMessage": {200, `{"Messages":[{"MessageId":"m-1","Body":"hello","MD5OfBody":"5d41402abc4b2a76b9719d911017c592",` +
		`"Attributes":{"AWSTraceHeader":"Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=1"}}]}`},
	"AmazonSQS.GetQueueUrl": {200, `{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/work"}`},
	"AWSEvents.PutEvents":   {200, `{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}`},
	"AWSStepFunctions.StartExecution": {200,
		`{"executionArn":"arn:aws:states:eu-west-1:123456789012:execution:ship:1","startDate":1.7e9}`},
	"Publish": {200, `<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult>` +
		`<ResponseMetadata><RequestId>REQUEST</RequestId></ResponseMetadata></PublishResponse>`},
	"POST /2015-03-31/functions/price/invocations": {200, `{"total":7}`},
	"PUT /pictures/cat.png":                        {200, ""},
	"GET /pictures/cat.png":                        {200, "meow"},
	"GET /":                                        {200, `<ListAllMyBucketsResult><Buckets><Bucket><Name>pictures</Name></Bucket></Buckets></ListAllMyBucketsResult>`},
}

// got returns the requests so far.
func (s *service) got() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]asked(nil), s.requests...)
}

// config returns the configuration of clients of the service, which try three times without waiting in between.
func (s *service) config(options ...awsv2.Option) aws.Config {
	cfg := s.bare()
	awsv2.Instrument(&cfg.APIOptions, options...)
	return cfg
}

// bare returns the configuration of clients that are not instrumented.
func (s *service) bare() aws.Config {
	return aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: &s.url,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

// unsampled returns a context with a segment that is not recorded.
func unsampled(ctx context.Context) (context.Context, *xray.Segment) {
	ctx, err := xray.ContextWithConfig(ctx, xray.Config{SamplingStrategy: never{}})
	if err != nil {
		panic(err) // there is no address in it that could be wrong
	}
	return xray.BeginSegment(ctx, "unsampled")
}

type never struct{}

func (never) ShouldTrace(*sampling.Request) *sampling.Decision { return &sampling.Decision{} }
