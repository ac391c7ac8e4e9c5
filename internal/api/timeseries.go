package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

type getTimeSeriesInput struct {
	StartTime                timestamp
	EndTime                  timestamp
	GroupName                string
	GroupARN                 string
	EntitySelectorExpression *string
	Period                   *int
	ForecastStatistics       bool
	NextToken                string
}

type getTimeSeriesOutput struct {
	TimeSeriesServiceStatistics []bucketShape
	ContainsOldGroupVersions    bool
	NextToken                   *string
}

type bucketShape struct {
	Timestamp                 *float64
	EdgeSummaryStatistics     *rayapi.Statistics
	ServiceSummaryStatistics  *rayapi.Statistics
	ServiceForecastStatistics *forecast
	ResponseTimeHistogram     []rayapi.HistogramEntry
}

// forecast has no members while there is no model of what is to be expected.
type forecast struct{}

func (a *API) getTimeSeriesServiceStatistics(ctx context.Context, in *getTimeSeriesInput) (any, error) {
	period := 60
	if in.Period != nil {
		period = *in.Period
	}
	if period != 60 && period != 300 {
		return nil, invalid("Time period must be one of [60, 300]")
	}
	sq := query.SeriesQuery{Account: a.Account, Period: segment.Time(period) * segment.Second, Of: query.ClientEdges{}, Token: in.NextToken}
	selector, err := a.selector(in)
	if err != nil {
		return nil, err
	}
	if selector != nil {
		sq.Of, sq.Name, sq.Events = selected{selector, a.Account.String()}, selector.String(), selector.IsEdge()
	}
	if sq.Group, err = a.members(ctx, in.GroupName, in.GroupARN); err != nil {
		return nil, err
	}
	w, err := window(store.ByReceived, in.StartTime, in.EndTime, maxGraphWindow)
	if err != nil {
		return nil, err
	}
	sq.From, sq.To = w.From, w.To
	s, err := a.Query.TimeSeries(ctx, sq)
	if err != nil {
		return nil, err
	}
	return getTimeSeriesOutput{
		TimeSeriesServiceStatistics: convert(s.Buckets, func(b query.Bucket) bucketShape {
			return toBucket(&b, selector == nil || selector.IsEdge(), in.ForecastStatistics)
		}),
		ContainsOldGroupVersions: s.OldVersions, NextToken: optional(s.Token),
	}, nil
}

// selector is the one that the request has; nil if it has none.
func (a *API) selector(in *getTimeSeriesInput) (*filter.Selector, error) {
	var s *filter.Selector
	if in.EntitySelectorExpression != nil {
		var err error
		if s, err = filter.ParseSelector(*in.EntitySelectorExpression); err != nil {
			return nil, invalid("EntitySelectorExpression %.100q is not valid: %v. Send for example service(\"web\") or edge(\"web\", \"api\").", *in.EntitySelectorExpression, err)
		}
	}
	if in.ForecastStatistics && (s == nil || !s.ByID()) {
		return nil, invalid("ForecastStatistics is true, which needs an EntitySelectorExpression with id(...), for example service(id(name: \"web\", type: \"AWS::EC2::Instance\")).")
	}
	return s, nil
}

// selected wants the node or the edge that a selector means.
type selected struct {
	*filter.Selector
	own string // account that nodes leave out
}

func (s selected) Node(n trace.Service) bool        { return s.Selector.Node(n, s.own) }
func (s selected) Edge(from, to trace.Service) bool { return s.Selector.Edge(from, to, s.own) }

func toBucket(b *query.Bucket, edge, forecasts bool) bucketShape {
	s := bucketShape{Timestamp: seconds(b.End), ResponseTimeHistogram: toHistogram(&b.ResponseTimes)}
	if edge {
		s.EdgeSummaryStatistics = toStatistics(&b.Stats)
	} else {
		s.ServiceSummaryStatistics = toStatistics(&b.Stats)
	}
	if forecasts {
		s.ServiceForecastStatistics = new(forecast)
	}
	return s
}
