package api

import (
	"cmp"
	"context"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

type getTraceSummariesInput struct {
	StartTime        timestamp
	EndTime          timestamp
	TimeRangeType    string
	Sampling         bool
	SamplingStrategy *samplingStrategy
	FilterExpression string
	NextToken        string
}

type samplingStrategy struct {
	Name  string
	Value *float64
}

type getTraceSummariesOutput struct {
	TraceSummaries       []traceSummary
	ApproximateTime      *float64
	TracesProcessedCount int64
	NextToken            *string
}

type traceSummary struct {
	Id                     string
	StartTime              *float64
	Duration               *float64
	ResponseTime           *float64
	HasFault               bool
	HasError               bool
	HasThrottle            bool
	IsPartial              bool
	Http                   httpShape
	Annotations            map[string][]valueWithServiceIDs
	Users                  []traceUser
	ServiceIds             []serviceID
	ResourceARNs           []arnDetail
	InstanceIds            []idDetail
	AvailabilityZones      []nameDetail
	EntryPoint             *serviceID
	FaultRootCauses        []rootCause[failureEntity]
	ErrorRootCauses        []rootCause[failureEntity]
	ResponseTimeRootCauses []rootCause[timeEntity]
	Revision               int
	MatchedEventTime       *float64
}

type valueWithServiceIDs struct {
	AnnotationValue annotationValue
	ServiceIds      []serviceID // null in summaries, as the service answers
}

type annotationValue struct {
	NumberValue  *float64
	BooleanValue *bool
	StringValue  *string
}

type traceUser struct {
	UserName   string
	ServiceIds []serviceID
}

type (
	arnDetail  struct{ ARN string }
	idDetail   struct{ Id string }
	nameDetail struct{ Name string }
)

// axes are the values of TimeRangeType.
var axes = map[string]store.Axis{"": store.ByStart, "TraceId": store.ByStart, "Event": store.ByReceived, "Service": store.ByEnd}

// windowOf checks the time range of a question about traces, and its TimeRangeType.
func windowOf(timeRangeType string, from, to timestamp) (store.Window, error) {
	axis, ok := axes[timeRangeType]
	if !ok {
		return store.Window{}, invalid("TimeRangeType %.40q is not known. Use TraceId, Event or Service.", timeRangeType)
	}
	return window(axis, from, to, maxSummaryWindow)
}

func (a *API) getTraceSummaries(ctx context.Context, in *getTraceSummariesInput) (any, error) {
	w, err := windowOf(in.TimeRangeType, in.StartTime, in.EndTime)
	if err != nil {
		return nil, err
	}
	sq := query.SummaryQuery{Account: a.Account, Window: w, Token: in.NextToken}
	if sq.Share, err = in.share(); err != nil {
		return nil, err
	}
	if in.FilterExpression != "" {
		if sq.Filter, err = filter.Parse(in.FilterExpression); err != nil {
			return nil, invalid("FilterExpression is invalid: %v", err)
		}
		if sq.Env, err = a.Settings.Env(ctx, a.Account, sq.Filter.Groups()...); err != nil {
			return nil, err
		}
	}
	p, err := a.Query.Summaries(ctx, sq)
	if err != nil {
		return nil, err
	}
	out := getTraceSummariesOutput{
		TraceSummaries:       make([]traceSummary, len(p.Summaries)),
		ApproximateTime:      seconds(p.Reached),
		TracesProcessedCount: int64(p.Seen),
		NextToken:            optional(p.Token),
	}
	for i := range p.Summaries {
		out.TraceSummaries[i] = toSummary(&p.Summaries[i], w.Axis)
	}
	return out, nil
}

// share is the share of the traces that FixedRate asks for; nil for all. PartialScan allows to leave traces out too, as the
// service likes: this server answers all.
func (in *getTraceSummariesInput) share() (*float64, error) {
	s := in.SamplingStrategy
	if !in.Sampling || s == nil {
		return nil, nil
	}
	switch s.Name {
	case "", "PartialScan":
		return nil, nil
	case "FixedRate":
	default:
		return nil, invalid("SamplingStrategy.Name %.40q is not known. Use PartialScan or FixedRate.", s.Name)
	}
	if s.Value == nil || *s.Value < 0 || *s.Value > 1 {
		return nil, invalid("sampling rate must be specified and its value must be between [0, 1]")
	}
	if in.TimeRangeType != "Event" {
		return nil, invalid("Cannot use FixedRate with input time range type: %s", cmp.Or(in.TimeRangeType, "TraceId"))
	}
	return s.Value, nil
}

func toSummary(m *query.Match, axis store.Axis) traceSummary {
	s := traceSummary{
		Id: m.ID.String(), StartTime: seconds(m.Start), Duration: secondsIf(m.Duration, m.HasDuration),
		ResponseTime: secondsIf(m.ResponseTime, m.HasResponse),
		HasFault:     m.Fault, HasError: m.Error, HasThrottle: m.Throttle, IsPartial: m.Partial,
		Http: toHTTP(m.HTTP), Revision: m.Revision, MatchedEventTime: secondsIf(m.At, axis != store.ByStart),
		Annotations: make(map[string][]valueWithServiceIDs, len(m.Annotations)),
		Users:       convert(m.Users, func(u string) traceUser { return traceUser{UserName: u} }),
		ServiceIds:  convert(m.Services, toServiceID),

		ResourceARNs:      convert(m.Resources, func(s string) arnDetail { return arnDetail{s} }),
		InstanceIds:       convert(m.Instances, func(s string) idDetail { return idDetail{s} }),
		AvailabilityZones: convert(m.Zones, func(s string) nameDetail { return nameDetail{s} }),

		FaultRootCauses:        toRootCauses(m.FaultCauses, toFailureEntity),
		ErrorRootCauses:        toRootCauses(m.ErrorCauses, toFailureEntity),
		ResponseTimeRootCauses: toRootCauses(m.ResponseTimeCauses, toTimeEntity),
	}
	if m.EntryPoint != nil {
		e := toServiceID(*m.EntryPoint)
		s.EntryPoint = &e
	}
	for _, v := range m.Annotations {
		s.Annotations[v.Key] = convert(v.Values, toAnnotation)
	}
	return s
}

func toAnnotation(a segment.Annotation) valueWithServiceIDs {
	switch a.Kind {
	case segment.NumberValue:
		return valueWithServiceIDs{AnnotationValue: annotationValue{NumberValue: &a.Number}}
	case segment.BoolValue:
		return valueWithServiceIDs{AnnotationValue: annotationValue{BooleanValue: &a.Bool}}
	}
	return valueWithServiceIDs{AnnotationValue: annotationValue{StringValue: &a.String}}
}

// convert maps a list; the result is never nil, so that it is written as [].
func convert[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
