package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
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
	StartTime                rayapi.EpochSeconds
	EndTime                  rayapi.EpochSeconds
	Services                 []rayapi.Service
	ContainsOldGroupVersions bool
	NextToken                *string
}

type getTraceGraphInput struct {
	TraceIds  []string
	NextToken *string
}

type getTraceGraphOutput struct {
	Services  []rayapi.Service
	NextToken *string
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
	a.warnDropped(m)
	out := getServiceGraphOutput{Services: toServices(&m.Map, withTimes), ContainsOldGroupVersions: m.OldVersions}
	out.StartTime, out.EndTime = bounds(m, w)
	return out, nil
}

// warnDropped says that the map is not all there is.
func (a *API) warnDropped(g *query.Graph) {
	if g.Dropped > 0 {
		a.Log.Warn("the service map has too many nodes, some are left out", "nodes", servicemap.MaxNodes, "dropped_observations", g.Dropped)
	}
}

// bounds are the first and the last second in which a trace of the map began; those of the window if it has none.
func bounds(g *query.Graph, w store.Window) (from, to rayapi.EpochSeconds) {
	if s := g.Span(); s != (servicemap.Span{}) {
		return rayapi.EpochSeconds(s.First), rayapi.EpochSeconds(s.Last)
	}
	return rayapi.EpochSeconds(w.From.Seconds()), rayapi.EpochSeconds(w.To.Seconds())
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

func toServices(m *servicemap.Map, times bool) []rayapi.Service {
	nodes := m.Sorted()
	number := make(map[trace.Service]int, len(nodes))
	for i, n := range nodes {
		number[n.Service] = i
	}
	list := make([]rayapi.Service, len(nodes))
	for i, n := range nodes {
		list[i] = toService(n, number, times)
	}
	return list
}

func toService(n *servicemap.Node, number map[trace.Service]int, times bool) rayapi.Service {
	s := rayapi.Service{
		ReferenceId: number[n.Service], Name: n.Service.Name, Names: []string{n.Service.Name},
		AccountId: optional(n.Service.Account), Type: optional(n.Service.Type), State: states[n.State],
		Edges: []rayapi.Edge{},
	}
	if n.Root {
		s.Root = &n.Root
	}
	if times {
		s.StartTime, s.EndTime = second(n.Span.First), second(n.Span.Last+1)
	}
	if n.Service.Type != trace.TypeClient {
		s.SummaryStatistics = toStatistics(&n.Stats)
		s.DurationHistogram, s.ResponseTimeHistogram = toHistogram(&n.Durations), toHistogram(&n.ResponseTimes)
	}
	for _, to := range n.Targets() {
		e := n.Edges[to]
		shape := rayapi.Edge{
			ReferenceId: number[to], StartTime: s.StartTime, EndTime: s.EndTime,
			SummaryStatistics: toStatistics(&e.Stats), ResponseTimeHistogram: toHistogram(&e.ResponseTimes),
			Aliases:                   convert(e.Aliases, func(a string) rayapi.Alias { return rayapi.Alias{Name: a, Names: []string{a}, Type: trace.TypeRemote} }),
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

func toStatistics(s *servicemap.Stats) *rayapi.Statistics {
	out := &rayapi.Statistics{OkCount: s.OK, TotalCount: s.Total(), TotalResponseTime: rayapi.Seconds(s.Time.Seconds())}
	out.ErrorStatistics.ThrottleCount, out.ErrorStatistics.OtherCount = s.Throttle, s.Error
	out.ErrorStatistics.TotalCount = s.Throttle + s.Error
	out.FaultStatistics.OtherCount, out.FaultStatistics.TotalCount = s.Fault, s.Fault
	return out
}

func toHistogram(h *servicemap.Histogram) []rayapi.HistogramEntry {
	return convert(h.Bins(), func(b servicemap.Bin) rayapi.HistogramEntry {
		return rayapi.HistogramEntry{Value: rayapi.Seconds(b.Millis) / 1000, Count: b.Count}
	})
}

func second(n int64) *rayapi.EpochSeconds {
	e := rayapi.EpochSeconds(n)
	return &e
}

// matchingGraph is GetServiceGraph for the traces that match an expression.
func (a *API) matchingGraph(ctx context.Context, in *rayapi.GraphRequest) (any, error) {
	w, err := window(store.ByReceived, in.StartTime, in.EndTime, maxGraphWindow)
	if err != nil {
		return nil, err
	}
	gq := query.GraphQuery{Account: a.Account, From: w.From, To: w.To}
	if gq.Group, err = a.members(ctx, in.GroupName, in.GroupARN); err != nil {
		return nil, err
	}
	var groups []filter.GroupRef
	if gq.Filter, err = readFilter("FilterExpression", in.FilterExpression, &groups); err != nil {
		return nil, err
	}
	if gq.Env, err = a.Settings.Env(ctx, a.Account, groups...); err != nil {
		return nil, err
	}
	got, err := a.Query.MatchingGraph(ctx, gq)
	if err != nil {
		return nil, err
	}
	a.warnDropped(&got.Graph)
	out := rayapi.GraphResponse{
		Services: toServices(&got.Map, withTimes), TracesSeen: got.Seen, TracesMatched: got.Matched, Exact: got.Exact,
		ReachedTime: rayapi.EpochSeconds(got.Reached.Seconds()), ContainsOldGroupVersions: got.OldVersions,
	}
	out.StartTime, out.EndTime = bounds(&got.Graph, w)
	if !got.Exact {
		why := "The time for one map was over before all traces were looked at. Ask for a shorter time range, or narrow it by a filter expression."
		out.StoppedBecause = &why
	}
	return out, nil
}
