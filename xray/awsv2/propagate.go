package awsv2

import (
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray"
)

// carry returns the input of an operation with the trace header in the place that the service has for it, if it has one and the program
// has not filled it. The program's own input stays as it is: it may be in use by other calls.
func carry(input any, header string) any {
	switch in := input.(type) {
	case *sqs.SendMessageInput:
		c := *in
		c.MessageSystemAttributes = withHeader(in.MessageSystemAttributes, header)
		return &c
	case *sqs.SendMessageBatchInput:
		c := *in
		c.Entries = slices.Clone(in.Entries)
		for i := range c.Entries {
			c.Entries[i].MessageSystemAttributes = withHeader(c.Entries[i].MessageSystemAttributes, header)
		}
		return &c
	}
	return withMember(input, header)
}

// withHeader returns the system attributes of a message with the header among them.
func withHeader(attributes map[string]types.MessageSystemAttributeValue, header string) map[string]types.MessageSystemAttributeValue {
	if _, ok := attributes[xray.SQSTraceHeader]; ok {
		return attributes
	}
	attributes = maps.Clone(attributes)
	if attributes == nil {
		attributes = map[string]types.MessageSystemAttributeValue{}
	}
	attributes[xray.SQSTraceHeader] = types.MessageSystemAttributeValue{DataType: aws.String("String"), StringValue: &header}
	return attributes
}

// Operations whose input, or whose list of entries, has a member TraceHeader. They are known by the names of their input, so that
// programs need not be linked with their clients.
var (
	headerMember  = map[string]bool{"sfn.StartExecutionInput": true, "sfn.StartSyncExecutionInput": true}
	headerEntries = map[string]bool{"eventbridge.PutEventsInput": true}
)

// withMember returns a copy of input with its members TraceHeader set, or input if it has none.
func withMember(input any, header string) any {
	v := reflect.ValueOf(input)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return input
	}
	switch name := v.Type().Elem().String(); {
	case headerMember[name]:
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(v.Elem())
		fill(c.Elem(), header)
		return c.Interface()
	case headerEntries[name]:
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(v.Elem())
		entries := c.Elem().FieldByName("Entries")
		entries.Set(reflect.AppendSlice(reflect.Zero(entries.Type()), entries))
		for i := range entries.Len() {
			fill(entries.Index(i), header)
		}
		return c.Interface()
	}
	return input
}

// fill sets the member TraceHeader of a struct, if it has one that is not set.
func fill(v reflect.Value, header string) {
	if f := v.FieldByName("TraceHeader"); f.IsValid() && f.Type() == reflect.TypeFor[*string]() && f.IsNil() {
		f.Set(reflect.ValueOf(&header))
	}
}
