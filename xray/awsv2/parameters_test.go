package awsv2_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsv2"
	"github.com/rayscope/rayscope/xray/xraytest"
)

func TestParseParametersErrors(t *testing.T) {
	for _, tt := range []struct{ list, want string }{
		{``, "EOF"},
		{`{`, "unexpected EOF"},
		{`[]`, "cannot unmarshal array"},
		{`{}`, `"services" is missing or empty`},
		{`{"services":{}}`, `"services" is missing or empty`},
		{`{"services":{"S3":{"operations":{}}}} {}`, "after the end"},
		{`{"services":{"S3":{"operation":{}}}}`, `unknown field "operation"`},
		{`{"services":{"S3":{"operations":{"GetObject":{"request_parameter":["Key"]}}}}}`, `unknown field "request_parameter"`},
		{`{"services":{"S3":{"operations":{"GetObject":{"request_parameters":"Key"}}}}}`, "request_parameters"},
		{`{"services":{"SQS":{"operations":{"SendMessage":{"request_descriptors":{"MessageAttributes":{"get_keys":true,"get_count":true}}}}}}}`,
			`service "SQS", operation "SendMessage": member "MessageAttributes" has both`},
	} {
		_, err := awsv2.ParseParameters([]byte(tt.list))
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "list of parameters: ") {
			t.Errorf("ParseParameters(%s) has the error %v, want one with %q", tt.list, err, tt.want)
		}
	}
}

// TestOwnParameters holds what lists of the program's own do to a GetItem.
func TestOwnParameters(t *testing.T) {
	always := []string{"operation", "region", "request_id", "retries"}
	usual := append(always, "table_name", "consistent_read", "projection_expression", "consumed_capacity")
	for _, tt := range []struct {
		name  string
		lists []string
		want  []string
	}{
		{"none", nil, usual},
		{"another operation", []string{`{"services":{"DynamoDB":{"operations":{"PutItem":{}}}}}`}, usual},
		{"another service", []string{`{"services":{"S3":{"operations":{"GetItem":{}}}}}`}, usual},
		{"less", []string{`{"services":{"DynamoDB":{"operations":{"GetItem":{"request_parameters":["TableName"]}}}}}`}, append(always, "table_name")},
		{"more", []string{`{"services":{"dynamodb":{"operations":{"GetItem":{"request_parameters":["TableName","ReturnConsumedCapacity"]}}}}}`},
			append(always, "table_name", "return_consumed_capacity")},
		{"parts and names", []string{`{"services":{"Dynamo DB":{"operations":{"GetItem":{"request_descriptors":{
			"Key":{"map":true,"get_keys":true,"rename_to":"key_names"},
			"ExpressionAttributeNames":{"map":true,"get_count":true}}}}}}}`}, append(always, "key_names", "expression_attribute_names")},
		{"what is not there", []string{`{"services":{"DynamoDB":{"operations":{"GetItem":{"request_parameters":["Nonsense","AttributesToGet"],
			"request_descriptors":{"TableName":{"get_keys":true},"Key":{"get_keys":true,"rename_to":"k"}},
			"response_descriptors":{"ConsumedCapacity":{"get_count":true}}}}}}}`}, append(always, "k")},
		{"the last of two", []string{`{"services":{"DynamoDB":{"operations":{"GetItem":{}}}}}`,
			`{"services":{"DynamoDB":{"operations":{"GetItem":{"request_parameters":["TableName"]}}}}}`}, append(always, "table_name")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := getItemWith(t, tt.lists)
			want := map[string]bool{}
			for _, key := range tt.want {
				want[key] = true
			}
			for key := range maps.Keys(got) {
				if !want[key] {
					t.Errorf("%s is recorded: %v", key, got[key])
				}
				delete(want, key)
			}
			if len(want) > 0 {
				t.Errorf("%v are not recorded", want)
			}
		})
	}
}

// getItemWith returns the AWS data of a GetItem with lists of the program's own.
func getItemWith(t *testing.T, lists []string) map[string]any {
	t.Helper()
	var options []awsv2.Option
	for _, text := range lists {
		p, err := awsv2.ParseParameters([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		options = append(options, awsv2.WithParameters(p))
	}
	rec, s := xraytest.New(t), serve(t)
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	_, err := dynamodb.NewFromConfig(s.config(options...)).GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("orders"), ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("#i"),
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, ExpressionAttributeNames: map[string]string{"#i": "id"},
		Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "7"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	seg.Close(nil)
	return rec.Segment("program").Subsegments[0].AWS
}

func FuzzParseParameters(f *testing.F) {
	f.Add([]byte(`{"services":{"SQS":{"operations":{"SendMessage":{"request_parameters":["QueueUrl"],` +
		`"request_descriptors":{"MessageAttributes":{"map":true,"get_keys":true,"rename_to":"message_attribute_names"}}}}}}}`))
	f.Add([]byte(`{"services":{"":{"operations":{"*":{"response_parameters":["","ÄÖ_Ü"]}}}}}`))
	f.Fuzz(func(t *testing.T, list []byte) {
		if p, err := awsv2.ParseParameters(list); (p == nil) == (err == nil) {
			t.Errorf("ParseParameters(%q) = %v, %v: want one of them", list, p, err)
		}
	})
}
