package queue_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/internal/demo/queue"
)

func send(t *testing.T, q *queue.Queue, body string) {
	t.Helper()
	if _, err := q.Send(queue.Message{Body: body}); err != nil {
		t.Fatal(err)
	}
}

func bodies(list []queue.Receipt) (s string) {
	for _, m := range list {
		s += m.Body
	}
	return s
}

// What is received is hidden for a time, and gone only when it is deleted.
func TestVisibility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(time.Now)
		send(t, q, "a")
		send(t, q, "b")
		first := q.Receive(t.Context(), 1, 10*time.Second, 0)
		second := q.Receive(t.Context(), 10, 20*time.Second, 0)
		if bodies(first) != "a" || bodies(second) != "b" || len(q.Receive(t.Context(), 10, 0, 0)) != 0 {
			t.Fatalf("received %q, then %q, then something", bodies(first), bodies(second))
		}
		if !q.Delete(second[0].Handle) || q.Delete(second[0].Handle) || q.Delete("") {
			t.Error("a message can be deleted not once but never or often")
		}
		begin := time.Now()
		again := q.Receive(t.Context(), 10, 10*time.Second, 20*time.Second)
		if waited := time.Since(begin); bodies(again) != "a" || again[0].Receives != 2 || waited != 10*time.Second {
			t.Errorf("after %v received %q, want a for the second time after 10s", waited, bodies(again))
		}
		if q.Delete(first[0].Handle) {
			t.Error("the handle of a message that was handed out again since deletes it")
		}
		if q.Len() != 1 {
			t.Errorf("the queue has %d messages, want 1", q.Len())
		}
	})
}

func TestReceiveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queue.New(time.Now)
		begin := time.Now()
		if got := q.Receive(t.Context(), 1, 0, 5*time.Second); len(got) != 0 || time.Since(begin) != 5*time.Second {
			t.Errorf("received %d messages after %v, want none after 5s", len(got), time.Since(begin))
		}
		time.AfterFunc(time.Second, func() { send(t, q, "late") })
		begin = time.Now()
		if got := q.Receive(t.Context(), 1, 0, 5*time.Second); bodies(got) != "late" || time.Since(begin) != time.Second {
			t.Errorf("received %q after %v, want late after 1s", bodies(got), time.Since(begin))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		q = queue.New(time.Now)
		begin = time.Now()
		if got := q.Receive(gone, 1, 0, 5*time.Second); len(got) != 0 || time.Since(begin) != 0 {
			t.Errorf("for a client that is gone: %d messages after %v", len(got), time.Since(begin))
		}
	})
}

func TestFull(t *testing.T) {
	q := queue.New(time.Now)
	for range queue.Capacity {
		send(t, q, "x")
	}
	if _, err := q.Send(queue.Message{Body: "x"}); !errors.Is(err, queue.ErrFull) {
		t.Errorf("the message beyond the capacity: error %v, want %v", err, queue.ErrFull)
	}
}

// AWS' client, unmodified.
func TestAgainstSQSClient(t *testing.T) {
	server := httptest.NewServer(queue.NewServer(map[string]*queue.Queue{"jobs": queue.New(time.Now)}))
	defer server.Close()
	client := sqs.New(sqs.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	url := aws.String(server.URL + "/111122223333/jobs")
	_, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: url, MessageBody: aws.String("hello"),
		MessageAttributes:       map[string]types.MessageAttributeValue{"who": {DataType: aws.String("String"), StringValue: aws.String("ann")}},
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1-2-3")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 1, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("received %+v, %v, want one message", got, err)
	}
	m := got.Messages[0]
	if *m.Body != "hello" || *m.MessageAttributes["who"].StringValue != "ann" || m.Attributes["AWSTraceHeader"] != "Root=1-2-3" || m.Attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("received %s with %v and %v", *m.Body, m.Attributes, m.MessageAttributes)
	}
	if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Error(err)
	}
	var gone *types.QueueDoesNotExist
	if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(*url + "x"), MessageBody: aws.String("x")}); !errors.As(err, &gone) {
		t.Errorf("sending to no queue: error %v, want %T", err, gone)
	}
}

// A message without the system attribute gets it from the header of the call, as with SQS.
func TestTraceHeaderOfTheCall(t *testing.T) {
	q := queue.New(time.Now)
	call(t, q, "SendMessage", `{"QueueUrl":"http://x/1/jobs","MessageBody":"x"}`, http.StatusOK, "MessageId")
	if got := q.Receive(t.Context(), 1, 0, 0); len(got) != 1 || got[0].TraceHeader != "Root=1-5" {
		t.Errorf("received %+v, want the header Root=1-5", got)
	}
}

func call(t *testing.T, q *queue.Queue, operation, body string, status int, want string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	r.Header.Set("X-Amzn-Trace-Id", "Root=1-5")
	w := httptest.NewRecorder()
	queue.NewServer(map[string]*queue.Queue{"jobs": q}).ServeHTTP(w, r)
	if w.Code != status || !strings.Contains(w.Body.String(), want) {
		t.Errorf("%s of %.80s: got %d %s, want %d with %q", operation, body, w.Code, w.Body, status, want)
	}
}

func TestWrongRequests(t *testing.T) {
	q := queue.New(time.Now)
	for _, c := range []struct{ operation, body, want string }{
		{"SendMessage", `{`, "SerializationException"},
		{"SendMessage", `{"QueueUrl":"http://x/1/jobs"}`, "MessageBody is empty"},
		{"SendMessage", `{"MessageBody":"x"}`, "QueueDoesNotExist"},
		{"SendMessage", `{"QueueUrl":"jobs","MessageBody":"` + strings.Repeat("x", 300<<10) + `"}`, "more than 307200 bytes"},
		{"ReceiveMessage", `{"QueueUrl":"jobs","WaitTimeSeconds":21}`, "WaitTimeSeconds is 21 and must be from 0 to 20"},
		{"ReceiveMessage", `{"QueueUrl":"jobs","VisibilityTimeout":-1}`, "VisibilityTimeout is -1"},
		{"ReceiveMessage", `{"QueueUrl":"jobs","MaxNumberOfMessages":11}`, "MaxNumberOfMessages is 11"},
		{"DeleteMessage", `{"QueueUrl":"jobs","ReceiptHandle":"x"}`, "ReceiptHandleIsInvalid"},
		{"PurgeQueue", `{}`, "UnsupportedOperation"},
	} {
		call(t, q, c.operation, c.body, http.StatusBadRequest, c.want)
	}
}
