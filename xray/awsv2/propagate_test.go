//lint:file-ignore SA1019 programs may still use AttributeNames

package awsv2_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsv2"
	"github.com/rayscope/rayscope/xray/xraytest"
)

const own = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" // what a program has set by itself

func ownAttribute() map[string]types.MessageSystemAttributeValue {
	return map[string]types.MessageSystemAttributeValue{"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String(own)}}
}

// TestMembers holds that the trace goes into the members that services have for it, unless the program has filled them, and that the
// program's input stays as it is. HEADER stands for the trace header of the request.
func TestMembers(t *testing.T) {
	batch := &sqs.SendMessageBatchInput{QueueUrl: aws.String(queue), Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("a"), MessageBody: aws.String("hello")},
		{Id: aws.String("b"), MessageBody: aws.String("hello"), MessageSystemAttributes: ownAttribute()}}}
	events := &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{
		{Source: aws.String("shop")}, {Source: aws.String("shop"), TraceHeader: aws.String(own)}}}
	start := &sfn.StartExecutionInput{StateMachineArn: aws.String("arn:aws:states:eu-west-1:123456789012:stateMachine:ship")}
	ownStart := &sfn.StartExecutionInput{StateMachineArn: start.StateMachineArn, TraceHeader: aws.String(own)}
	for _, tt := range []struct {
		name  string
		input any
		call  func(context.Context, aws.Config) error
		want  string
	}{
		{"SendMessageBatch", batch, func(ctx context.Context, cfg aws.Config) error {
			_, err := sqs.NewFromConfig(cfg).SendMessageBatch(ctx, batch)
			return err
		}, `{"QueueUrl":"` + queue + `","Entries":[` +
			`{"Id":"a","MessageBody":"hello","MessageSystemAttributes":{"AWSTraceHeader":{"StringValue":"HEADER","DataType":"String"}}},` +
			`{"Id":"b","MessageBody":"hello","MessageSystemAttributes":{"AWSTraceHeader":{"StringValue":"` + own + `","DataType":"String"}}}]}`},
		{"PutEvents", events, func(ctx context.Context, cfg aws.Config) error {
			_, err := eventbridge.NewFromConfig(cfg).PutEvents(ctx, events)
			return err
		}, `{"Entries":[{"Source":"shop","TraceHeader":"HEADER"},{"Source":"shop","TraceHeader":"` + own + `"}]}`},
		{"StartExecution", start, func(ctx context.Context, cfg aws.Config) error {
			_, err := sfn.NewFromConfig(cfg).StartExecution(ctx, start)
			return err
		}, `{"stateMachineArn":"` + *start.StateMachineArn + `","traceHeader":"HEADER"}`},
		{"StartExecution with its own", ownStart, func(ctx context.Context, cfg aws.Config) error {
			_, err := sfn.NewFromConfig(cfg).StartExecution(ctx, ownStart)
			return err
		}, `{"stateMachineArn":"` + *start.StateMachineArn + `","traceHeader":"` + own + `"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := fmt.Sprintf("%+v", tt.input)
			rec, s := xraytest.New(t), serve(t)
			ctx, seg := xray.BeginSegment(rec.Context(), "program")
			if err := tt.call(ctx, s.config()); err != nil {
				t.Fatal(err)
			}
			seg.Close(nil)
			r := s.got()[0]
			if got := canonical(t, strings.ReplaceAll(r.body, r.trace, "HEADER")); got != canonical(t, tt.want) {
				t.Errorf("the service got\n%s, want\n%s", got, canonical(t, tt.want))
			}
			if after := fmt.Sprintf("%+v", tt.input); after != before {
				t.Errorf("the input was changed from\n%s to\n%s", before, after)
			}
		})
	}
}

// canonical is JSON with its members in order.
func canonical(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReceiveAsksForTrace(t *testing.T) {
	for _, tt := range []struct {
		name         string
		system       []types.MessageSystemAttributeName
		older        []types.QueueAttributeName
		want, before []string // MessageSystemAttributeNames and AttributeNames as they are sent
	}{
		{"nothing", nil, nil, []string{"AWSTraceHeader"}, nil},
		{"others", []types.MessageSystemAttributeName{"SenderId"}, nil, []string{"SenderId", "AWSTraceHeader"}, nil},
		{"itself", []types.MessageSystemAttributeName{"AWSTraceHeader"}, nil, []string{"AWSTraceHeader"}, nil},
		{"all", []types.MessageSystemAttributeName{"All"}, nil, []string{"All"}, nil},
		{"older others", nil, []types.QueueAttributeName{"SenderId"}, nil, []string{"SenderId", "AWSTraceHeader"}},
		{"older itself", nil, []types.QueueAttributeName{"AWSTraceHeader"}, nil, []string{"AWSTraceHeader"}},
		{"older all", nil, []types.QueueAttributeName{"All"}, nil, []string{"All"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t)
			in := &sqs.ReceiveMessageInput{QueueUrl: aws.String(queue), MessageSystemAttributeNames: tt.system, AttributeNames: tt.older}
			if _, err := sqs.NewFromConfig(s.config()).ReceiveMessage(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			var got struct{ MessageSystemAttributeNames, AttributeNames []string }
			if err := json.Unmarshal([]byte(s.got()[0].body), &got); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.MessageSystemAttributeNames, tt.want) || !slices.Equal(got.AttributeNames, tt.before) {
				t.Errorf("the queue was asked for %+v, want %v and %v", got, tt.want, tt.before)
			}
			if len(in.MessageSystemAttributeNames) != len(tt.system) || len(in.AttributeNames) != len(tt.older) {
				t.Errorf("the input was changed: %+v", in)
			}
		})
	}
}

func TestBeginSQSSegment(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	out, err := sqs.NewFromConfig(s.config()).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(queue)})
	if err != nil {
		t.Fatal(err)
	}
	_, seg := awsv2.BeginSQSSegment(rec.Context(), "worker", append(out.Messages, types.Message{})...)
	seg.Close(nil)
	worker := rec.Segment("worker")
	if len(worker.Links) != 1 || worker.Links[0].TraceID != "1-66f1c0de-0123456789abcdef01234567" || worker.Links[0].ID != "0a1b2c3d4e5f6071" {
		t.Errorf("the links are %+v, want one to the sender", worker.Links)
	}
	if worker.TraceID == worker.Links[0].TraceID || worker.ParentID != "" {
		t.Errorf("the worker is in trace %s below %q, want a trace of its own", worker.TraceID, worker.ParentID)
	}
}
