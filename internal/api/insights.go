package api

import (
	"context"
	"errors"
	"time"

	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

type getInsightInput struct{ InsightId string }

type getInsightOutput struct{ Insight insightShape }

type insightShape struct {
	InsightId          string
	GroupARN           string
	GroupName          string
	RootCauseServiceId serviceID
	Categories         []string
	State              string
	StartTime          *float64
	EndTime            *float64
	eventState
}

// eventState is what an insight and each of its events tell.
type eventState struct {
	Summary                                 string
	ClientRequestImpactStatistics           impactShape
	RootCauseServiceRequestImpactStatistics impactShape
	TopAnomalousServices                    []anomalousService
}

type impactShape struct{ FaultCount, OkCount, TotalCount int64 }

type anomalousService struct{ ServiceId serviceID }

type getInsightEventsInput struct {
	InsightId  string
	MaxResults *int
	NextToken  string
}

type getInsightEventsOutput struct {
	InsightEvents []insightEvent
	NextToken     *string
}

type insightEvent struct {
	EventTime *float64
	eventState
}

type getInsightSummariesInput struct {
	States     []string
	GroupARN   string
	GroupName  string
	StartTime  timestamp
	EndTime    timestamp
	MaxResults *int
	NextToken  string
}

type getInsightSummariesOutput struct {
	InsightSummaries []insightSummary
	NextToken        *string
}

type insightSummary struct {
	insightShape
	LastUpdateTime *float64
}

type getInsightImpactGraphInput struct {
	InsightId string
	StartTime timestamp
	EndTime   timestamp
	NextToken *string
}

type getInsightImpactGraphOutput struct {
	InsightId             string
	StartTime             *float64
	EndTime               *float64
	ServiceGraphStartTime rayapi.EpochSeconds
	ServiceGraphEndTime   rayapi.EpochSeconds
	Services              []impactService
	NextToken             *string
}

type impactService struct {
	ReferenceId int
	Type        *string
	Name        string
	Names       []string
	AccountId   *string
	Edges       []impactEdge
}

type impactEdge struct{ ReferenceId int }

// The states and the one category of insights.
const (
	insightActive = "ACTIVE"
	insightClosed = "CLOSED"
	categoryFault = "FAULT"
)

// The bounds of the model.
const (
	maxInsights      = 100 // on a page
	maxInsightEvents = 50  // on a page
	maxImpactWindow  = 6 * time.Hour
)

func (a *API) getInsight(ctx context.Context, in *getInsightInput) (any, error) {
	i, err := a.insight(ctx, in.InsightId)
	if err != nil {
		return nil, err
	}
	return getInsightOutput{toInsight(i)}, nil
}

// insight is the one with the id.
func (a *API) insight(ctx context.Context, text string) (*insight.Insight, error) {
	if text == "" {
		return nil, invalid("InsightId is missing. Send the one of an insight that GetInsightSummaries answered.")
	}
	id, err := insight.ParseID(text)
	if err != nil {
		return nil, invalid("InsightId %.60q is not a UUID, for example 5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c90.", text)
	}
	i, err := a.Insights.Get(ctx, a.Account, id)
	if errors.Is(err, insight.ErrUnknown) {
		return nil, invalid("Insight not found. Insights are kept for 30 days; GetInsightSummaries lists them.")
	}
	return i, err
}

func toInsight(i *insight.Insight) insightShape {
	s := insightShape{
		InsightId: i.ID, GroupARN: i.GroupARN, GroupName: i.Group, RootCauseServiceId: toServiceID(i.RootCause),
		Categories: []string{categoryFault}, State: insightActive,
		StartTime: seconds(i.Start), EndTime: secondsIf(i.End, !i.Active()), eventState: toEventState(&i.Event, i.RootCause),
	}
	if !i.Active() {
		s.State = insightClosed
	}
	return s
}

// toEventState names the root cause as anomalous if no other service is: Grafana's data source fails when the list is empty.
func toEventState(e *insight.Event, rootCause trace.Service) eventState {
	anomalous := e.Anomalous
	if len(anomalous) == 0 {
		anomalous = []trace.Service{rootCause}
	}
	return eventState{
		Summary: e.Summary, ClientRequestImpactStatistics: toImpact(e.Clients), RootCauseServiceRequestImpactStatistics: toImpact(e.Service),
		TopAnomalousServices: convert(anomalous, func(s trace.Service) anomalousService { return anomalousService{toServiceID(s)} }),
	}
}

func toImpact(i insight.Impact) impactShape { return impactShape{i.Faults, i.OK, i.Total} }

func (a *API) getInsightEvents(ctx context.Context, in *getInsightEventsInput) (any, error) {
	most, err := maxResults(in.MaxResults, maxInsightEvents)
	if err != nil {
		return nil, err
	}
	i, err := a.insight(ctx, in.InsightId)
	if err != nil {
		return nil, err
	}
	events, next, err := a.Insights.Events(ctx, a.Account, i.ID, most, in.NextToken)
	if err != nil {
		return nil, err
	}
	return getInsightEventsOutput{convert(events, func(e insight.Event) insightEvent {
		return insightEvent{seconds(e.Time), toEventState(&e, i.RootCause)}
	}), optional(next)}, nil
}

func (a *API) getInsightSummaries(ctx context.Context, in *getInsightSummariesInput) (any, error) {
	q, err := a.insightQuery(ctx, in)
	if err != nil {
		return nil, err
	}
	list, next, err := a.Insights.List(ctx, *q)
	if err != nil {
		return nil, err
	}
	return getInsightSummariesOutput{convert(list, func(i *insight.Insight) insightSummary {
		return insightSummary{toInsight(i), seconds(i.Time)}
	}), optional(next)}, nil
}

func (a *API) insightQuery(ctx context.Context, in *getInsightSummariesInput) (*insight.Query, error) {
	most, err := maxResults(in.MaxResults, maxInsights)
	if err != nil {
		return nil, err
	}
	q := &insight.Query{Account: a.Account, From: in.StartTime.Time, To: in.EndTime.Time, Max: most, Token: in.NextToken}
	if q.Active, q.Closed, err = insightStates(in.States); err != nil {
		return nil, err
	}
	if err := ordered(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	if err := a.young(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	group, err := a.group(ctx, in.GroupName, in.GroupARN)
	if err != nil {
		return nil, err
	}
	if group == nil {
		return nil, invalid("GroupName and GroupARN are missing. Send one of them, for example GroupName Default.")
	}
	q.GroupARN = group.ARN
	return q, nil
}

// insightStates reads the States to list; all if there is none.
func insightStates(states []string) (active, closed bool, err error) {
	switch {
	case len(states) == 0:
		return true, true, nil
	case len(states) > 1:
		return false, false, invalid("States has %d values, at most 1 is allowed. Leave States out for insights in every state.", len(states))
	case states[0] == insightActive:
		return true, false, nil
	case states[0] == insightClosed:
		return false, true, nil
	}
	return false, false, invalid("States: %.60q is not known. Send %s or %s, or leave States out.", states[0], insightActive, insightClosed)
}

// young refuses times before the oldest insights.
func (a *API) young(from, to timestamp) error {
	oldest := segment.TimeOf(a.Now().Add(-insight.Keep))
	switch {
	case from.Time < oldest:
		return invalid("StartTime is more than 30 days old. Insights are kept for 30 days: send a later time.")
	case to.Time < oldest:
		return invalid("EndTime is more than 30 days old. Insights are kept for 30 days: send a later time.")
	}
	return nil
}

// maxResults is how many items a page may have: what the request says, up to most; most if it says nothing.
func maxResults(n *int, most int) (int, error) {
	if n == nil {
		return most, nil
	}
	if *n < 1 || *n > most {
		return 0, invalid("MaxResults is %d, 1 to %d are allowed.", *n, most)
	}
	return *n, nil
}

// getInsightImpactGraph answers the services that the insight is about and those that call them, without statistics.
func (a *API) getInsightImpactGraph(ctx context.Context, in *getInsightImpactGraphInput) (any, error) {
	if err := noToken(in.NextToken); err != nil {
		return nil, err
	}
	w, err := window(store.ByReceived, in.StartTime, in.EndTime, maxImpactWindow)
	if err != nil {
		return nil, err
	}
	if err := a.young(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	i, err := a.insight(ctx, in.InsightId)
	if err != nil {
		return nil, err
	}
	group, err := a.insightGroup(ctx, i)
	if err != nil {
		return nil, err
	}
	m, err := a.Query.ServiceGraph(ctx, query.GraphQuery{Account: a.Account, From: w.From, To: w.To, Group: group})
	if err != nil {
		return nil, err
	}
	out := getInsightImpactGraphOutput{
		InsightId: i.ID, StartTime: seconds(w.From), EndTime: seconds(w.To), Services: toImpactServices(i.Affected(&m.Map)),
	}
	out.ServiceGraphStartTime, out.ServiceGraphEndTime = bounds(m, w)
	return out, nil
}

// insightGroup is what decides who belongs to the insight's group; nil, which is everything, if the group was deleted or
// cannot be used any more: the insight outlives it.
func (a *API) insightGroup(ctx context.Context, i *insight.Insight) (*rollup.Group, error) {
	g, err := a.members(ctx, "", i.GroupARN)
	var gone *settings.Error
	var unusable *Error
	if errors.As(err, &gone) || errors.As(err, &unusable) {
		return nil, nil
	}
	return g, err
}

// toImpactServices keeps the edges among the given nodes.
func toImpactServices(nodes []*servicemap.Node) []impactService {
	number := make(map[trace.Service]int, len(nodes))
	for i, n := range nodes {
		number[n.Service] = i
	}
	return convert(nodes, func(n *servicemap.Node) impactService {
		s := impactService{
			ReferenceId: number[n.Service], Type: optional(n.Service.Type), Name: n.Service.Name, Names: []string{n.Service.Name},
			AccountId: optional(n.Service.Account), Edges: []impactEdge{},
		}
		for _, to := range n.Targets() {
			if i, ok := number[to]; ok {
				s.Edges = append(s.Edges, impactEdge{i})
			}
		}
		return s
	})
}
