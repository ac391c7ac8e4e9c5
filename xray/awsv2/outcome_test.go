package awsv2_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsv2"
	"github.com/rayscope/rayscope/xray/xraytest"
)

func getItem(ctx context.Context, cfg aws.Config) error {
	_, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("orders"), Key: nil})
	return err
}

// listTables is an operation without required members.
func listTables(ctx context.Context, cfg aws.Config) error {
	_, err := dynamodb.NewFromConfig(cfg).ListTables(ctx, nil)
	return err
}

func refused(status int, code string) answer {
	return answer{status, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"so it is"}`, code)}
}

// TestOutcomes holds which flags failures get, what is recorded of them, and that attempts show where there were several.
func TestOutcomes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []answer
		tree    string
		retries float64
		cause   string // in the first exception's message
	}{
		{"4xx", []answer{refused(400, "ResourceNotFoundException")}, `
			program
				DynamoDB (error)`, 0, "ResourceNotFoundException: so it is"},
		{"status 429", []answer{refused(429, "Odd"), refused(429, "Odd"), refused(429, "Odd")}, `
			program
				DynamoDB (error, throttle)`, 0, "Odd"},
		{"throttled for good", []answer{refused(400, "ProvisionedThroughputExceededException")}, `
			program
				DynamoDB (error, throttle)
					attempt (error, throttle)
					attempt (error, throttle)
					attempt (error, throttle)`, 2, "ProvisionedThroughputExceededException"},
		{"throttled with 503", []answer{refused(503, "SlowDown"), refused(503, "SlowDown"), refused(400, "Odd")}, `
			program
				DynamoDB (error)
					attempt (error, throttle)
					attempt (error, throttle)
					attempt (error)`, 2, "Odd"},
		{"throttled once", []answer{refused(400, "ThrottlingException"), {200, `{"TableNames":[]}`}}, `
			program
				DynamoDB
					attempt (error, throttle)
					attempt`, 1, ""},
		{"5xx once", []answer{refused(500, "InternalServerError"), {200, `{"TableNames":[]}`}}, `
			program
				DynamoDB
					attempt (fault)
					attempt`, 1, ""},
		{"5xx for good", []answer{refused(500, "InternalServerError")}, `
			program
				DynamoDB (fault)
					attempt (fault)
					attempt (fault)
					attempt (fault)`, 2, "InternalServerError"},
		{"an answer that is no JSON", []answer{{200, `<html>`}}, `
			program
				DynamoDB (fault)`, 0, "deserialization failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec, s := xraytest.New(t), serve(t, tt.answers...)
			ctx, seg := xray.BeginSegment(rec.Context(), "program")
			err := listTables(ctx, s.config())
			seg.Close(nil)
			if failed := err != nil; failed != (tt.cause != "") {
				t.Errorf("the error of the call is %v, want one: %v", err, tt.cause != "")
			}
			program := rec.Segment("program")
			program.WantTree(tt.tree)
			checkCause(t, program.Subsegments[0], tt.retries, tt.cause)
		})
	}
}

// checkCause demands that a failure is told once, and what of the call is recorded with it.
func checkCause(t *testing.T, call *xraytest.Segment, retries float64, cause string) {
	t.Helper()
	if got := call.AWS["retries"]; got != retries {
		t.Errorf("retries are %v, want %v", got, retries)
	}
	if got := call.AWS["request_id"]; got != "REQUEST" {
		t.Errorf("the request id is %v, want REQUEST", got)
	}
	for _, a := range call.Subsegments {
		if a.AWS["request_id"] != "REQUEST" || a.HTTP == nil || a.HTTP.Response.Status == 0 || a.End < a.Start {
			t.Errorf("attempt %+v has no request id, status or duration", a)
		}
	}
	if cause == "" {
		if call.Cause != nil {
			t.Errorf("the cause is %+v, want none", call.Cause)
		}
		return
	}
	if call.Cause == nil || len(call.Cause.Exceptions) == 0 {
		t.Fatal("there is no cause")
	}
	first := call.Cause.Exceptions[0]
	if !strings.Contains(first.Message, cause) {
		t.Errorf("the message is %q, want one with %q", first.Message, cause)
	}
	var roots int // exceptions that are nobody's cause
	for _, e := range call.Cause.Exceptions {
		isCause := func(x string) bool { return x == e.ID }
		if !slices.ContainsFunc(causes(call), isCause) {
			roots++
		}
	}
	if roots != 1 {
		t.Errorf("%d errors are told, want 1: %+v", roots, call.Cause.Exceptions)
	}
}

func causes(s *xraytest.Segment) (ids []string) {
	for _, e := range s.Cause.Exceptions {
		ids = append(ids, e.Cause)
	}
	return ids
}

// TestManyAttempts holds that the attempts that show are bounded, and that the latest is among them.
func TestManyAttempts(t *testing.T) {
	const tries, shown = 20, 16
	answers := slices.Repeat([]answer{refused(500, "InternalServerError")}, tries-1)
	rec, s := xraytest.New(t), serve(t, append(answers, answer{200, `{"TableNames":[]}`})...)
	cfg := s.config()
	cfg.Retryer = func() aws.Retryer { return retry.AddWithMaxAttempts(s.config().Retryer(), tries) }
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	if err := listTables(ctx, cfg); err != nil {
		t.Error(err)
	}
	seg.Close(nil)
	call := rec.Segment("program").Subsegments[0]
	if got := call.AWS["retries"]; got != tries-1.0 {
		t.Errorf("retries are %v, want %d", got, tries-1)
	}
	if got := call.Subsegments; len(got) != shown || got[shown-1].HTTP.Response.Status != 200 || got[shown-2].HTTP.Response.Status != 500 {
		t.Errorf("%d attempts show, want %d, and that the last went well", len(got), shown)
	}
}

// TestRemote holds that what a service refuses is told as its error.
func TestRemote(t *testing.T) {
	rec, s := xraytest.New(t), serve(t, refused(400, "ResourceNotFoundException"))
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	if err := listTables(ctx, s.config()); err == nil {
		t.Fatal("the call went well")
	}
	seg.Close(nil)
	if e := rec.Segment("program").Subsegments[0].Cause.Exceptions[0]; !e.Remote {
		t.Errorf("exception %+v is not remote", e)
	}
}

func TestUnreachable(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	cfg := s.config()
	cfg.HTTPClient = &http.Client{Transport: broken{errors.New("no route to host")}}
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	if err := listTables(ctx, cfg); err == nil {
		t.Error("a call of nobody went well")
	}
	seg.Close(nil)
	program := rec.Segment("program")
	if call := program.Subsegments[0]; !call.Fault || call.Error || call.HTTP != nil || call.AWS["operation"] != "ListTables" {
		t.Errorf("the call is %+v, want a fault without answer", call)
	}
}

// broken is a transport that fails.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestCancelled(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	ctx, cancel := context.WithCancel(rec.Context())
	ctx, seg := xray.BeginSegment(ctx, "program")
	cancel()
	if err := listTables(ctx, s.config()); !errors.Is(err, context.Canceled) {
		t.Errorf("the error of a cancelled call is %v, want %v", err, context.Canceled)
	}
	seg.Close(nil)
	rec.Segment("program").WantTree(`
		program
			DynamoDB (fault)`)
}

// panicking is a transport with a bug.
type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) { panic("out of ink") }

func TestPanic(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	cfg := s.config()
	cfg.HTTPClient = &http.Client{Transport: panicking{}}
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	func() {
		defer func() {
			if p := recover(); p != "out of ink" {
				t.Errorf("the panic became %v, want it as it was", p)
			}
		}()
		_ = listTables(ctx, cfg)
	}()
	seg.Close(nil)
	rec.Segment("program").WantTree(`
		program
			DynamoDB (fault)`)
}

// TestWithout holds that calls go through where nothing is recorded, and what header they have.
func TestWithout(t *testing.T) {
	const env = "AWS_XRAY_SDK_DISABLED"
	for _, tt := range []struct {
		name    string
		context func(*testing.T) context.Context
		header  string
	}{
		{"segment", func(t *testing.T) context.Context { return t.Context() }, ""},
		{"sampling", func(t *testing.T) context.Context { ctx, _ := unsampled(t.Context()); return ctx },
			"Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0"},
		{"SDK", func(t *testing.T) context.Context {
			t.Setenv(env, "true")
			ctx, _ := xray.BeginSegment(t.Context(), "program")
			return ctx
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t)
			if err := listTables(tt.context(t), s.config()); err != nil {
				t.Error(err)
			}
			if got := s.got(); len(got) != 1 || got[0].trace != tt.header {
				t.Errorf("the service got %+v, want one request with the header %q", got, tt.header)
			}
		})
	}
}

// TestMissingContext holds that the context-missing strategy hears of a call without a segment, but not of a poll.
func TestMissingContext(t *testing.T) {
	missing := &complaints{}
	ctx, err := xray.ContextWithConfig(t.Context(), xray.Config{ContextMissingStrategy: missing})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t)
	if _, err := sqs.NewFromConfig(s.config()).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(queue)}); err != nil {
		t.Error(err)
	}
	if len(missing.said) != 0 {
		t.Errorf("a poll made the strategy hear %q", missing.said)
	}
	if err := listTables(ctx, s.config()); err != nil {
		t.Error(err)
	}
	if len(missing.said) != 1 || !strings.Contains(missing.said[0], "DynamoDB") {
		t.Errorf("the strategy heard %q, want once of DynamoDB", missing.said)
	}
}

// complaints is a context-missing strategy that listens.
type complaints struct{ said []string }

func (c *complaints) ContextMissing(v any) { c.said = append(c.said, fmt.Sprint(v)) }

// TestInvalidInput holds that a call that AWS SDK itself refuses before it is made is reported to the program, and sends nothing.
func TestInvalidInput(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	if err := getItem(ctx, s.config()); err == nil {
		t.Error("a call without a key went well")
	}
	seg.Close(nil)
	if got := s.got(); len(got) != 0 {
		t.Errorf("the service got %+v, want nothing", got)
	}
	rec.Segment("program").WantTree(`
		program`)
}

func TestPresign(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	client := s3.NewPresignClient(pictures(s.config()))
	got, err := client.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("pictures"), Key: aws.String("cat.png")})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToLower(got.URL), "trace") || got.SignedHeader.Get("X-Amzn-Trace-Id") != "" {
		t.Errorf("the URL %s with headers %v knows of the trace", got.URL, got.SignedHeader)
	}
	if _, err := client.PresignPostObject(ctx, &s3.PutObjectInput{Bucket: aws.String("pictures"), Key: aws.String("cat.png")}); err != nil {
		t.Error(err)
	}
	seg.Close(nil)
	rec.Segment("program").WantTree(`
		program`)
}

// TestTwice holds that a client of an instrumented configuration may be instrumented again.
func TestTwice(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	cfg := s.config()
	awsv2.AWSV2Instrumentor(&cfg.APIOptions)
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	if err := listTables(ctx, cfg); err != nil {
		t.Error(err)
	}
	seg.Close(nil)
	rec.Segment("program").WantTree(`
		program
			DynamoDB`)
}

// TestLambda holds that calls hang below the function's segment in AWS Lambda, and carry the header on with its Lineage.
func TestLambda(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
	t.Setenv("_X_AMZN_TRACE_ID", "Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=1;Lineage=a87bd80c:1")
	const incoming = "Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=1;Lineage=a87bd80c:1"
	//lint:ignore SA1029 the key of AWS Lambda's runtime is a string
	ctx := context.WithValue(rec.Context(), xray.LambdaTraceHeaderKey, incoming)
	if err := listTables(ctx, s.config()); err != nil {
		t.Error(err)
	}
	call := rec.Segment("DynamoDB")
	if call.ParentID != "0a1b2c3d4e5f6071" || call.TraceID != "1-66f1c0de-0123456789abcdef01234567" {
		t.Errorf("the call hangs below %s of %s", call.ParentID, call.TraceID)
	}
	want := strings.Replace(incoming, "0a1b2c3d4e5f6071", call.ID, 1)
	if got := s.got(); len(got) != 1 || got[0].trace != want {
		t.Errorf("the service got %+v, want one request with the header %s", got, want)
	}
}

// TestManyAtOnce lets goroutines share a client and an input.
func TestManyAtOnce(t *testing.T) {
	const goroutines, each = 8, 10
	rec, s := xraytest.New(t), serve(t)
	client := sqs.NewFromConfig(s.config())
	in := &sqs.SendMessageInput{QueueUrl: aws.String(queue), MessageBody: aws.String("hello")}
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range each {
				if _, err := client.SendMessage(ctx, in); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	seg.Close(nil)
	if got := len(rec.Segment("program").Subsegments); got != goroutines*each {
		t.Errorf("%d calls were recorded, want %d", got, goroutines*each)
	}
	if in.MessageSystemAttributes != nil {
		t.Errorf("the program's input was changed: %+v", in)
	}
	traces := map[string]bool{}
	for _, r := range s.got() {
		if !strings.Contains(r.body, r.trace) {
			t.Errorf("the message %s has not the header %s", r.body, r.trace)
		}
		traces[r.trace] = true
	}
	if len(traces) != goroutines*each {
		t.Errorf("the requests have %d headers, want %d", len(traces), goroutines*each)
	}
}
