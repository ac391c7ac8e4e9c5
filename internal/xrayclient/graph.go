package xrayclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// MaxGraphWindow is the longest time range of a service graph that Rayscope answers. AWS answers 6 hours and says so.
const MaxGraphWindow = 24 * time.Hour

// A Service is one answered node of a service graph.
type Service struct {
	types.Service
	JSON json.RawMessage // as it was answered
}

// ServiceGraph is the map of what was received from from until to, of the group if one is named.
func (c *Client) ServiceGraph(ctx context.Context, from, to time.Time, group string) ([]Service, error) {
	from, to = from.Truncate(time.Millisecond), ceil(to)
	in := &xray.GetServiceGraphInput{StartTime: &from, EndTime: &to}
	if group != "" {
		in.GroupName = &group
	}
	var list []Service
	for {
		var body []byte
		out, err := c.api.GetServiceGraph(ctx, in, keepBody(&body))
		if err != nil {
			return nil, c.explain(err)
		}
		var raw struct{ Services []json.RawMessage }
		if err := unpack(body, &raw, func() bool { return len(raw.Services) == len(out.Services) }); err != nil {
			return nil, err
		}
		for i, s := range out.Services {
			list = append(list, Service{s, raw.Services[i]})
		}
		if aws.ToString(out.NextToken) == "" {
			return list, nil
		}
		if aws.ToString(out.NextToken) == aws.ToString(in.NextToken) {
			return nil, fmt.Errorf("GetServiceGraph of %s answered the same NextToken twice: the list would never end", c.endpoint)
		}
		in.NextToken = out.NextToken
	}
}

// MatchingGraph is the map of the traces that match an expression, and what else a Rayscope says of it; X-Ray of AWS has no
// such operation.
func (c *Client) MatchingGraph(ctx context.Context, in *rayapi.GraphRequest) ([]Service, *rayapi.GraphResponse, error) {
	if c.IsAWS() {
		return nil, nil, errOnlyRayscope
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, nil, fmt.Errorf("write request: %w", err)
	}
	var body []byte
	var never time.Time
	// The answer has the services of the call that carries it, so the client reads them.
	out, err := c.api.GetServiceGraph(ctx, &xray.GetServiceGraphInput{StartTime: &never, EndTime: &never}, instead(http.MethodPost, rayapi.GraphPath, text), keepBody(&body))
	if err != nil {
		return nil, nil, c.explain(err)
	}
	var raw struct{ Services []json.RawMessage }
	if err := unpack(body, &raw, func() bool { return len(raw.Services) == len(out.Services) }); err != nil {
		return nil, nil, err
	}
	answer := new(rayapi.GraphResponse)
	if err := json.Unmarshal(body, answer); err != nil {
		return nil, nil, fmt.Errorf("read answer: %w", err)
	}
	list := make([]Service, len(out.Services))
	for i, s := range out.Services {
		list[i] = Service{s, raw.Services[i]}
	}
	return list, answer, nil
}
