package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

func (a *API) analyze(ctx context.Context, in *rayapi.AnalyzeRequest) (any, error) {
	aq, err := a.analyzeQuery(ctx, in)
	if err != nil {
		return nil, err
	}
	got, err := a.Query.Analyze(ctx, *aq)
	if err != nil {
		return nil, err
	}
	out := got.Result()
	out.TracesSeen, out.Exact, out.ReachedTime = int64(got.Seen), got.Exact, rayapi.EpochSeconds(got.Reached.Seconds())
	if !got.Exact {
		why := "The time for one analysis was over before all traces were looked at. Ask for a shorter time range, or narrow it by a filter expression."
		out.StoppedBecause = &why
	}
	return out, nil
}

// analyzeQuery checks the request.
func (a *API) analyzeQuery(ctx context.Context, in *rayapi.AnalyzeRequest) (*query.AnalyzeQuery, error) {
	w, err := windowOf(in.TimeRangeType, in.StartTime, in.EndTime)
	if err != nil {
		return nil, err
	}
	aq := &query.AnalyzeQuery{Account: a.Account, Window: w}
	if aq.Group, err = a.members(ctx, in.GroupName, in.GroupARN); err != nil {
		return nil, err
	}
	var groups []filter.GroupRef
	if aq.Filter, err = readFilter("FilterExpression", in.FilterExpression, &groups); err != nil {
		return nil, err
	}
	if aq.A, err = choice(in.Selection, &groups); err != nil {
		return nil, err
	}
	if in.Compare != "" {
		if in.Selection == nil {
			return nil, invalid("Compare is given without a Selection. Send the expression of the one set as Selection.FilterExpression, that of the other as Compare.")
		}
		aq.B = new(query.Choice)
		if aq.B.Filter, err = readFilter("Compare", in.Compare, &groups); err != nil {
			return nil, err
		}
	}
	if aq.Plan, err = (analysis.Plan{From: w.From, To: w.To, Split: in.Selection != nil, Views: in.Views}).Complete(); err != nil {
		return nil, invalid("%v.", err)
	}
	aq.Env, err = a.Settings.Env(ctx, a.Account, groups...)
	return aq, err
}

// readFilter reads the expression of a member and notes the groups that it names; it is nil if there is none.
func readFilter(member, expression string, groups *[]filter.GroupRef) (*filter.Expression, error) {
	if expression == "" {
		return nil, nil
	}
	x, err := filter.Parse(expression)
	if err != nil {
		return nil, invalid("%s is invalid: %v", member, err)
	}
	*groups = append(*groups, x.Groups()...)
	return x, nil
}

// choice reads a selection; it is nil if there is none.
func choice(s *rayapi.Selection, groups *[]filter.GroupRef) (c *query.Choice, err error) {
	if s == nil {
		return nil, nil
	}
	if *s == (rayapi.Selection{}) {
		return nil, invalid("Selection has no member. Send FilterExpression, StartTime, EndTime, MinResponseTime or MaxResponseTime in it, or leave it out.")
	}
	c = &query.Choice{From: moment(s.StartTime), To: moment(s.EndTime)}
	if c.From != nil && c.To != nil && *c.To < *c.From {
		return nil, invalid("Selection.EndTime is earlier than Selection.StartTime. Send the earlier one as StartTime.")
	}
	if c.Min, err = length("MinResponseTime", s.MinResponseTime); err != nil {
		return nil, err
	}
	if c.Max, err = length("MaxResponseTime", s.MaxResponseTime); err != nil {
		return nil, err
	}
	if c.Min != nil && c.Max != nil && *c.Max < *c.Min {
		return nil, invalid("Selection.MaxResponseTime is %v, less than Selection.MinResponseTime, %v. Send the smaller one as MinResponseTime.", *s.MaxResponseTime, *s.MinResponseTime)
	}
	c.Filter, err = readFilter("Selection.FilterExpression", s.FilterExpression, groups)
	return c, err
}

// moment is nil if the time is not given.
func moment(t *rayapi.Timestamp) *segment.Time {
	if t == nil || !t.Set {
		return nil
	}
	return &t.Time
}

// maxResponseTime is a year in seconds: whoever asks for more has not meant seconds.
const maxResponseTime = 366 * 86400

func length(member string, s *rayapi.Seconds) (*segment.Time, error) {
	if s == nil {
		return nil, nil
	}
	if !(*s >= 0 && *s <= maxResponseTime) {
		return nil, invalid("Selection.%s is %v, it must be from 0 to %d seconds.", member, *s, maxResponseTime)
	}
	t := segment.Time(*s*1e6 + .5)
	return &t, nil
}
