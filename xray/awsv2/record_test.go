package awsv2

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"TableName": "table_name", "QueueUrl": "queue_url", "QueueOwnerAWSAccountId": "queue_owner_aws_account_id", "SSEKMSKeyId": "ssekms_key_id",
		"MD5OfBody": "md5_of_body", "Key": "key", "StreamARN": "stream_arn", "ID": "id", "": "", "already_snake": "already_snake", "Two_Words": "two_words",
	} {
		if got := snake(name); got != want {
			t.Errorf("snake(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestServiceKey(t *testing.T) {
	for name, want := range map[string]string{
		"DynamoDB": "dynamodb", "dynamodb": "dynamodb", "SageMaker Runtime": "sagemakerruntime", "runtime.sagemaker": "sagemakerruntime",
		"SFN": "sfn", "states": "sfn", "Secrets Manager": "secretsmanager", "events": "eventbridge",
	} {
		if got := serviceKey(name); got != want {
			t.Errorf("serviceKey(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestPlain holds what of a member's value is recorded, as JSON, and that all of it is bounded.
func TestPlain(t *testing.T) {
	type inner struct {
		Name   *string
		hidden int
		When   time.Time
	}
	type loop struct{ Next *loop }
	name := "n"
	endless := &loop{}
	endless.Next = endless
	for _, tt := range []struct {
		name  string
		value any
		want  string // "" is nothing
	}{
		{"text", "a", `"a"`},
		{"empty text", "", ""},
		{"nil pointer", (*string)(nil), ""},
		{"pointer", &name, `"n"`},
		{"number", int32(7), "7"},
		{"fraction", 0.5, "0.5"},
		{"false", false, "false"},
		{"bytes", []byte("secret"), ""},
		{"stream", strings.NewReader("secret"), ""},
		{"function", func() {}, ""},
		{"list", []string{"a", "", "b"}, `["a","b"]`},
		{"empty list", []string{}, ""},
		{"map", map[string]int{"b": 2, "a": 1}, `{"a":1,"b":2}`},
		{"map by number", map[int]string{1: "a"}, ""},
		{"object", inner{Name: &name, hidden: 7, When: time.Unix(0, 0)}, `{"Name":"n","When":"1970-01-01T00:00:00Z"}`},
		{"empty object", inner{}, ""},
		{"object in itself", endless, ""},
	} {
		got := ""
		if v, ok := plain(reflect.ValueOf(tt.value), 0); ok {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if got != tt.want {
			t.Errorf("%s is recorded as %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestBounds(t *testing.T) {
	long := strings.Repeat("ä", maxText)
	if got, _ := plain(reflect.ValueOf(long), 0); len(got.(string)) > maxText || !strings.HasPrefix(long, got.(string)) {
		t.Errorf("a text of %d bytes is cut to %d, want at most %d", len(long), len(got.(string)), maxText)
	}
	if got, _ := plain(reflect.ValueOf(make([]int, 10*maxItems)), 0); len(got.([]any)) != maxItems {
		t.Errorf("a list is cut to %d, want %d", len(got.([]any)), maxItems)
	}
	many := map[string]int{long: 1}
	for i := range 10 * maxItems {
		many[strings.Repeat("k", i)] = i
	}
	if got, _ := keys.of(reflect.ValueOf(many)); len(got.([]string)) != maxItems {
		t.Errorf("keys are cut to %d, want %d", len(got.([]string)), maxItems)
	}
	if got, _ := plain(reflect.ValueOf(many), 0); len(got.(map[string]any)) > maxItems {
		t.Errorf("a map is cut to %d, want at most %d", len(got.(map[string]any)), maxItems)
	}
}

func TestAccountOf(t *testing.T) {
	for text, want := range map[string]string{
		"arn:aws:sns:eu-west-1:210987654321:news":               "210987654321",
		"arn:aws:s3:::pictures":                                 "",
		"arn:aws:sns":                                           "",
		"https://sqs.eu-west-1.amazonaws.com/123456789012/work": "123456789012",
		"http://127.0.0.1:4566/000000000000/work":               "000000000000",
		"https://queue.example.com/work":                        "",
		"https://queue.example.com/jobs/123456789012":           "",
		"http://%zz": "",
		"arn:aws:lambda:eu-west-1:1234567890ab:function:price":         "",
		"arn:aws:states:eu-west-1:123456789012:execution:ship:a:b:c:d": "123456789012",
		"orders": "",
	} {
		if got := accountOf(text); got != want {
			t.Errorf("accountOf(%q) = %q, want %q", text, got, want)
		}
	}
}
