// Package lambda helps functions in AWS Lambda that Amazon SQS feeds. Such a function works for several traces at once, those of the senders of
// its messages, and its own trace links to them.
package lambda

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
)

// IsSampled reports whether the trace of the message's sender is recorded.
func IsSampled(sqsMessage events.SQSMessage) bool {
	return header.Parse(sqsMessage.Attributes[xray.SQSTraceHeader]).SamplingDecision == header.Sampled
}

// The attributes of a link that say that it leads to what caused the segment: Rayscope's and AWS Lambda's.
const (
	referenceType    = "reference_type"
	awsReferenceType = "aws.xray.reserved.reference_type"
	parent           = "parent"
)

// LinkSenders links ctx's subsegment to the traces of those who sent the messages, as far as they are recorded. AWS Lambda links its own
// segment of the function; this is for subsegments of single messages, and for functions that AWS Lambda does not trace.
// The error is xray.ErrRetrieveSegment if ctx has no subsegment, or says why a sender is not linked to: what the message brought is no
// trace header, or there are 20 links, which is all that X-Ray keeps. The other senders are linked to all the same.
func LinkSenders(ctx context.Context, messages ...events.SQSMessage) error {
	seg := xray.GetSegment(ctx)
	if seg == nil {
		return xray.ErrRetrieveSegment
	}
	var first error
	for _, m := range messages {
		if !IsSampled(m) {
			continue
		}
		h := header.Parse(m.Attributes[xray.SQSTraceHeader])
		link := xray.Link{TraceID: h.TraceID, ID: h.ParentID, Attributes: map[string]any{referenceType: parent, awsReferenceType: parent}}
		if err := seg.AddLink(link); err != nil && first == nil {
			first = err
		}
	}
	return first
}
