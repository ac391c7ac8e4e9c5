package xrayclient

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
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
