package lambda_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/lambda"
	"github.com/rayscope/rayscope/xray/xraytest"
)

// message is one that was sent with a trace header.
func message(header string) events.SQSMessage {
	return events.SQSMessage{Attributes: map[string]string{"AWSTraceHeader": header}}
}

func TestIsSampled(t *testing.T) {
	for _, tt := range []struct {
		header string
		want   bool
	}{
		{"Root=1-632bb806-bd862e3fe1be46a994272793;Sampled=1", true},
		{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", true},
		{"Sampled=1", true},
		{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8; Sampled=1;Lineage=a87bd80c:1", true},
		{"Root=1-632bb806-bd862e3fe1be46a994272793", false},
		{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0", false},
		{"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=?", false},
		{"Root=1-5759e988-bd862e3fe1be46a994272793;Note=Sampled=1", false},
		{"", false},
	} {
		if got := lambda.IsSampled(message(tt.header)); got != tt.want {
			t.Errorf("IsSampled of header %q is %v, want %v", tt.header, got, tt.want)
		}
	}
	if lambda.IsSampled(events.SQSMessage{}) {
		t.Error("IsSampled of a message without attributes is true, want false")
	}
}

func TestLinkSenders(t *testing.T) {
	rec := xraytest.New(t)
	ctx, seg := xray.BeginSegment(rec.Context(), "function")
	err := lambda.LinkSenders(ctx,
		message("Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=1"),
		message("Root=1-66f1c0de-0123456789abcdef01234568;Parent=0a1b2c3d4e5f6072;Sampled=0"),
		events.SQSMessage{},
		message("Root=1-66f1c0de-0123456789abcdef01234569;Sampled=1"))
	if err != nil {
		t.Errorf("LinkSenders: %v", err)
	}
	want := "[{1-66f1c0de-0123456789abcdef01234567 0a1b2c3d4e5f6071 map[aws.xray.reserved.reference_type:parent reference_type:parent]}" +
		" {1-66f1c0de-0123456789abcdef01234569  map[aws.xray.reserved.reference_type:parent reference_type:parent]}]"
	if got := fmt.Sprint(seg.Links); got != want {
		t.Errorf("the links are\n%s, want\n%s", got, want)
	}
	if err := lambda.LinkSenders(ctx, message("Root=nonsense;Sampled=1")); err == nil {
		t.Error("LinkSenders of a header without a trace id has no error")
	}
	seg.Close(nil)
}

func TestLinkSendersWithoutSegment(t *testing.T) {
	if err := lambda.LinkSenders(t.Context()); !errors.Is(err, xray.ErrRetrieveSegment) {
		t.Errorf("the error without a segment is %v, want %v", err, xray.ErrRetrieveSegment)
	}
}
