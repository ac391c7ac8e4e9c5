//lint:file-ignore SA1019 programs may still use AttributeNames, the older member for MessageSystemAttributeNames

package awsv2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray"
)

func isReceive(input any) bool {
	_, ok := input.(*sqs.ReceiveMessageInput)
	return ok
}

// askForTrace returns the input of an operation such that messages come with the trace header of their sender.
func askForTrace(input any) any {
	in, ok := input.(*sqs.ReceiveMessageInput)
	if !ok {
		return input
	}
	c := *in
	if len(in.AttributeNames) > 0 && len(in.MessageSystemAttributeNames) == 0 { // the older member for the same
		if slices.Contains(in.AttributeNames, types.QueueAttributeNameAll) || slices.Contains(in.AttributeNames, xray.SQSTraceHeader) {
			return input
		}
		c.AttributeNames = append(slices.Clip(in.AttributeNames), xray.SQSTraceHeader)
		return &c
	}
	if slices.Contains(in.MessageSystemAttributeNames, types.MessageSystemAttributeNameAll) ||
		slices.Contains(in.MessageSystemAttributeNames, types.MessageSystemAttributeNameAWSTraceHeader) {
		return input
	}
	c.MessageSystemAttributeNames = append(slices.Clip(in.MessageSystemAttributeNames), types.MessageSystemAttributeNameAWSTraceHeader)
	return &c
}
