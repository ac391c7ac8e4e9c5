package xrayclient

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

// maxSummaryWindow is the longest time range of one GetTraceSummaries.
const maxSummaryWindow = 24 * time.Hour

// A Query asks for the traces of a time range, which may be of any length.
type Query struct {
	From, To time.Time // half open: To does not belong to it
	Axis     types.TimeRangeType
	Filter   string                // empty: all
	OnPage   func(processed int64) // called after each page with the number of traces it looked at; may be nil
}

// A Summary is one answered trace.
type Summary struct {
	types.TraceSummary
	JSON json.RawMessage // as it was answered
}

// Summaries yields the traces newest first, page by page as they are asked for. After an error the sequence ends.
//
// A range longer than the service allows becomes several, one after the other. They are half open and the service takes
// times in milliseconds, so a trace is in exactly one of them; on the axes Event and Service a trace with several
// instants may be in several.
func (c *Client) Summaries(ctx context.Context, q Query) iter.Seq2[Summary, error] {
	return func(yield func(Summary, error) bool) {
		from, to := q.From.Truncate(time.Millisecond), ceil(q.To)
		for ; to.After(from); to = to.Add(-maxSummaryWindow) {
			start := to.Add(-maxSummaryWindow)
			if start.Before(from) {
				start = from
			}
			if !c.window(ctx, q, start, to, yield) {
				return
			}
		}
	}
}

// ceil is t, or the next whole millisecond.
func ceil(t time.Time) time.Time { return t.Add(time.Millisecond - 1).Truncate(time.Millisecond) }

// window yields the traces of one range; false ends the sequence.
func (c *Client) window(ctx context.Context, q Query, from, to time.Time, yield func(Summary, error) bool) bool {
	in := &xray.GetTraceSummariesInput{StartTime: &from, EndTime: &to, TimeRangeType: q.Axis}
	if q.Filter != "" {
		in.FilterExpression = &q.Filter
	}
	for {
		var body []byte
		out, err := c.api.GetTraceSummaries(ctx, in, keepBody(&body))
		if err != nil {
			yield(Summary{}, c.explain(err))
			return false
		}
		c.note(out.ResultMetadata)
		list, err := pair(out.TraceSummaries, body)
		if err != nil {
			yield(Summary{}, err)
			return false
		}
		if q.OnPage != nil {
			q.OnPage(aws.ToInt64(out.TracesProcessedCount))
		}
		for _, s := range list {
			if !yield(s, nil) {
				return false
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return true
		}
		if aws.ToString(out.NextToken) == aws.ToString(in.NextToken) {
			yield(Summary{}, fmt.Errorf("GetTraceSummaries of %s answered the same NextToken twice: the list would never end", c.endpoint))
			return false
		}
		in.NextToken = out.NextToken
	}
}

// pair puts each summary beside the JSON it was read from.
func pair(list []types.TraceSummary, body []byte) ([]Summary, error) {
	var raw struct{ TraceSummaries []json.RawMessage }
	if err := unpack(body, &raw, func() bool { return len(raw.TraceSummaries) == len(list) }); err != nil {
		return nil, err
	}
	out := make([]Summary, len(list))
	for i := range list {
		out[i] = Summary{list[i], raw.TraceSummaries[i]}
	}
	return out, nil
}
