package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

type getServiceGraphInput struct {
	StartTime timestamp
	EndTime   timestamp
	GroupName string
	GroupARN  string
	NextToken *string
}

type getServiceGraphOutput struct {
	StartTime                *float64
	EndTime                  *float64
	Services                 []serviceShape
	ContainsOldGroupVersions bool
	NextToken                *string
}

type getTraceGraphInput struct {
	TraceIds  []string
	NextToken *string
}

type getTraceGraphOutput struct {
	Services  []serviceShape
	NextToken *string
}

type serviceShape struct {
	ReferenceId           int
	Name                  string
	Names                 []string
	Root                  *bool
	AccountId             *string
	Type                  *string
	State                 string
	StartTime             *float64
	EndTime               *float64
	Edges                 []edgeShape
	SummaryStatistics     *statistics
	DurationHistogram     []histogramEntry
	ResponseTimeHistogram []histogramEntry
}

type edgeShape struct {
	ReferenceId               int
	StartTime                 *float64
	EndTime                   *float64
	SummaryStatistics         *statistics
	ResponseTimeHistogram     []histogramEntry
	Aliases                   []aliasShape
	EdgeType                  *string
	ReceivedEventAgeHistogram []histogramEntry
}

type aliasShape struct {
	Name  string
	Names []string
	Type  string
}

type statistics struct {
	OkCount         int64
	ErrorStatistics struct{ ThrottleCount, OtherCount, TotalCount int64 }
	FaultStatistics struct{ OtherCount, TotalCount int64 }

	TotalCount        int64
	TotalResponseTime float64
}

type histogramEntry struct {
	Value float64
	Count int64
}

func (a *API) getServiceGraph(ctx context.Context, in *getServiceGraphInput) (any, error) {
	if err := noToken(in.NextToken); err != nil {
		return nil, err
	}
	g, err := a.members(ctx, in.GroupName, in.GroupARN)
	if err != nil {
		return nil, err
	}
	w, err := window(store.ByReceived, in.StartTime, in.EndTime, maxGraphWindow)
	if err != nil {
		return nil, err
	}
	m, err := a.Query.ServiceGraph(ctx, query.GraphQuery{Account: a.Account, From: w.From, To: w.To, Group: g})
	if err != nil {
		return nil, err
	}
	if m.Dropped > 0 {
		a.Log.Warn("the service map has too many nodes, some are left out", "nodes", servicemap.MaxNodes, "dropped_observations", m.Dropped)
	}
	out := getServiceGraphOutput{StartTime: seconds(w.From), EndTime: seconds(w.To), Services: toServices(&m.Map, withTimes),
		ContainsOldGroupVersions: m.OldVersions}
	if s := m.Span(); s != (servicemap.Span{}) {
		out.StartTime, out.EndTime = float(s.First), float(s.Last)
	}
	return out, nil
}

// group is the one that a request asks for by name or by ARN; nil, which is everything, if it asks for none.
func (a *API) group(ctx context.Context, name, arn string) (*settings.Group, error) {
	switch {
	case name != "" && arn != "":
		return nil, invalid("GroupName and GroupARN are both given. Send one of them.")
	case name == "" && arn == "":
		return nil, nil
	}
	g, err := a.Settings.Group(ctx, a.Account, name, arn)
	if err != nil {
		return nil, err
	}
	if g.Problem != nil {
		return nil, invalid("The group cannot be used, %v. Update its FilterExpression.", g.Problem)
	}
	return g, nil
}

// members is what decides who belongs to that group; nil if everything does.
func (a *API) members(ctx context.Context, name, arn string) (*rollup.Group, error) {
	g, err := a.group(ctx, name, arn)
	if g == nil || err != nil {
		return nil, err
	}
	env, err := a.Settings.Env(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return rollup.NewGroup(g, env), nil
}

func (a *API) getTraceGraph(ctx context.Context, in *getTraceGraphInput) (any, error) {
	if err := noToken(in.NextToken); err != nil {
		return nil, err
	}
	switch {
	case len(in.TraceIds) == 0:
		return nil, invalid("Zero trace ids provided")
	case len(in.TraceIds) > 1:
		return nil, invalid("Currently only one trace Id is supported")
	}
	list, err := ids(in.TraceIds)
	if err != nil {
		return nil, err
	}
	m, err := a.Query.TraceGraph(ctx, a.Account, list[0])
	if err != nil {
		return nil, err
	}
	return getTraceGraphOutput{Services: toServices(m, withoutTimes)}, nil
}

// Whether nodes and edges say when they were seen: in service graphs they do, in trace graphs the members are null.
const (
	withTimes    = true
	withoutTimes = false
)

func toServices(m *servicemap.Map, times bool) []serviceShape {
	nodes := m.Sorted()
	number := make(map[trace.Service]int, len(nodes))
	for i, n := range nodes {
		number[n.Service] = i
	}
	list := make([]serviceShape, len(nodes))
	for i, n := range nodes {
		list[i] = toService(n, number, times)
	}
	return list
}

func toService(n *servicemap.Node, number map[trace.Service]int, times bool) serviceShape {
	s := serviceShape{
		ReferenceId: number[n.Service], Name: n.Service.Name, Names: []string{n.Service.Name},
		AccountId: optional(n.Service.Account), Type: optional(n.Service.Type), State: states[n.State],
		Edges: []edgeShape{},
	}
	if n.Root {
		s.Root = &n.Root
	}
	if times {
		s.StartTime, s.EndTime = float(n.Span.First), float(n.Span.Last+1)
	}
	if n.Service.Type != trace.TypeClient {
		s.SummaryStatistics = toStatistics(&n.Stats)
		s.DurationHistogram, s.ResponseTimeHistogram = toHistogram(&n.Durations), toHistogram(&n.ResponseTimes)
	}
	for _, to := range n.Targets() {
		e := n.Edges[to]
		shape := edgeShape{
			ReferenceId: number[to], StartTime: s.StartTime, EndTime: s.EndTime,
			SummaryStatistics: toStatistics(&e.Stats), ResponseTimeHistogram: toHistogram(&e.ResponseTimes),
			Aliases:                   convert(e.Aliases, func(a string) aliasShape { return aliasShape{a, []string{a}, trace.TypeRemote} }),
			ReceivedEventAgeHistogram: toHistogram(&e.Ages),
		}
		if e.Link {
			shape.EdgeType = optional("link")
		}
		s.Edges = append(s.Edges, shape)
	}
	return s
}

var states = map[servicemap.State]string{servicemap.Unknown: "unknown", servicemap.Passive: "passive", servicemap.Active: "active"}

func toStatistics(s *servicemap.Stats) *statistics {
	out := &statistics{OkCount: s.OK, TotalCount: s.Total(), TotalResponseTime: s.Time.Seconds()}
	out.ErrorStatistics.ThrottleCount, out.ErrorStatistics.OtherCount = s.Throttle, s.Error
	out.ErrorStatistics.TotalCount = s.Throttle + s.Error
	out.FaultStatistics.OtherCount, out.FaultStatistics.TotalCount = s.Fault, s.Fault
	return out
}

func toHistogram(h *servicemap.Histogram) []histogramEntry {
	return convert(h.Bins(), func(b servicemap.Bin) histogramEntry {
		return histogramEntry{float64(b.Millis) / 1000, b.Count}
	})
}

func float(n int64) *float64 {
	f := float64(n)
	return &f
}
