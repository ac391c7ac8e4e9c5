package awsv2_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/xraytest"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

const queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/work"

func pictures(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
}

// calls are operations of all kinds, with parameters that are recorded and others, which are nobody's business.
var calls = []struct {
	name string
	make func(context.Context, aws.Config) error
}{
	{"dynamodb GetItem", func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("orders"), ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("id"),
			Key: map[string]dynamotypes.AttributeValue{"id": &dynamotypes.AttributeValueMemberS{Value: "secret"}},
		})
		return err
	}},
	{"dynamodb BatchGetItem", func(ctx context.Context, cfg aws.Config) error {
		key := []map[string]dynamotypes.AttributeValue{{"id": &dynamotypes.AttributeValueMemberS{Value: "secret"}}}
		_, err := dynamodb.NewFromConfig(cfg).BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]dynamotypes.KeysAndAttributes{"orders": {Keys: key}, "items": {Keys: key}},
		})
		return err
	}},
	{"dynamodb Scan", func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).Scan(ctx, &dynamodb.ScanInput{
			TableName: aws.String("orders"), Limit: aws.Int32(20), Select: dynamotypes.SelectAllAttributes, Segment: aws.Int32(0), TotalSegments: aws.Int32(4),
		})
		return err
	}},
	{"dynamodb ListTables", func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).ListTables(ctx, nil)
		return err
	}},
	{"sqs SendMessage", func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: aws.String(queue), MessageBody: aws.String("hello"), DelaySeconds: 3,
			MessageAttributes: map[string]sqstypes.MessageAttributeValue{"tenant": {DataType: aws.String("String"), StringValue: aws.String("secret")}},
		})
		return err
	}},
	{"sqs SendMessageBatch", func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
			QueueUrl: aws.String(queue), Entries: []sqstypes.SendMessageBatchRequestEntry{
				{Id: aws.String("a"), MessageBody: aws.String("hello")}, {Id: aws.String("b"), MessageBody: aws.String("hello")}},
		})
		return err
	}},
	{"sqs ReceiveMessage", func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(queue), MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
		})
		return err
	}},
	{"sqs GetQueueUrl", func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).GetQueueUrl(ctx, &sqs.GetQueueUrlInput{
			QueueName: aws.String("work"), QueueOwnerAWSAccountId: aws.String("123456789012"),
		})
		return err
	}},
	{"s3 PutObject", func(ctx context.Context, cfg aws.Config) error {
		_, err := pictures(cfg).PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String("pictures"), Key: aws.String("cat.png"), Body: strings.NewReader("secret"),
		})
		return err
	}},
	{"s3 GetObject", func(ctx context.Context, cfg aws.Config) error {
		out, err := pictures(cfg).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("pictures"), Key: aws.String("cat.png")})
		if err != nil {
			return err
		}
		return out.Body.Close()
	}},
	{"s3 ListBuckets", func(ctx context.Context, cfg aws.Config) error {
		_, err := pictures(cfg).ListBuckets(ctx, nil)
		return err
	}},
	{"sns Publish", func(ctx context.Context, cfg aws.Config) error {
		_, err := sns.NewFromConfig(cfg).Publish(ctx, &sns.PublishInput{
			TopicArn: aws.String("arn:aws:sns:eu-west-1:210987654321:news"), Message: aws.String("secret"),
		})
		return err
	}},
	{"lambda Invoke", func(ctx context.Context, cfg aws.Config) error {
		_, err := lambda.NewFromConfig(cfg).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("price"), Payload: []byte(`{"secret":1}`)})
		return err
	}},
	{"eventbridge PutEvents", func(ctx context.Context, cfg aws.Config) error {
		_, err := eventbridge.NewFromConfig(cfg).PutEvents(ctx, &eventbridge.PutEventsInput{
			Entries: []eventtypes.PutEventsRequestEntry{{Source: aws.String("shop"), DetailType: aws.String("order"), Detail: aws.String(`{"secret":1}`)}},
		})
		return err
	}},
	{"sfn StartExecution", func(ctx context.Context, cfg aws.Config) error {
		_, err := sfn.NewFromConfig(cfg).StartExecution(ctx, &sfn.StartExecutionInput{
			StateMachineArn: aws.String("arn:aws:states:eu-west-1:123456789012:stateMachine:ship"), Input: aws.String(`{"secret":1}`),
		})
		return err
	}},
}

// TestCalls compares what is recorded of each call with testdata/calls.txt.
func TestCalls(t *testing.T) {
	var got bytes.Buffer
	for _, c := range calls {
		rec := xraytest.New(t)
		s := serve(t)
		ctx, seg := xray.BeginSegment(rec.Context(), "program")
		if err := c.make(ctx, s.config()); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		seg.Close(nil)
		calls := rec.Segment("program").Subsegments
		if len(calls) != 1 {
			t.Fatalf("%s has %d subsegments, want 1", c.name, len(calls))
		}
		want := "Root=" + calls[0].TraceID + ";Parent=" + calls[0].ID + ";Sampled=1"
		if r := s.got(); len(r) != 1 || r[0].trace != want {
			t.Errorf("%s sent %+v, want one request with the header %s", c.name, r, want)
		} else if strings.Contains(r[0].signed, "trace") {
			t.Errorf("%s signed the trace header: %s", c.name, r[0].signed)
		}
		got.WriteString(c.name + " " + described(t, calls[0]) + "\n")
	}
	if strings.Contains(got.String(), "secret") {
		t.Errorf("data of the program is in the documents:\n%s", got.String())
	}
	golden(t, "testdata/calls.txt", got.Bytes())
}

// described is what a call's subsegment says, ids and times aside.
func described(t *testing.T, s *xraytest.Segment) string {
	t.Helper()
	text, err := json.MarshalIndent(map[string]any{
		"name": s.Name, "namespace": s.Namespace, "aws": s.AWS, "response": s.HTTP.Response, "error": s.Error, "fault": s.Fault, "throttle": s.Throttle,
	}, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run the test with -rewrite and look at the difference. Got:\n%s", file, got)
	}
}
