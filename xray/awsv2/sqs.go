package awsv2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray"
)

// BeginSQSSegment begins the segment of the work on messages that came from Amazon SQS together: the root of a new trace, with a link to the
// trace of each message's sender. It is recorded if one of the senders is. For a message that was sent outside of any trace there
// is no link. See xray.BeginLinkedSegment.
//
// Receive the messages with a client that is instrumented: it asks for the attribute AWSTraceHeader, which they need for this.
func BeginSQSSegment(ctx context.Context, name string, messages ...types.Message) (context.Context, *xray.Segment) {
	headers := make([]string, 0, len(messages))
	for _, m := range messages {
		headers = append(headers, m.Attributes[xray.SQSTraceHeader]) // "" if it was sent outside of a trace
	}
	return xray.BeginLinkedSegment(ctx, name, headers...)
}
