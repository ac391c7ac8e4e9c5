package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// A world is what a scenario has come to know: values of earlier answers by name.
type world struct {
	now     time.Time
	trace   string
	linking string // a trace with a link to the former
	known   map[string]string
}

func newWorld() *world {
	now := time.Now().Add(-2 * time.Minute)
	return &world{now: now, trace: harness.NewTraceID(now), linking: harness.NewTraceID(now), known: map[string]string{}}
}

// window is a time range that holds all that the scenario stores.
func (w *world) window(more harness.Args) harness.Args {
	args := harness.Args{"StartTime": harness.At(w.now.Add(-10 * time.Minute)), "EndTime": harness.At(time.Now().Add(10 * time.Minute))}
	for name, value := range more {
		args[name] = value
	}
	return args
}

// A step is one call of a scenario, which must succeed.
type step struct {
	op   string
	args func(w *world) harness.Args
	has  []string          // paths in the answer that must have a value
	keep map[string]string // paths in the answer by the names to know them by
	wait bool              // call again until the answer has what it must have
	more bool              // one more call of an operation that another step calls: not for clients that take a second a call
}

// fixed are arguments that do not depend on anything.
func fixed(args harness.Args) func(*world) harness.Args {
	return func(*world) harness.Args { return args }
}

// with are arguments in which known values are filled in: each is NAME=the known value's name.
func with(args harness.Args, known ...string) func(*world) harness.Args {
	return func(w *world) harness.Args {
		filled := harness.Args{}
		for name, value := range args {
			filled[name] = value
		}
		for _, k := range known {
			name, of, _ := strings.Cut(k, "=")
			filled[name] = w.known[of]
		}
		return filled
	}
}

func inWindow(more harness.Args) func(*world) harness.Args {
	return func(w *world) harness.Args { return w.window(more) }
}

// aKey is any key id: the server keeps and reports it.
const aKey = "arn:aws:kms:eu-central-1:111122223333:key/0d4f3b52-7c1e-4a59-9f0e-3c2b1a998877"

// aPolicy lets a service write segments.
const aPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"xray:PutTraceSegments","Resource":"*"}]}`

// insightID is that of the newest insight among those that the program insights has made.
func insightID(insights int) string { return fmt.Sprintf("5b0f6c1e-8a2d-4c37-9e51-%012x", insights-1) }

// everything calls each operation at least once, in an order in which all of them succeed.
var everything = []step{
	{op: "PutEncryptionConfig", args: fixed(harness.Args{"Type": "KMS", "KeyId": aKey}), has: []string{"EncryptionConfig.KeyId"}},
	{op: "GetEncryptionConfig", args: fixed(harness.Args{}), has: []string{"EncryptionConfig.KeyId"}},

	{op: "CreateGroup", args: fixed(harness.Args{"GroupName": "faults", "FilterExpression": "fault",
		"InsightsConfiguration": harness.Args{"InsightsEnabled": true, "NotificationsEnabled": true}, "Tags": []harness.Args{{"Key": "team", "Value": "shop"}}}),
		has: []string{"Group.FilterExpression"}, keep: map[string]string{"group": "Group.GroupARN"}},
	{op: "GetGroup", args: with(harness.Args{}, "GroupARN=group"), has: []string{"Group.GroupName"}},
	{op: "GetGroups", args: fixed(harness.Args{}), has: []string{"Groups.1.GroupARN"}},
	{op: "ListTagsForResource", args: with(harness.Args{}, "ResourceARN=group"), has: []string{"Tags.0.Value"}},
	{op: "TagResource", args: with(harness.Args{"Tags": []harness.Args{{"Key": "stage", "Value": ""}}}, "ResourceARN=group")},
	{op: "UntagResource", args: with(harness.Args{"TagKeys": []string{"team"}}, "ResourceARN=group")},

	{op: "CreateSamplingRule", args: fixed(harness.Args{"SamplingRule": aRule("orders"), "Tags": []harness.Args{{"Key": "team", "Value": "shop"}}}),
		has: []string{"SamplingRuleRecord.SamplingRule.SamplingRateBoost.MaxRate"}},
	{op: "UpdateSamplingRule", args: fixed(harness.Args{"SamplingRuleUpdate": harness.Args{"RuleName": "orders", "FixedRate": 0.5,
		"SamplingRateBoost": harness.Args{"MaxRate": 0.9, "CooldownWindowMinutes": 1}}}), has: []string{"SamplingRuleRecord.ModifiedAt"}},
	{op: "GetSamplingRules", args: fixed(harness.Args{}), has: []string{"SamplingRuleRecords.1.SamplingRule.RuleARN"}},
	{op: "GetSamplingTargets", args: statistics, has: []string{"SamplingTargetDocuments.0.FixedRate", "UnprocessedStatistics.0.ErrorCode", "UnprocessedBoostStatistics.0.ErrorCode"}},
	{op: "GetSamplingTargets", args: statistics, has: []string{"SamplingTargetDocuments.0.ReservoirQuota", "SamplingTargetDocuments.0.SamplingBoost.BoostRate"}, more: true},

	{op: "PutTelemetryRecords", args: func(w *world) harness.Args {
		return harness.Args{"Hostname": "node-7", "EC2InstanceId": "i-0abc", "ResourceARN": "arn:aws:ec2:eu-central-1:111122223333:instance/i-0abc",
			"TelemetryRecords": []harness.Args{{"Timestamp": harness.At(w.now), "SegmentsReceivedCount": 120, "SegmentsSentCount": 119,
				"SegmentsSpilloverCount": 0, "SegmentsRejectedCount": 1, "BackendConnectionErrors": harness.Args{"TimeoutCount": 1}}}}
	}},
	{op: "PutTraceSegments", args: func(w *world) harness.Args { return harness.Args{"TraceSegmentDocuments": documents(w)} },
		has: []string{"UnprocessedTraceSegments.0.ErrorCode"}},
	{op: "GetTraceSummaries", args: inWindow(nil), has: []string{"TraceSummaries.0.Id", "TraceSummaries.1.Id"}},
	{op: "GetTraceSummaries", args: inWindow(harness.Args{"TimeRangeType": "Event", "FilterExpression": "fault", "Sampling": true,
		"SamplingStrategy": harness.Args{"Name": "FixedRate", "Value": 1}}), has: []string{"TraceSummaries.0.MatchedEventTime", "TraceSummaries.0.FaultRootCauses.0.Services.0.Name"}, more: true},
	{op: "BatchGetTraces", args: func(w *world) harness.Args { return harness.Args{"TraceIds": []string{w.trace}} }, has: []string{"Traces.0.Segments.0.Document"}},
	{op: "GetTraceGraph", args: func(w *world) harness.Args { return harness.Args{"TraceIds": []string{w.trace}} }, has: []string{"Services.0.Edges"}},
	{op: "GetServiceGraph", args: inWindow(nil), has: []string{"Services.0.Edges.0.SummaryStatistics.TotalCount"}},
	{op: "GetServiceGraph", args: inWindow(harness.Args{"GroupName": "faults"}), has: []string{"ContainsOldGroupVersions"}, more: true},
	{op: "GetTimeSeriesServiceStatistics", args: inWindow(harness.Args{"Period": 300}), has: []string{"TimeSeriesServiceStatistics.0.EdgeSummaryStatistics.TotalCount"}},
	{op: "GetTimeSeriesServiceStatistics", args: inWindow(harness.Args{"ForecastStatistics": true,
		"EntitySelectorExpression": `service(id(name: "orders", type: "AWS::ECS::Fargate"))`}),
		has: []string{"TimeSeriesServiceStatistics.0.ServiceSummaryStatistics.TotalCount", "TimeSeriesServiceStatistics.0.ServiceForecastStatistics"}, more: true},

	{op: "GetInsightSummaries", args: inThePast(harness.Args{"GroupName": "Default", "MaxResults": 2}), has: []string{"InsightSummaries.1.RootCauseServiceId.Name", "NextToken"}},
	{op: "GetInsightSummaries", args: inThePast(harness.Args{"GroupName": "Default", "States": []string{"CLOSED"}}), has: []string{"InsightSummaries.0.EndTime"}, more: true},
	{op: "GetInsight", args: fixed(harness.Args{"InsightId": insightID(seeded)}), has: []string{"Insight.Summary"}},
	{op: "GetInsight", args: fixed(harness.Args{"InsightId": insightID(seeded - 1)}), has: []string{"Insight.EndTime"}, more: true},
	{op: "GetInsightEvents", args: fixed(harness.Args{"InsightId": insightID(seeded), "MaxResults": 3}), has: []string{"InsightEvents.2.EventTime", "NextToken"}},
	{op: "GetInsightImpactGraph", args: func(w *world) harness.Args { return w.window(harness.Args{"InsightId": insightID(seeded)}) }, has: []string{"Services.0.Edges"}},

	{op: "StartTraceRetrieval", args: func(w *world) harness.Args { return w.window(harness.Args{"TraceIds": []string{w.trace, w.linking}}) },
		has: []string{"RetrievalToken"}, keep: map[string]string{"retrieval": "RetrievalToken"}},
	{op: "ListRetrievedTraces", args: with(harness.Args{"TraceFormat": "XRAY"}, "RetrievalToken=retrieval"), has: []string{"Traces.0.Spans.0.Document"}, wait: true},
	{op: "GetRetrievedTracesGraph", args: with(harness.Args{}, "RetrievalToken=retrieval"), has: []string{"Services.0.Service.Name"}},
	{op: "CancelTraceRetrieval", args: with(harness.Args{}, "RetrievalToken=retrieval")},

	{op: "PutResourcePolicy", args: fixed(harness.Args{"PolicyName": "sns", "PolicyDocument": aPolicy, "PolicyRevisionId": "0", "BypassPolicyLockoutCheck": false}),
		has: []string{"ResourcePolicy.LastUpdatedTime"}, keep: map[string]string{"revision": "ResourcePolicy.PolicyRevisionId"}},
	{op: "ListResourcePolicies", args: fixed(harness.Args{}), has: []string{"ResourcePolicies.0.PolicyDocument"}},
	{op: "DeleteResourcePolicy", args: with(harness.Args{"PolicyName": "sns"}, "PolicyRevisionId=revision")},
	{op: "UpdateIndexingRule", args: fixed(harness.Args{"Name": "Default", "Rule": harness.Args{"Probabilistic": harness.Args{"DesiredSamplingPercentage": 5}}}),
		has: []string{"IndexingRule.ModifiedAt"}},
	{op: "GetIndexingRules", args: fixed(harness.Args{}), has: []string{"IndexingRules.0.Rule.Probabilistic.ActualSamplingPercentage"}},
	{op: "UpdateTraceSegmentDestination", args: fixed(harness.Args{"Destination": "CloudWatchLogs"}), has: []string{"Status"}},
	{op: "GetTraceSegmentDestination", args: fixed(harness.Args{}), has: []string{"Destination"}},

	{op: "UpdateGroup", args: with(harness.Args{"FilterExpression": "fault OR error"}, "GroupARN=group"), has: []string{"Group.FilterExpression"}},
	{op: "DeleteGroup", args: with(harness.Args{}, "GroupARN=group")},
	{op: "GetSamplingStatisticSummaries", args: fixed(harness.Args{}), has: []string{"SamplingStatisticSummaries.0.RequestCount"}, wait: true},
	{op: "DeleteSamplingRule", args: fixed(harness.Args{"RuleName": "orders"}), has: []string{"SamplingRuleRecord.SamplingRule.RuleName"}},
	{op: "PutEncryptionConfig", args: fixed(harness.Args{"Type": "NONE"}), has: []string{"EncryptionConfig.Type"}, more: true},
}

func aRule(name string) harness.Args {
	return harness.Args{
		"RuleName": name, "Priority": 50, "FixedRate": 0.2, "ReservoirSize": 10, "ServiceName": "orders", "ServiceType": "*", "Host": "*",
		"HTTPMethod": "POST", "URLPath": "/v2/*", "ResourceARN": "*", "Version": 1, "Attributes": harness.Args{"tenant": "blue"},
		"SamplingRateBoost": harness.Args{"MaxRate": 0.5, "CooldownWindowMinutes": 10},
	}
}

// statistics are those of a client that uses the rule orders, and sees many anomalies, and a rule that does not exist.
func statistics(w *world) harness.Args {
	const client = "7f3a0c19d5e24b6880aa91c2"
	at := harness.At(time.Now())
	usual := func(rule string) harness.Args {
		return harness.Args{"RuleName": rule, "ClientID": client, "Timestamp": at, "RequestCount": 120, "SampledCount": 31, "BorrowCount": 9}
	}
	boost := func(rule string) harness.Args {
		return harness.Args{"RuleName": rule, "ServiceName": "orders", "Timestamp": at, "AnomalyCount": 60, "TotalCount": 120, "SampledAnomalyCount": 2}
	}
	return harness.Args{"SamplingStatisticsDocuments": []harness.Args{usual("orders"), usual("nobody")},
		"SamplingBoostStatisticsDocuments": []harness.Args{boost("orders"), boost("nobody")}}
}

// inThePast is a time range that holds the insights.
func inThePast(more harness.Args) func(*world) harness.Args {
	return func(w *world) harness.Args {
		args := w.window(more)
		args["StartTime"] = harness.At(w.now.Add(-3 * time.Hour))
		return args
	}
}

// documents are those of a trace that has something in every member of a summary, of one with an error that links to it, and one
// that is refused. Their account is another one: that of the server is left out of answers.
func documents(w *world) []string {
	at := w.now
	sec := func(ms int) float64 { return harness.Seconds(at.Add(time.Duration(ms) * time.Millisecond)) }
	whole := harness.Segment(w.trace, at, 524*time.Millisecond, harness.Args{
		"id": "a1f0c3d2e4b59687", "name": "orders", "origin": "AWS::ECS::Fargate", "user": "u-4711", "fault": true,
		"resource_arn": "arn:aws:ecs:eu-central-1:111122223333:task/t1",
		"http": harness.Args{
			"request":  harness.Args{"method": "POST", "url": "https://orders.example.net/v2/orders", "user_agent": "curl/8", "client_ip": "198.51.100.7"},
			"response": harness.Args{"status": 503},
		},
		"annotations": harness.Args{"tenant": "blue", "items": 3, "express": false},
		"aws":         harness.Args{"account_id": "444455556666", "ec2": harness.Args{"instance_id": "i-0abc", "availability_zone": "eu-central-1a"}},
		"subsegments": []harness.Args{
			{"id": "b7c6d5e4f3a29180", "name": "DynamoDB", "namespace": "aws", "start_time": sec(12), "end_time": sec(24), "error": true, "throttle": true,
				"http": harness.Args{"response": harness.Args{"status": 429}},
				"aws":  harness.Args{"operation": "GetItem", "table_name": "carts", "region": harness.Region}},
			{"id": "c8d7e6f5a4b39281", "name": "stock.example.net", "namespace": "remote", "start_time": sec(32), "end_time": sec(522), "fault": true,
				"cause": harness.Args{"exceptions": []harness.Args{{"id": "1122334455667788", "type": "StockError", "message": "no answer", "remote": true}}},
				"http":  harness.Args{"request": harness.Args{"method": "GET", "url": "https://stock.example.net/sku/9"}, "response": harness.Args{"status": 504}}},
		},
	})
	failing := harness.Segment(w.linking, at.Add(time.Second), 30*time.Millisecond, harness.Args{
		"id": "f1f0c3d2e4b59687", "name": "cart", "origin": "AWS::EC2::Instance", "error": true, "aws": harness.Args{"account_id": "444455556666"}, "cause": harness.Args{"exceptions": []harness.Args{{"id": "2122334455667788", "type": "BadCart", "message": "no lines"}}},
		"http":  harness.Args{"response": harness.Args{"status": 400}},
		"links": []harness.Args{{"trace_id": w.trace, "id": "a1f0c3d2e4b59687"}},
	})
	called := harness.Segment(w.trace, at.Add(40*time.Millisecond), 470*time.Millisecond, harness.Args{
		"id": "c1f0c3d2e4b59687", "parent_id": "c8d7e6f5a4b39281", "name": "stock", "origin": "AWS::EC2::Instance", "fault": true,
		"cause": harness.Args{"exceptions": []harness.Args{{"id": "3122334455667788", "type": "Timeout", "message": "too slow"}}},
	})
	return []string{whole, called, failing, harness.Segment(w.trace, at, 0, harness.Args{"id": "00000000000000b1", "start_time": nil})}
}

// patience is how long an answer may take to have what it must have: statistics are those of ten seconds that are over.
const patience = 60 * time.Second

// walk runs the steps through a client, and holds each answer to the model.
func walk(t *testing.T, w *world, steps []step, client harness.Caller, r *recorder, c *checker) {
	t.Helper()
	for _, s := range steps {
		if !s.wait {
			if err := s.run(t, w, client, r, c); err != nil {
				t.Errorf("%s: %v", s.op, err)
			}
			continue
		}
		harness.Eventually(t, patience, func() error { return s.run(t, w, client, r, c) })
	}
}

// run makes the call. The error says what the answer has not.
func (s *step) run(t *testing.T, w *world, client harness.Caller, r *recorder, c *checker) error {
	t.Helper()
	r.take()
	args := s.args(w)
	decoded, err := client.Call(s.op, args)
	if err != nil {
		return fmt.Errorf("%v: %w", args, err)
	}
	calls := r.take()
	last := calls[len(calls)-1]
	if want := harness.Path[s.op]; last.path != want || last.status != http.StatusOK {
		return fmt.Errorf("the client got status %d from %s, want 200 from %s", last.status, last.path, want)
	}
	for _, wrong := range c.answer(s.op, last.answer) {
		t.Errorf("%s: %s", s.op, wrong)
	}
	for _, path := range s.has {
		if valueAt(last.answer, path) == nil {
			return fmt.Errorf("the answer has no %s:\n%s", path, last.answer)
		}
		// The client for Go has the one member of a union as Value.
		if valueAt(decoded, path) == nil && valueAt(decoded, strings.ReplaceAll(path, "Probabilistic", "Value")) == nil {
			return fmt.Errorf("the client has lost %s:\n%s", path, decoded)
		}
	}
	for name, path := range s.keep {
		w.known[name], _ = valueAt(last.answer, path).(string)
	}
	return nil
}

// valueAt is the value at a path of members and indexes with dots between; nil if there is none.
func valueAt(raw []byte, path string) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	for _, name := range strings.Split(path, ".") {
		switch is := v.(type) {
		case map[string]any:
			v = is[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(is) {
				return nil
			}
			v = is[i]
		default:
			return nil
		}
	}
	return v
}
