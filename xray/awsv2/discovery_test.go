package awsv2_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/xraytest"
)

// redirected sends every request to one service, whatever its host.
type redirected struct{ to string }

func (d redirected) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := url.Parse(d.to)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = u.Scheme, u.Host
	return http.DefaultTransport.RoundTrip(r)
}

// TestEndpointDiscovery holds that a call within a call, with which a client asks where its service is, hangs below it.
func TestEndpointDiscovery(t *testing.T) {
	rec, s := xraytest.New(t), serve(t)
	cfg := s.config()
	cfg.BaseEndpoint = nil
	cfg.HTTPClient = &http.Client{Transport: redirected{s.url}}
	client := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.EndpointDiscovery.EnableEndpointDiscovery = aws.EndpointDiscoveryEnabled
	})
	ctx, seg := xray.BeginSegment(rec.Context(), "program")
	_, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("orders"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "7"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	seg.Close(nil)
	program := rec.Segment("program")
	program.WantTree(`
		program
			DynamoDB
				DynamoDB`)
	call := program.Subsegments[0]
	if got := call.Subsegments[0].AWS["operation"]; call.AWS["operation"] != "GetItem" || got != "DescribeEndpoints" {
		t.Errorf("the calls are %v and within it %v, want GetItem and DescribeEndpoints", call.AWS["operation"], got)
	}
}
