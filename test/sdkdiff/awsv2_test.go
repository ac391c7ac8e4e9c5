package sdkdiff

import (
	"slices"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// TestSameCalls compares what is recorded of calls with AWS SDK for Go v2.
func TestSameCalls(t *testing.T) {
	t.Parallel()
	ports := []string{"SERVICE"}
	aws := run(t, harness.GoProgram(t, "awscalls"), ports, nil)
	ours := run(t, harness.MigratedProgram(t, "awscalls"), ports, nil)
	compare(t, aws, ours, slices.Concat(everywhere, callDifferences))
}

var callDifferences = []difference{
	{fact: `.* aws\.(table_name|queue_url|bucket_name|key|topic_arn|function_name)`, ours: `.+`, why: "what is called"},
	{fact: `.* aws\.(message_id|message_count|status_code)`, ours: `.+`, why: "what has come of it"},
	{fact: `.* aws\.account_id`, ours: `123456789012`, why: "the ARN or the queue's URL tells whose it is"},
	{fact: `.* aws\.retries`, ours: `[012]`, why: "how often a call was retried"},
	{fact: `(busy|exhausted|shaky|broken)#1/DynamoDB#1/attempt#\d .*`, ours: `.+`, why: "attempts are shown where there were several"},
	{fact: `(missing|exhausted|head)#1/[A-Za-z0-9]+#1 fault`, aws: `true`, why: "what the caller did wrong is an error and no fault"},
	{fact: `exhausted#1/DynamoDB#1 throttle`, ours: `true`, why: "DynamoDB throttles with status 400, and tells so by its code"},
	{fact: `busy#1/DynamoDB#1 error`, aws: `true`, why: "a retry went well, so the call did"},
	{fact: `shaky#1/DynamoDB#1 fault`, aws: `true`, why: "a retry went well, so the call did"},
	{fact: `.* http\.response\.content_length`, aws: `-1`, why: "a length that is not known is not told"},
	{fact: `sign#1/S3#1 .+`, aws: `.+`, why: "to sign a URL is no call"},
	{fact: `printed SendMessage#1`, aws: `sampled 1 signed false in the body not`, ours: `sampled 1 signed false in the body too`,
		why: "the message itself carries the trace, also through queues that are not AWS'"},
	{fact: `printed ReceiveMessage#1`, aws: `sampled 1 signed false in the body not`, ours: `sampled 1 signed false in the body asked for`,
		why: "a worker needs its messages' trace headers"},
	{fact: `.* cause\.exceptions\.0\.cause`, ours: `16 digits`, why: "a wrapped error leads to the one it wraps"},
	{fact: `.* cause\.exceptions\.[1-9]\..*`, ours: `.+`, why: "what an error wraps is recorded too"},
	{fact: `.* cause\.exceptions\.0\.remote`, ours: `true`, why: "AWS SDK v2 names the request id otherwise than v1"},
	{fact: `.* cause\.exceptions\.0\.stack`, aws: `initializeMiddlewareFunc.*`, ours: `decoratedInitializeHandler.*`,
		why: "the middleware is a type of ours, not a function in one of AWS SDK's"},
}
